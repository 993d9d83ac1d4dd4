//! How much of a statement's work each stretch of its text stands for.

use std::ops::Range;

use scanseek_plan::{Measure, share_level};

use crate::Place;

/// A stretch of a statement and its part of the work.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// In bytes of the statement's text.
    pub span: Range<usize>,
    /// One a metric, but none that is 0.
    pub measures: Vec<Measure>,
}

/// Turns the figures of the steps into those of the text. Steps that come from the very same piece are
/// added up; where pieces overlap, as a table inside a subquery, the larger figure counts. The
/// stretches are in order, do not overlap, and none is without a share.
pub fn heat(places: &[Place], measures: &[Vec<Measure>]) -> Vec<Heat> {
    let mut pieces: Vec<((usize, usize), Vec<Measure>)> = Vec::new();
    for (place, measures) in places.iter().zip(measures) {
        let mut own: Vec<(usize, usize)> = Vec::new();
        for piece in &place.pieces {
            let span = (piece.span.start, piece.span.end);
            if own.contains(&span) {
                continue;
            }
            own.push(span);
            match pieces.iter_mut().find(|(known, _)| *known == span) {
                Some((_, sums)) => add(sums, measures),
                None => pieces.push((span, measures.clone())),
            }
        }
    }
    let mut cuts: Vec<usize> = pieces.iter().flat_map(|((start, end), _)| [*start, *end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut found: Vec<Heat> = Vec::new();
    for ends in cuts.windows(2) {
        let (start, end) = (ends[0], ends[1]);
        let mut largest: Vec<Measure> = Vec::new();
        for ((from, to), sums) in &pieces {
            if *from > start || *to < end {
                continue;
            }
            for measure in sums {
                match largest.iter_mut().find(|most| most.metric == measure.metric) {
                    Some(most) if measure.share > most.share => *most = *measure,
                    Some(_) => {}
                    None => largest.push(*measure),
                }
            }
        }
        largest.retain(|measure| measure.value > 0);
        if largest.is_empty() {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.span.end == start && last.measures == largest => last.span.end = end,
            _ => found.push(Heat { span: start..end, measures: largest }),
        }
    }
    found
}

/// Steps of one piece need not have the same figures.
fn add(sums: &mut Vec<Measure>, measures: &[Measure]) {
    for more in measures {
        let Some(sum) = sums.iter_mut().find(|sum| sum.metric == more.metric) else {
            sums.push(*more);
            continue;
        };
        sum.value = sum.value.saturating_add(more.value);
        sum.share = (sum.share + more.share).min(1.0);
        sum.subtree_share = (sum.subtree_share + more.subtree_share).min(1.0);
        sum.level = share_level(sum.share);
    }
}

#[cfg(test)]
mod tests {
    use scanseek_plan::Metric;

    use super::*;
    use crate::{Piece, Role};

    fn place(spans: &[(usize, usize)]) -> Place {
        let piece = |span: &(usize, usize)| Piece { role: Role::Source, span: span.0..span.1 };
        Place { pieces: spans.iter().map(piece).collect(), note: None }
    }

    fn measured(share: f64) -> Vec<Measure> {
        vec![Measure {
            metric: Metric::VmSteps,
            value: (share * 100.0).round() as u64,
            share,
            subtree_share: share,
            level: share_level(share),
        }]
    }

    fn check(steps: &[(&[(usize, usize)], f64)], expected: &[(usize, usize, u64, u8)]) {
        let places: Vec<Place> = steps.iter().map(|(spans, _)| place(spans)).collect();
        let measures: Vec<Vec<Measure>> = steps.iter().map(|(_, share)| measured(*share)).collect();
        let found: Vec<(usize, usize, u64, u8)> = heat(&places, &measures)
            .iter()
            .map(|heat| {
                (heat.span.start, heat.span.end, heat.measures[0].value, heat.measures[0].level)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn each_piece_has_the_share_of_its_step() {
        check(&[(&[(5, 9), (20, 25)], 0.5)], &[(5, 9, 50, 2), (20, 25, 50, 2)]);
        check(&[(&[], 0.5), (&[(1, 2)], 0.0)], &[]);
    }

    #[test]
    fn the_same_piece_of_two_steps_has_both_shares() {
        // The second step names the piece twice, as source and as key; it counts once.
        check(&[(&[(5, 9)], 0.3), (&[(5, 9), (5, 9)], 0.2)], &[(5, 9, 50, 2)]);
    }

    #[test]
    fn inside_a_larger_piece_the_larger_share_counts() {
        check(
            &[(&[(0, 30)], 0.1), (&[(10, 20)], 0.8)],
            &[(0, 10, 10, 1), (10, 20, 80, 2), (20, 30, 10, 1)],
        );
        // The colder piece inside does not cut the hotter one.
        check(&[(&[(0, 30)], 0.9), (&[(10, 20)], 0.1)], &[(0, 30, 90, 3)]);
    }
}
