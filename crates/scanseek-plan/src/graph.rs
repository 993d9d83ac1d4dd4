//! What a drawing of a plan shows: a card for each step, a line from each to the step above it, all
//! in their places. The page and the SVG file draw the same.

use std::collections::BTreeMap;

use crate::layout::{BoxSize, Direction, Gaps, Placed, layout};
use crate::measure::{Measure, Metric, estimate_level};
use crate::number::{about, counted, percent};
use crate::words::Tone;

/// A step as the drawing needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// SQLite's id of the step.
    pub id: i64,
    /// The id of the step above it; what names no earlier step is the top.
    pub parent: i64,
    /// A word or two, and how good or bad news it is.
    pub badge: String,
    /// See `badge`.
    pub tone: Tone,
    /// The text SQLite printed.
    pub detail: String,
    /// The table, if it reads one, as it is called in the detail.
    pub table: Option<String>,
    /// The table as the statement names it, where that is known: `invoices AS i`.
    pub source: Option<String>,
    /// The chosen figure, where the step has it.
    pub measure: Option<Measure>,
    /// Rows handed on, where that can be told.
    pub rows_out: Option<u64>,
    /// How many times more rows came out than were expected.
    pub estimate_ratio: Option<f64>,
}

/// What else the drawing depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphOptions {
    /// The figure on the cards; `None` if the statement did not run.
    pub metric: Option<Metric>,
    /// Rows the statement returned, if it ran.
    pub rows_returned: Option<u64>,
    /// The chosen figure of expressions and control.
    pub rest: Option<Measure>,
    /// `None` takes the way that fits better into the room there is.
    pub direction: Option<Direction>,
    /// Width and height of the room.
    pub room: (f64, f64),
    /// Ids of the steps whose children are not drawn.
    pub collapsed: Vec<i64>,
    /// Steps that have, with all steps below them, a smaller share of the figure than this are put
    /// into one card below their parent; 0 for none.
    pub below: f64,
    /// Ids of the parents whose small steps are drawn all the same; 0 is the top.
    pub shown: Vec<i64>,
}

impl Default for GraphOptions {
    fn default() -> Self {
        Self {
            metric: None,
            rows_returned: None,
            rest: None,
            direction: None,
            room: (960.0, 540.0),
            collapsed: Vec::new(),
            below: 0.0,
            shown: Vec::new(),
        }
    }
}

/// What a card stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKind {
    /// The statement: what the top steps hand their rows to. The first card.
    Result,
    /// A step.
    Step,
    /// The small steps below one parent.
    More,
}

/// A card in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// What it stands for.
    pub kind: CardKind,
    /// Of the step; of the parent for [`CardKind::More`]; 0 for the result.
    pub id: i64,
    /// The id of the card above it; 0 is the result.
    pub parent: i64,
    /// How many cards are above it.
    pub depth: u32,
    /// Where it stands.
    pub place: Placed,
    /// A word or two.
    pub badge: String,
    /// How to tint the badge.
    pub tone: Tone,
    /// The first line, shortened to what fits.
    pub title: String,
    /// The second line, shortened to what fits.
    pub subtitle: String,
    /// The chosen figure in words; empty if the statement did not run.
    pub figure: String,
    /// Its share of the whole, 0 to 1.
    pub share: Option<f64>,
    /// The share in words.
    pub percent: String,
    /// How much that is, as in [`Measure`].
    pub level: u8,
    /// Whether it has steps below it, drawn or not.
    pub has_children: bool,
    /// Steps below it, or in it, that are not drawn.
    pub hidden: u32,
}

/// The line from a card to the one above it.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The position of the lower card.
    pub from: usize,
    /// The position of the upper card.
    pub to: usize,
    /// The part of the line that is the lower card's own, as SVG path data; its width tells rows, its
    /// dashes the estimate.
    pub own: String,
    /// The part that it shares with its neighbours.
    pub shared: String,
    /// In the units of the drawing: the wider, the more rows, by the logarithm.
    pub width: f64,
    /// How wrong the estimate was, as in [`estimate_level`]; `None` if that is not known.
    pub level: Option<u8>,
    /// Rows handed on.
    pub rows: String,
    /// How wrong the estimate was, in words; empty if it was near.
    pub off: String,
    /// Where the words begin: the left end of the base line of the first of two lines.
    pub label: (f64, f64),
}

/// A plan, drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Which way it grows.
    pub direction: Direction,
    /// In CSS pixels, as all lengths.
    pub width: f64,
    /// See `width`.
    pub height: f64,
    /// Each behind the card above it, in the order of the text.
    pub cards: Vec<Card>,
    /// One for each card but the first.
    pub edges: Vec<Edge>,
}

const CARD_WIDTH: f64 = 228.0;
/// Badge, title and subtitle.
const CARD_HEIGHT: f64 = 76.0;
/// A figure and its bar below them.
const FIGURE_HEIGHT: f64 = 32.0;
/// From one line of words beside a line of the drawing to the next.
pub(crate) const LINE_HEIGHT: f64 = 14.0;
const MORE_HEIGHT: f64 = 52.0;
/// Room for two lines of words beside a line.
const DOWN: Gaps = Gaps { siblings: 20.0, levels: 66.0 };
const RIGHT: Gaps = Gaps { siblings: 16.0, levels: 172.0 };
/// Characters of the two lines of a card, in type of a fixed width.
const TITLE_CHARACTERS: usize = 28;
const SUBTITLE_CHARACTERS: usize = 30;

impl Graph {
    /// Draws the steps, which come in any order in which parents stand before their children.
    pub fn new(steps: &[Step], options: &GraphOptions) -> Graph {
        let drawn = Drawn::new(steps, options);
        let boxes: Vec<BoxSize> = drawn
            .cards
            .iter()
            .zip(&drawn.parents)
            .map(|(card, parent)| BoxSize {
                parent: *parent,
                width: card.place.width,
                height: card.place.height,
            })
            .collect();
        let laid = |direction| {
            let gaps = if direction == Direction::Down { DOWN } else { RIGHT };
            layout(&boxes, gaps, direction)
        };
        let (direction, placed) = match options.direction {
            Some(direction) => (direction, laid(direction)),
            None => {
                let (down, right) = (laid(Direction::Down), laid(Direction::Right));
                let scale = |width: f64, height: f64| {
                    (options.room.0 / width).min(options.room.1 / height).min(1.0)
                };
                if scale(right.width, right.height) > scale(down.width, down.height) {
                    (Direction::Right, right)
                } else {
                    (Direction::Down, down)
                }
            }
        };
        let mut cards = drawn.cards;
        for (card, place) in cards.iter_mut().zip(&placed.boxes) {
            card.place = *place;
        }
        let mut edges = Vec::with_capacity(placed.routes.len());
        for route in &placed.routes {
            let (start, bend, turn, end) = (route.start, route.bend, route.turn, route.end);
            let line = drawn.lines[route.child].clone();
            let beside = line.width / 2.0 + 5.0;
            let label = match direction {
                Direction::Down => (start.0 + beside, start.1 - 23.0),
                Direction::Right if line.off.is_empty() => (bend.0 + 8.0, start.1 - beside),
                Direction::Right => (bend.0 + 8.0, start.1 - beside - LINE_HEIGHT),
            };
            edges.push(Edge {
                from: route.child,
                to: route.parent,
                own: path(&[start, bend]),
                shared: path(&[bend, turn, end]),
                label,
                ..line
            });
        }
        Graph { direction, width: placed.width, height: placed.height, cards, edges }
    }
}

/// Cards without their places, and what each line says.
struct Drawn {
    cards: Vec<Card>,
    /// The position of the card above each.
    parents: Vec<Option<usize>>,
    lines: Vec<Edge>,
}

impl Drawn {
    fn new(steps: &[Step], options: &GraphOptions) -> Self {
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
        let mut top = Vec::new();
        let mut first: BTreeMap<i64, usize> = BTreeMap::new();
        for (at, step) in steps.iter().enumerate() {
            match first.get(&step.parent) {
                Some(parent) => below[*parent].push(at),
                None => top.push(at),
            }
            first.entry(step.id).or_insert(at);
        }
        // Backwards, so that what is below a step is counted before the step itself.
        let mut sizes = vec![1_u32; steps.len()];
        for at in (0..steps.len()).rev() {
            sizes[at] += below[at].iter().map(|child| sizes[*child]).sum::<u32>();
        }

        let mut drawn = Drawn { cards: Vec::new(), parents: Vec::new(), lines: Vec::new() };
        drawn.push(result_card(options, !steps.is_empty()), None, Line::default());
        // Last in, first out: the next card of the text is on top.
        let mut open: Vec<(Item, usize)> = Vec::new();
        drawn.open(&mut open, 0, 0, &top, steps, options);
        while let Some((item, parent)) = open.pop() {
            let above = &drawn.cards[parent];
            let (above, depth) = (above.id, above.depth + 1);
            match item {
                Item::Step(at) => {
                    let step = &steps[at];
                    let collapsed = options.collapsed.contains(&step.id);
                    let mut card = step_card(step, options.metric);
                    (card.parent, card.depth) = (above, depth);
                    card.has_children = !below[at].is_empty();
                    card.hidden = if collapsed { sizes[at] - 1 } else { 0 };
                    let line = Line { rows_out: step.rows_out, ratio: step.estimate_ratio };
                    let place = drawn.push(card, Some(parent), line);
                    if !collapsed {
                        drawn.open(&mut open, place, step.id, &below[at], steps, options);
                    }
                }
                Item::More(small) => {
                    let share = small.iter().filter_map(|at| steps[*at].measure.as_ref());
                    let share: f64 = share.map(|measure| measure.subtree_share).sum();
                    let hidden = small.iter().map(|at| sizes[*at]).sum();
                    let mut card = more_card(hidden, share);
                    (card.id, card.parent, card.depth) = (above, above, depth);
                    drawn.push(card, Some(parent), Line::default());
                }
            }
        }
        drawn
    }

    fn push(&mut self, card: Card, parent: Option<usize>, line: Line) -> usize {
        self.cards.push(card);
        self.parents.push(parent);
        self.lines.push(line.edge());
        self.cards.len() - 1
    }

    /// Puts the children of a card on the stack, the small ones together as the last.
    fn open(
        &self,
        open: &mut Vec<(Item, usize)>,
        place: usize,
        id: i64,
        children: &[usize],
        steps: &[Step],
        options: &GraphOptions,
    ) {
        let is_small = |at: &usize| {
            let share = steps[*at].measure.as_ref().map(|measure| measure.subtree_share);
            options.below > 0.0 && share.is_some_and(|share| share < options.below)
        };
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            children.iter().copied().partition(is_small);
        // A card in the place of a single one would gain nothing.
        if small.len() < 2 || options.shown.contains(&id) {
            large = children.to_vec();
            small.clear();
        }
        if !small.is_empty() {
            open.push((Item::More(small), place));
        }
        open.extend(large.into_iter().rev().map(|at| (Item::Step(at), place)));
    }
}

enum Item {
    Step(usize),
    More(Vec<usize>),
}

#[derive(Default)]
struct Line {
    rows_out: Option<u64>,
    ratio: Option<f64>,
}

impl Line {
    fn edge(&self) -> Edge {
        let level = self.ratio.map(estimate_level);
        let off = match (self.ratio, level) {
            (Some(ratio), Some(1..)) => {
                let way = if ratio > 1.0 { "low" } else { "high" };
                format!("×{} too {way}", about(ratio.max(1.0 / ratio)))
            }
            _ => String::new(),
        };
        Edge {
            from: 0,
            to: 0,
            own: String::new(),
            shared: String::new(),
            // 1 row, 10 rows … 10 million rows.
            width: self.rows_out.map_or(1.5, |rows| {
                let digits = (rows.max(1) as f64).log10();
                (1.5 + digits * 1.4).min(12.0)
            }),
            level,
            rows: self.rows_out.map(|rows| counted(rows, "row")).unwrap_or_default(),
            off,
            label: (0.0, 0.0),
        }
    }
}

fn card(kind: CardKind, badge: &str, tone: Tone, height: f64) -> Card {
    Card {
        kind,
        id: 0,
        parent: 0,
        depth: 0,
        place: Placed { width: CARD_WIDTH, height, ..Placed::default() },
        badge: badge.to_owned(),
        tone,
        title: String::new(),
        subtitle: String::new(),
        figure: String::new(),
        share: None,
        percent: String::new(),
        level: 0,
        has_children: false,
        hidden: 0,
    }
}

fn result_card(options: &GraphOptions, has_children: bool) -> Card {
    let height = if options.rest.is_some() { CARD_HEIGHT + FIGURE_HEIGHT } else { CARD_HEIGHT };
    let title = match options.rows_returned {
        Some(rows) => counted(rows, "row"),
        None => "Not run".to_owned(),
    };
    let mut card =
        Card { title, has_children, ..card(CardKind::Result, "RESULT", Tone::Neutral, height) };
    if let Some(rest) = &options.rest {
        "Expressions and control:".clone_into(&mut card.subtitle);
        card.show(rest);
    } else {
        "of the statement".clone_into(&mut card.subtitle);
    }
    card
}

fn step_card(step: &Step, metric: Option<Metric>) -> Card {
    let height = if metric.is_some() { CARD_HEIGHT + FIGURE_HEIGHT } else { CARD_HEIGHT };
    let mut card = card(CardKind::Step, &step.badge, step.tone, height);
    card.id = step.id;
    (card.title, card.subtitle) = lines(&step.detail, step.table.as_deref());
    if let Some(source) = &step.source {
        card.title = shortened(source, TITLE_CHARACTERS);
    }
    if metric.is_some() {
        match &step.measure {
            Some(measure) => card.show(measure),
            None => "no figure".clone_into(&mut card.figure),
        }
    }
    card
}

fn more_card(hidden: u32, share: f64) -> Card {
    let mut card = card(CardKind::More, "", Tone::Neutral, MORE_HEIGHT);
    card.title = format!("{hidden} more steps");
    card.subtitle = format!("together {}", percent(share));
    card.share = Some(share);
    card.hidden = hidden;
    card
}

impl Card {
    fn show(&mut self, measure: &Measure) {
        self.figure = measure.metric.counted(measure.value);
        self.share = Some(measure.share);
        self.percent = percent(measure.share).replace("under ", "<\u{a0}");
        self.level = measure.level;
    }
}

/// The table and what is said of it; or else the detail, over two lines if it needs them, with the
/// purpose on the second.
fn lines(detail: &str, table: Option<&str>) -> (String, String) {
    if let Some(table) = table
        && let Some((_, behind)) = detail.split_once(&format!(" {table}"))
    {
        return (shortened(table, TITLE_CHARACTERS), shortened(behind.trim(), SUBTITLE_CHARACTERS));
    }
    if detail.chars().count() > TITLE_CHARACTERS
        && let Some(at) = detail.find(" FOR ")
    {
        let (what, purpose) = detail.split_at(at);
        return (
            shortened(what, TITLE_CHARACTERS),
            shortened(purpose.trim_start(), SUBTITLE_CHARACTERS),
        );
    }
    let mut first = String::new();
    let mut rest = detail.trim();
    while let Some(word) = rest.split(' ').next().filter(|word| !word.is_empty()) {
        let length = first.chars().count() + word.chars().count() + usize::from(!first.is_empty());
        if length > TITLE_CHARACTERS && !first.is_empty() {
            break;
        }
        if !first.is_empty() {
            first.push(' ');
        }
        first.push_str(word);
        rest = rest[word.len()..].trim_start();
    }
    (shortened(&first, TITLE_CHARACTERS), shortened(rest, SUBTITLE_CHARACTERS))
}

fn shortened(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(characters - 1).collect();
    format!("{}…", kept.trim_end())
}

/// SVG path data of straight lines; points in the same place and steps of no length are left out.
fn path(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    let mut last = None;
    for point in points {
        let (x, y) = (rounded(point.0), rounded(point.1));
        if last == Some((x, y)) {
            continue;
        }
        let command = if last.is_none() { 'M' } else { 'L' };
        text.push_str(&format!("{command}{x} {y}"));
        last = Some((x, y));
    }
    text
}

/// Half pixels are as fine as it needs to be, and -0 is 0.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 2.0).round() / 2.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: i64, parent: i64, detail: &str, table: Option<&str>, share: f64) -> Step {
        Step {
            id,
            parent,
            badge: "SCAN".to_owned(),
            tone: Tone::Bad,
            detail: detail.to_owned(),
            table: table.map(str::to_owned),
            source: None,
            measure: Some(Measure {
                metric: Metric::VmSteps,
                value: (share * 1000.0) as u64,
                share,
                subtree_share: share,
                level: 0,
            }),
            rows_out: Some(1000),
            estimate_ratio: Some(0.004),
        }
    }

    fn steps() -> Vec<Step> {
        vec![
            step(2, 0, "SCAN orders USING COVERING INDEX ix_total", Some("orders"), 0.9),
            step(5, 0, "CORRELATED SCALAR SUBQUERY 2 IN A LONG TEXT", None, 0.04),
            step(9, 5, "SEARCH o USING INDEX i (a=?)", Some("o"), 0.02),
            step(12, 0, "USE TEMP B-TREE FOR ORDER BY", None, 0.001),
            step(14, 0, "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY", None, 0.002),
        ]
    }

    fn titles(graph: &Graph) -> Vec<(String, String)> {
        graph.cards.iter().map(|card| (card.title.clone(), card.subtitle.clone())).collect()
    }

    fn pair(title: &str, subtitle: &str) -> (String, String) {
        (title.to_owned(), subtitle.to_owned())
    }

    #[test]
    fn cards_in_the_order_of_the_text() {
        let options = GraphOptions {
            metric: Some(Metric::VmSteps),
            rows_returned: Some(12),
            ..GraphOptions::default()
        };
        let graph = Graph::new(&steps(), &options);
        assert_eq!(
            titles(&graph),
            [
                pair("12 rows", "of the statement"),
                pair("orders", "USING COVERING INDEX ix_total"),
                pair("CORRELATED SCALAR SUBQUERY 2", "IN A LONG TEXT"),
                pair("o", "USING INDEX i (a=?)"),
                pair("USE TEMP B-TREE FOR ORDER BY", ""),
                pair("USE TEMP B-TREE", "FOR LAST 2 TERMS OF ORDER BY"),
            ]
        );
        assert_eq!(graph.cards[3].depth, 2);
        assert_eq!((graph.cards[3].parent, graph.cards[2].has_children), (5, true));
        assert_eq!(
            (graph.cards[1].figure.as_str(), graph.cards[1].percent.as_str()),
            ("900 VM steps", "90 %")
        );
        let edge = &graph.edges[0];
        assert_eq!((edge.from, edge.to), (1, 0));
        assert_eq!((edge.rows.as_str(), edge.off.as_str()), ("1,000 rows", "×250 too high"));
        assert_eq!((edge.level, edge.width), (Some(2), 1.5 + 3.0 * 1.4));
    }

    #[test]
    fn a_table_is_named_as_the_statement_names_it() {
        let named = Step {
            source: Some("invoices AS o".to_owned()),
            ..step(9, 0, "SEARCH o USING INDEX i (a=?)", Some("o"), 0.02)
        };
        let graph = Graph::new(&[named], &GraphOptions::default());
        assert_eq!(titles(&graph)[1], pair("invoices AS o", "USING INDEX i (a=?)"));
    }

    #[test]
    fn collapsed_and_small_steps_are_counted_and_not_drawn() {
        let all = GraphOptions { metric: Some(Metric::VmSteps), ..GraphOptions::default() };
        let graph = Graph::new(&steps(), &GraphOptions { collapsed: vec![5], ..all.clone() });
        assert_eq!(graph.cards.len(), 5);
        assert_eq!((graph.cards[2].id, graph.cards[2].hidden), (5, 1));

        let graph = Graph::new(&steps(), &GraphOptions { below: 0.01, ..all.clone() });
        let more = graph.cards.last().unwrap();
        assert_eq!((more.kind, more.id, more.hidden), (CardKind::More, 0, 2));
        assert_eq!(
            (more.title.as_str(), more.subtitle.as_str()),
            ("2 more steps", "together 0.3 %")
        );
        assert_eq!(graph.cards.len(), 5, "the child of 5 is alone, and stays");

        let shown = GraphOptions { below: 0.01, shown: vec![0], ..all };
        assert_eq!(Graph::new(&steps(), &shown).cards.len(), 6);
    }

    #[test]
    fn without_a_run_there_are_no_figures() {
        let mut bare = steps();
        for step in &mut bare {
            (step.measure, step.rows_out, step.estimate_ratio) = (None, None, None);
        }
        let graph = Graph::new(&bare, &GraphOptions { below: 0.5, ..GraphOptions::default() });
        assert_eq!(graph.cards.len(), 6, "nothing is small");
        for card in &graph.cards {
            assert_eq!((card.figure.as_str(), card.place.height), ("", CARD_HEIGHT));
        }
        assert!(graph.edges.iter().all(|edge| edge.level.is_none() && edge.rows.is_empty()));
        let empty = Graph::new(&[], &GraphOptions::default());
        assert_eq!((empty.cards.len(), empty.edges.len()), (1, 0));
    }

    #[test]
    fn the_way_that_fits_is_taken() {
        let many: Vec<Step> = (1..30).map(|id| step(id, 0, "SCAN t", Some("t"), 0.0)).collect();
        let way =
            |room| Graph::new(&many, &GraphOptions { room, ..GraphOptions::default() }).direction;
        assert_eq!(way((400.0, 2000.0)), Direction::Right);
        assert_eq!(way((8000.0, 400.0)), Direction::Down);
    }

    #[test]
    fn long_names_are_shortened() {
        let name = "x".repeat(40);
        let (title, subtitle) = lines(&format!("SCAN {name} USING INDEX {name}"), Some(&name));
        assert_eq!(title, format!("{}…", "x".repeat(27)));
        assert_eq!(subtitle.chars().count(), SUBTITLE_CHARACTERS);
        assert_eq!(lines(&name, None), (title, String::new()));
    }
}
