//! What is said of the set that was chosen: its indexes with their reasons, what was left out and why, and
//! what fewer bytes would give.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::IndexSpec;

use crate::advise::Adviser;
use crate::evaluate::Id;
use crate::oracle::{OracleError, Outcome, Regime};
use crate::report::{
    Advice, AdvisedIndex, Bound, CurvePoint, NotAdvised, NotAnalysed, QueryOutcome,
};
use crate::select::select;

/// Sets that are asked for at most for each number of bytes.
const MOST_ASKED_FOR_CURVE: usize = 6;
/// The same without any limit.
const MOST_ASKED_FOR_MORE: usize = 12;
/// Shares of the advised bytes for which the curve has a set.
const CURVE: [f64; 4] = [0.1, 0.25, 0.5, 0.75];

impl Adviser<'_> {
    pub(crate) fn finish(mut self, set: BTreeSet<Id>) -> Result<Advice, OracleError> {
        let evaluation = self.asked.evaluate(&set)?;
        let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
        let mut after = self.asked.outcomes(&set, regime)?;
        let curve = self.curve(&set, evaluation.analyze)?;
        let bound = self.bound(&after);
        let mut create = Vec::new();
        for id in &set {
            create.push(self.advised(*id, &set, regime, &after)?);
        }
        create.sort_by(|a, b| b.without.total_cmp(&a.without).then_with(|| a.spec.cmp(&b.spec)));
        self.say_why_not(&set);
        let mut not_analysed = self.not_analysed;
        for query in &self.asked.changing {
            let because = OracleError::Changing.because();
            not_analysed.push(NotAnalysed { query: *query, because });
            after.remove(query);
        }
        let queries = self
            .asked
            .before
            .iter()
            .filter_map(|(query, before)| {
                let after = after.remove(query)?;
                Some(QueryOutcome { query: *query, before: before.clone(), after })
            })
            .collect();
        let advised: Vec<&IndexSpec> = create.iter().map(|index| &index.spec).collect();
        let not_advised = self
            .not_advised
            .into_iter()
            .filter(|(spec, _)| !advised.contains(&spec))
            .map(|(spec, because)| NotAdvised { spec, because })
            .collect();
        Ok(Advice {
            create,
            analyze: evaluation.analyze,
            queries,
            not_advised,
            not_analysed,
            bound,
            curve,
        })
    }

    fn advised(
        &mut self,
        id: Id,
        set: &BTreeSet<Id>,
        regime: Regime,
        after: &BTreeMap<usize, Outcome>,
    ) -> Result<AdvisedIndex, OracleError> {
        let mut helps = Vec::new();
        for query in after.keys() {
            if self.asked.used(*query, set, regime)?.contains(&id) {
                helps.push(*query);
            }
        }
        let others: BTreeSet<Id> = set.iter().copied().filter(|other| *other != id).collect();
        let without = self.asked.outcomes(&others, regime)?;
        let share = self.mean_work(&without) / self.mean_work(after);
        let built = &self.asked.built[id];
        let mut reasons = Vec::new();
        for reason in helps.iter().filter_map(|query| built.reasons.get(query)).flatten() {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        if reasons.is_empty() {
            reasons = built.reasons.values().next().cloned().unwrap_or_default();
        }
        let (spec, bytes) = (built.spec.clone(), built.bytes);
        let steps_per_insert = self.asked.oracle.steps_per_insert(&spec);
        Ok(AdvisedIndex { spec, bytes, reasons, helps, without: share, steps_per_insert })
    }

    /// Geometric mean of the work as a share of before, by weight, over the queries that only read: what
    /// indexes add to a write is small in itself and large as a share.
    fn mean_work(&self, after: &BTreeMap<usize, Outcome>) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (query, outcome) in after {
            let asked = &self.asked.workload[*query];
            if asked.writes {
                continue;
            }
            sum +=
                asked.weight * crate::gain::relative_work(&self.asked.before[query], outcome).ln();
            weights += asked.weight;
        }
        if weights > 0.0 { (sum / weights).exp() } else { 1.0 }
    }

    pub(crate) fn bound(&self, after: &BTreeMap<usize, Outcome>) -> Bound {
        let mut best = after.clone();
        for (query, outcome) in &mut best {
            for known in self.asked.all_outcomes(*query) {
                if known.same_result
                    && crate::gain::work(&known.counters) < crate::gain::work(&outcome.counters)
                {
                    *outcome = known.clone();
                }
            }
        }
        let (plans, runs) = self.asked.effort();
        Bound {
            achieved: self.mean_work(after),
            best_seen: self.mean_work(&best),
            plans,
            runs,
            built: self.asked.built.len() as u64,
        }
    }

    /// What fewer bytes, or any number of them, would give.
    fn curve(
        &mut self,
        advised: &BTreeSet<Id>,
        analyze: bool,
    ) -> Result<Vec<CurvePoint>, OracleError> {
        let total = self.asked.bytes(advised);
        let mut sets: Vec<BTreeSet<Id>> = vec![BTreeSet::new(), advised.clone()];
        let enough = self.asked.oracle.enough();
        if advised.len() > 1 && !enough {
            for share in CURVE {
                let budget = Some((total as f64 * share) as u64);
                let chosen = select(&self.instance(budget, false)).chosen;
                let seeds = [chosen.into_iter().collect()];
                sets.push(self.search(budget, &seeds, MOST_ASKED_FOR_CURVE)?);
            }
        }
        let is_open = self.asked.limits.budget_bytes.is_none() && self.asked.limits.thrift > 0.0;
        if is_open && !enough {
            self.asked.be_generous();
            let most = select(&self.instance(None, false)).chosen.into_iter().collect();
            sets.push(self.search(None, &[most, advised.clone()], MOST_ASKED_FOR_MORE)?);
        }
        sets.sort();
        sets.dedup();
        let mut points = Vec::new();
        for set in sets {
            let evaluation = self.asked.evaluate(&set)?;
            let is_advised = set == *advised;
            if !evaluation.losers.is_empty() || (is_advised && evaluation.analyze != analyze) {
                continue;
            }
            // A person may take any of them, so each has to hold.
            if !is_advised && !self.asked.losers_when_optimized(&set)?.is_empty() {
                continue;
            }
            let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
            let outcomes = self.asked.outcomes(&set, regime)?;
            points.push(CurvePoint {
                indexes: set.iter().map(|id| self.asked.built[*id].spec.clone()).collect(),
                bytes: self.asked.bytes(&set),
                work: self.mean_work(&outcomes),
                analyze: evaluation.analyze,
                advised: is_advised,
            });
        }
        points.sort_by(|a, b| a.bytes.cmp(&b.bytes).then(a.work.total_cmp(&b.work)));
        // A point that takes more bytes has to give more.
        let mut kept: Vec<CurvePoint> = Vec::new();
        for point in points {
            let is_more = kept.last().is_none_or(|last| point.work < last.work * 0.999);
            if is_more || point.advised {
                kept.push(point);
            }
        }
        Ok(kept)
    }

    /// What was measured to help and is not in the set.
    fn say_why_not(&mut self, set: &BTreeSet<Id>) {
        for (id, built) in self.asked.built.iter().enumerate() {
            if set.contains(&id) {
                continue;
            }
            let serves =
                set.iter().any(|other| built.spec.is_prefix_of(&self.asked.built[*other].spec));
            let because = if set.len() >= self.asked.limits.max_indexes {
                format!("Only {} indexes were asked for.", self.asked.limits.max_indexes)
            } else if serves {
                "An advised index begins with the same columns and does its work.".to_owned()
            } else {
                "With the other advised indexes, it would save less than it costs.".to_owned()
            };
            self.not_advised.entry(built.spec.clone()).or_insert(because);
        }
    }
}
