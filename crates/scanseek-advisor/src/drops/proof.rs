//! What each statement does without an index: planned, and run where its plan changes.

use super::{Judge, Set, State};
use crate::drop_kind::DropKind;
use crate::drop_report::{Changed, WholePlan};
use crate::evaluate::REGIMES;
use crate::gain::{is_felt_loss, is_loss, is_more, why_worse};
use crate::oracle::{OracleError, Outcome, Regime};

/// Whether an index may go.
pub(super) enum Verdict {
    May { changed: Vec<Changed>, sorts_more: bool },
    MayNot(String),
}

/// What one statement does without an index.
pub(super) enum Effect {
    Same,
    Changed {
        with: Box<Outcome>,
        without: Box<Outcome>,
        sorts_more: bool,
    },
    /// Why it is not known to be as good.
    Worse(String),
}

impl Judge<'_> {
    /// Asks about the index alone and together with all that goes.
    pub(super) fn verdict(
        &mut self,
        at: usize,
        kind: DropKind,
        advised: bool,
    ) -> Result<Verdict, OracleError> {
        let mut changed = Vec::new();
        let mut sorts_more = false;
        let gone = self.gone_with(advised);
        let bases = if gone.is_empty() { vec![Set::new()] } else { vec![Set::new(), gone] };
        for base in bases {
            let mut hidden = base.clone();
            hidden.insert(at);
            // What nobody uses has to leave plans as they are without what else goes; what is replaced must cost
            // nothing, all together.
            let base = if kind == DropKind::Unused { base } else { Set::new() };
            for regime in REGIMES {
                for query in self.touching(at) {
                    let with = State { advised, regime, hidden: base.clone() };
                    let without = State { advised, regime, hidden: hidden.clone() };
                    match self.effect(at, query, &with, &without)? {
                        Effect::Same => {}
                        Effect::Worse(because) => return Ok(Verdict::MayNot(because)),
                        Effect::Changed { .. } if kind == DropKind::Unused => {
                            let because = "No plan uses it, but plans change without it.";
                            return Ok(Verdict::MayNot(because.to_owned()));
                        }
                        Effect::Changed { with, without, .. }
                            if kind == DropKind::Replaceable && is_more(&with, &without) =>
                        {
                            let name = &self.workload[query].name;
                            return Ok(Verdict::MayNot(why_worse(name, &with, &without)));
                        }
                        Effect::Changed { with, without, sorts_more: more } => {
                            sorts_more |= more;
                            if regime == self.regime && hidden.len() == 1 {
                                let (with, without) = (with.counters, without.counters);
                                changed.push(Changed { query, with, without });
                            }
                        }
                    }
                }
            }
        }
        Ok(Verdict::May { changed, sorts_more })
    }

    /// What a statement does without an index, `at`.
    pub(super) fn effect(
        &mut self,
        at: usize,
        query: usize,
        with: &State,
        without: &State,
    ) -> Result<Effect, OracleError> {
        let name = &self.workload[query].name;
        let is_write = self.workload[query].writes;
        let plans = (self.plan(query, with)?, self.plan(query, without)?);
        let (Some(was), Some(is)) = plans else {
            // A statement that was not planned before says nothing.
            return Ok(match plans {
                (Some(_), None) => Effect::Worse(format!("Without it, {name} cannot be planned.")),
                _ => Effect::Same,
            });
        };
        let is_same = was.text == is.text && (is_write || was.opcodes == is.opcodes);
        // That a foreign key is followed is not in a plan.
        let is_hidden = is_write && self.all[at].finds_children();
        if is_same && !is_hidden {
            return Ok(Effect::Same);
        }
        let Some(before) = self.before.get(&query).cloned() else {
            let is_alike = self.renamed(&was.text, &without.hidden) == is.text;
            return Ok(if is_same || is_alike {
                Effect::Same
            } else {
                Effect::Worse(format!(
                    "Without it, the plan of {name} changes, and it was not measured."
                ))
            });
        };
        let Some(reference) = self.run(query, with, &was, None)? else { return Ok(Effect::Same) };
        let limit = reference.counters.vm_steps + reference.counters.vm_steps / 10 + 200_000;
        let Some(outcome) = self.run(query, without, &is, Some(limit))? else {
            return Ok(Effect::Worse(format!("Without it, {name} takes far more VM steps.")));
        };
        let loses = if with.regime == self.regime {
            is_loss(&reference, &outcome) || with.advised && is_loss(&before, &outcome)
        } else {
            is_felt_loss(&reference, &outcome)
        };
        Ok(if loses {
            Effect::Worse(why_worse(name, &reference, &outcome))
        } else if is_same {
            Effect::Same
        } else {
            let sorts_more = is.temp_b_trees > was.temp_b_trees;
            Effect::Changed { with: Box::new(reference), without: Box::new(outcome), sorts_more }
        })
    }

    /// The plan with duplicates that are hidden called like what takes their place.
    fn renamed(&self, plan: &str, hidden: &Set) -> String {
        let mut plan = plan.to_owned();
        for (own, other) in self.alike.iter().filter(|(own, _)| hidden.contains(own)) {
            for end in [" (", "\n"] {
                let [own, other] =
                    [own, other].map(|at| format!("INDEX {}{end}", self.all[*at].name.name));
                plan = plan.replace(&own, &other);
            }
        }
        plan
    }

    pub(super) fn plan(
        &mut self,
        query: usize,
        state: &State,
    ) -> Result<Option<WholePlan>, OracleError> {
        let mut own = state.clone();
        own.hidden.retain(|at| self.may_touch(query, *at));
        own.advised &= !self.create.is_empty();
        let key = (query, own);
        if let Some(known) = self.plans.get(&key) {
            return Ok(known.clone());
        }
        self.show(state);
        let create = if state.advised { self.create.as_slice() } else { &[] };
        let plan = match self.oracle.whole_plan(query, create, state.regime) {
            Ok(plan) => Some(plan),
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(_) => None,
        };
        self.plans.insert(key, plan.clone());
        Ok(plan)
    }

    /// The work of a statement, once for each plan; `None` if it fails or takes more than allowed.
    fn run(
        &mut self,
        query: usize,
        state: &State,
        plan: &WholePlan,
        step_limit: Option<u64>,
    ) -> Result<Option<Outcome>, OracleError> {
        let mut key = format!("{}{}", plan.text, plan.opcodes);
        if self.workload[query].writes {
            // What is written to is not in the plan.
            key.push_str(&format!(" {} {:?}", state.advised, state.hidden));
        }
        if let Some(known) = self.runs.get(&(query, key.clone())) {
            return Ok(known.clone());
        }
        if let Some(known) = self.measured(query, state) {
            let known = Some(known.clone());
            self.runs.insert((query, key), known.clone());
            return Ok(known);
        }
        self.show(state);
        let create = if state.advised { self.create.as_slice() } else { &[] };
        let outcome = match self.oracle.run(query, create, state.regime, step_limit) {
            Ok(outcome) => Some(outcome),
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(_) => None,
        };
        self.runs.insert((query, key), outcome.clone());
        Ok(outcome)
    }

    /// What the adviser knows of a statement with all indexes there are.
    fn measured(&self, query: usize, state: &State) -> Option<&Outcome> {
        let has_advised = state.advised || self.create.is_empty();
        match (state.advised, state.regime) {
            _ if !state.hidden.is_empty() => None,
            (false, Regime::AsFound) => self.before.get(&query),
            (_, regime) if has_advised && regime == self.regime => self.after.get(&query),
            _ => None,
        }
    }
}
