//! Which of the indexes that exist may go, proven by asking SQLite: every statement is planned without them,
//! and run where that changes its plan. What may go alone and what may go together are both asked, with the
//! new indexes that are advised and without them.

mod proof;

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::{IndexName, IndexSpec, Schema};

use crate::drop_kind::DropKind;
use crate::drop_report::{
    AdvisedDrop, Changed, Cover, Drops, ExistingOracle, KeptIndex, Stays, WholePlan,
};
use crate::evaluate::REGIMES;
use crate::existing::{Existing, Shape, existing};
use crate::oracle::{OracleError, Outcome, Query, Regime};
use crate::report::{Advice, QueryOutcome};
use proof::{Effect, Verdict};

/// Looks for indexes that may go. The workload may go on behind what the advice is for, with statements that were not
/// measured; they are planned only.
///
/// # Errors
/// Only [`OracleError::Cancelled`].
pub fn drops(
    schema: &Schema,
    workload: &[Query],
    advice: &Advice,
    stays: &Stays,
    oracle: &mut dyn ExistingOracle,
) -> Result<Drops, OracleError> {
    let all = existing(schema);
    let create: Vec<IndexSpec> = advice.create.iter().map(|index| index.spec.clone()).collect();
    let shapes = create.iter().map(|spec| Shape::of_spec(spec, schema)).collect();
    let measured = |outcome: fn(&QueryOutcome) -> &Outcome| {
        advice.queries.iter().map(|one| (one.query, outcome(one).clone())).collect()
    };
    let mut judge = Judge {
        workload,
        stays,
        before: measured(|one| &one.before),
        after: measured(|one| &one.after),
        regime: if advice.analyze { Regime::Analyzed } else { Regime::AsFound },
        oracle,
        create,
        shapes,
        covers: BTreeSet::new(),
        alike: BTreeMap::new(),
        gone: BTreeMap::new(),
        plans: BTreeMap::new(),
        runs: BTreeMap::new(),
        found: Drops::default(),
        all,
    };
    if judge.all.iter().any(|one| one.is_own) {
        judge.by_schema()?;
        judge.by_workload()?;
        judge.with_optimize()?;
        judge.oracle.hide(&[]);
    }
    judge.found.drops.sort_by_key(|one| one.kind);
    // What others are dropped for is not superfluous.
    let covers: Vec<IndexName> =
        judge.covers.iter().map(|at| judge.all[*at].name.clone()).collect();
    judge.found.kept.retain(|kept| !covers.contains(&kept.name));
    Ok(judge.found)
}

/// A set of indexes, by their positions.
type Set = BTreeSet<usize>;

struct Judge<'a> {
    workload: &'a [Query],
    stays: &'a Stays,
    /// Statements that were measured, as they are now.
    before: BTreeMap<usize, Outcome>,
    /// The same statements with the advice.
    after: BTreeMap<usize, Outcome>,
    /// The statistics that the advice asks for.
    regime: Regime,
    oracle: &'a mut dyn ExistingOracle,
    all: Vec<Existing>,
    create: Vec<IndexSpec>,
    shapes: Vec<Option<Shape>>,
    /// Indexes that others are dropped for: they stay.
    covers: Set,
    /// Duplicates, and what takes their place.
    alike: BTreeMap<usize, usize>,
    /// What goes, and whether that takes the advised indexes.
    gone: BTreeMap<usize, bool>,
    plans: BTreeMap<(usize, State), Option<WholePlan>>,
    runs: BTreeMap<(usize, String), Option<Outcome>>,
    found: Drops,
}

/// What the planner sees.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// The advised indexes are there.
    advised: bool,
    regime: Regime,
    hidden: Set,
}

impl Judge<'_> {
    /// Duplicates and beginnings of others. The last made goes first, and the longest, so that what stays
    /// is the oldest and what covers stays.
    fn by_schema(&mut self) -> Result<(), OracleError> {
        let mut order: Vec<usize> = (0..self.all.len()).rev().collect();
        let length = |at: &usize| self.all[*at].shape.as_ref().map_or(0, |shape| shape.keys.len());
        order.sort_by_key(|at| std::cmp::Reverse(length(at)));
        for kind in [DropKind::Duplicate, DropKind::Prefix] {
            for (done, at) in order.iter().copied().enumerate() {
                self.oracle.progress("Looking at the indexes there are", done, order.len());
                let is_there = self.all[at].is_own && !self.is_pinned(at);
                if self.gone.contains_key(&at) || !is_there {
                    continue;
                }
                let Some(cover) = self.cover(at, kind) else { continue };
                if let (DropKind::Duplicate, Place::There(cover)) = (kind, cover) {
                    self.alike.insert(at, cover);
                }
                self.offer(at, kind, Some(cover))?;
            }
        }
        Ok(())
    }

    /// The index that does the work of another: one that exists if there is one, the narrowest.
    fn cover(&self, at: usize, kind: DropKind) -> Option<Place> {
        let own = self.all[at].shape.as_ref()?;
        let is_it = |other: &Shape| {
            own.begins(other)
                && match kind {
                    DropKind::Duplicate => other.keys.len() == own.keys.len(),
                    _ => other.keys.len() > own.keys.len(),
                }
        };
        let there = (0..self.all.len()).filter(|other| {
            let one = &self.all[*other];
            *other != at
                && !self.gone.contains_key(other)
                && one.may_cover()
                && (kind == DropKind::Prefix || !self.is_pinned(*other))
                && one.shape.as_ref().is_some_and(is_it)
        });
        // Of those alike, the one that has to stay anyway, then the oldest.
        let narrowest = there.min_by_key(|other| {
            let one = &self.all[*other];
            let keys = one.shape.as_ref().map_or(0, |shape| shape.keys.len());
            let may_go = one.may_go() && self.hint(*other).is_none();
            (self.is_pinned(*other), keys, may_go, *other)
        });
        let advised = || {
            let new = self.shapes.iter().enumerate();
            let covers = new.filter_map(|(at, shape)| Some((at, shape.as_ref()?)));
            let covers = covers.filter(|(_, shape)| kind == DropKind::Prefix && is_it(shape));
            covers.min_by_key(|(at, shape)| (shape.keys.len(), *at)).map(|(at, _)| Place::New(at))
        };
        narrowest.map(Place::There).or_else(advised)
    }

    fn hint(&self, at: usize) -> Option<&String> {
        self.stays.hints.get(&self.all[at].name.name.to_ascii_lowercase())
    }

    fn is_pinned(&self, at: usize) -> bool {
        self.stays.pinned.contains(&self.all[at].name)
    }

    /// Why an index has to stay, whatever others do.
    fn has_to_stay(&self, at: usize) -> Option<String> {
        let name = &self.all[at].name.name;
        let same_name = |one: &&Existing| one.name.name.eq_ignore_ascii_case(name);
        if self.all[at].unique {
            return Some("It is UNIQUE, so it keeps a rule of the data.".to_owned());
        }
        if let Some(hint) = self.hint(at) {
            return Some(hint.clone());
        }
        // Plans name indexes without their database.
        (self.all.iter().filter(same_name).count() > 1).then(|| {
            "Another database has an index of that name, so plans do not tell them apart."
                .to_owned()
        })
    }

    /// Indexes that no statement uses, then those that no statement needs; the largest first. What the
    /// workload does not name at all, it says nothing of.
    fn by_workload(&mut self) -> Result<(), OracleError> {
        let mut order: Vec<usize> = (0..self.all.len())
            .filter(|at| {
                let one = &self.all[*at];
                let is_named = (0..self.workload.len())
                    .any(|query| self.oracle.names_table(query, &one.table));
                let may_go = one.may_go() && !self.is_pinned(*at);
                may_go && is_named && self.has_to_stay(*at).is_none()
            })
            .collect();
        order.sort_by_key(|at| (std::cmp::Reverse(self.oracle.bytes(&self.all[*at].name)), *at));
        self.found.not_planned = self.not_planned()?;
        for kind in [DropKind::Unused, DropKind::Replaceable] {
            for (done, at) in order.iter().copied().enumerate() {
                self.oracle.progress("Doing without indexes", done, order.len());
                let stays = self.gone.contains_key(&at) || self.covers.contains(&at);
                if stays || (kind == DropKind::Unused) == self.is_used(at)? {
                    continue;
                }
                self.offer(at, kind, None)?;
            }
        }
        Ok(())
    }

    /// Statements that SQLite cannot plan.
    fn not_planned(&mut self) -> Result<usize, OracleError> {
        let mut count = 0;
        for query in 0..self.workload.len() {
            let state = State { advised: false, regime: Regime::AsFound, hidden: Set::new() };
            count += usize::from(self.plan(query, &state)?.is_none());
        }
        Ok(count)
    }

    /// True if a plan names the index, now or with the advice.
    fn is_used(&mut self, at: usize) -> Result<bool, OracleError> {
        let name = self.all[at].name.name.clone();
        for advised in self.with_and_without() {
            for hidden in [Set::new(), self.gone_with(advised)] {
                for regime in REGIMES {
                    let state = State { advised, regime, hidden: hidden.clone() };
                    for query in self.touching(at) {
                        let plan = self.plan(query, &state)?;
                        if plan.is_some_and(|plan| plan.indexes.contains(&name)) {
                            return Ok(true);
                        }
                    }
                }
            }
        }
        Ok(false)
    }

    /// Proves that an index may go and takes it, or says why it stays if that is worth a word.
    fn offer(
        &mut self,
        at: usize,
        kind: DropKind,
        cover: Option<Place>,
    ) -> Result<(), OracleError> {
        let because = match self.proven(at, kind, cover)? {
            Ok(()) => return Ok(()),
            Err(because) => because,
        };
        // Most indexes are used and needed; that goes without saying.
        if kind == DropKind::Replaceable {
            return Ok(());
        }
        let name = self.all[at].name.clone();
        if !self.found.kept.iter().any(|one| one.name == name) {
            self.found.kept.push(KeptIndex { name, because });
        }
        Ok(())
    }

    fn proven(
        &mut self,
        at: usize,
        kind: DropKind,
        cover: Option<Place>,
    ) -> Result<Result<(), String>, OracleError> {
        if let Some(because) = self.has_to_stay(at) {
            return Ok(Err(because));
        }
        if kind == DropKind::Unused && self.may_be_used_with_values(at) {
            return Ok(Err(
                "No plan uses it, but a statement without values for its parameters may: which rows it \
                 is for depends on them."
                    .to_owned(),
            ));
        }
        if cover.is_none() && self.oracle.trigger_names_table(&self.all[at].table) {
            return Ok(Err(
                "No plan uses it, but a trigger names its table, and what triggers do is in no plan."
                    .to_owned(),
            ));
        }
        let mut keeps = cover;
        let mut needs_advised = matches!(cover, Some(Place::New(_)));
        if cover.is_none() && self.all[at].finds_children() {
            keeps = self.finder(at);
            needs_advised = matches!(keeps, Some(Place::New(_)));
            if keeps.is_none() {
                return Ok(Err(
                    "No plan uses it, but it finds the rows that refer to another table, which \
                               SQLite looks for when rows go there."
                        .to_owned(),
                ));
            }
        }
        let has_advised = !self.create.is_empty();
        let with = match self.verdict(at, kind, has_advised)? {
            Verdict::May { sorts_more: true, .. } if kind == DropKind::Prefix => {
                return Ok(Err(
                    "It gives rows in the order of the rowid, which the longer one does not."
                        .to_owned(),
                ));
            }
            Verdict::May { changed, .. } => changed,
            Verdict::MayNot(because) => return Ok(Err(because)),
        };
        if has_advised && !needs_advised {
            let without = self.verdict(at, kind, false)?;
            needs_advised = !matches!(without, Verdict::May { sorts_more: false, .. });
            if needs_advised && kind == DropKind::Unused {
                return Ok(Err("Without it, plans change.".to_owned()));
            }
        }
        self.take(at, kind, cover, keeps, needs_advised, with);
        Ok(Ok(()))
    }

    /// Asks once about all that goes with the statistics of `PRAGMA optimize`, which take long to make. If a
    /// statement loses, the last of what it can use stays.
    fn with_optimize(&mut self) -> Result<(), OracleError> {
        let advised = !self.create.is_empty();
        let state = |hidden| State { advised, regime: Regime::Optimized, hidden };
        if self.gone.is_empty() {
            return Ok(());
        }
        // All plans of one state, then all of the other: going to and fro is what takes long.
        for hidden in [Set::new(), self.gone_with(advised)] {
            let state = state(hidden);
            for query in 0..self.workload.len() {
                self.plan(query, &state)?;
            }
        }
        for query in 0..self.workload.len() {
            loop {
                let gone = self.gone_with(advised);
                let Some(at) = gone.iter().rev().find(|at| self.may_touch(query, **at)) else {
                    break;
                };
                let (at, all) = (*at, state(Set::new()));
                let effect = self.effect(at, query, &all, &state(gone))?;
                let Effect::Worse(because) = effect else { break };
                self.gone.remove(&at);
                let name = self.all[at].name.clone();
                self.found.drops.retain(|one| one.name != name);
                self.found.kept.push(KeptIndex { name, because });
            }
        }
        Ok(())
    }

    /// A partial index is considered once values are bound, and statements that were not measured may have
    /// none. Source: <https://sqlite.org/queryplanner-ng.html#qpstab>.
    fn may_be_used_with_values(&self, at: usize) -> bool {
        let is_partial = self.all[at].shape.as_ref().is_none_or(|shape| shape.filter.is_some());
        is_partial && self.touching(at).iter().any(|query| !self.before.contains_key(query))
    }

    fn take(
        &mut self,
        at: usize,
        kind: DropKind,
        cover: Option<Place>,
        keeps: Option<Place>,
        needs_advised: bool,
        changed: Vec<Changed>,
    ) {
        self.gone.insert(at, needs_advised);
        self.found.kept.retain(|kept| kept.name != self.all[at].name);
        if let Some(Place::There(cover)) = keeps {
            self.covers.insert(cover);
        }
        let Existing { name, table, .. } = &self.all[at];
        let (name, table) = (name.clone(), table.clone());
        self.found.drops.push(AdvisedDrop {
            kind,
            needs_pinned: match keeps {
                Some(Place::There(at)) if self.is_pinned(at) => true,
                // The plans were asked for with them.
                _ => cover.is_none() && !self.stays.pinned.is_empty(),
            },
            cover: cover.map(|cover| match cover {
                Place::New(at) => Cover::Advised(at),
                Place::There(at) if self.all[at].is_own => {
                    Cover::Existing(self.all[at].name.clone())
                }
                Place::There(at) => Cover::Constraint(self.all[at].name.clone()),
            }),
            needs_advised,
            changed,
            bytes: self.oracle.bytes(&name),
            steps: self.oracle.write_steps(&name),
            name,
            table,
        });
    }

    /// Another index that finds the rows which refer to other tables.
    fn finder(&self, at: usize) -> Option<Place> {
        let one = &self.all[at];
        let there = (0..self.all.len()).find(|other| {
            *other != at
                && !self.gone.contains_key(other)
                && self.all[*other].shape.as_ref().is_some_and(|shape| one.children_found_by(shape))
        });
        let new = || {
            let finds = |shape: &Option<Shape>| {
                shape.as_ref().is_some_and(|shape| one.children_found_by(shape))
            };
            self.shapes.iter().position(finds).map(Place::New)
        };
        there.map(Place::There).or_else(new)
    }

    fn show(&mut self, state: &State) {
        let hidden: Vec<IndexName> =
            state.hidden.iter().map(|at| self.all[*at].name.clone()).collect();
        self.oracle.hide(&hidden);
    }

    /// What goes with the advised indexes, or without them.
    fn gone_with(&self, advised: bool) -> Set {
        self.gone.iter().filter(|(_, needs)| advised || !**needs).map(|(at, _)| *at).collect()
    }

    fn with_and_without(&self) -> Vec<bool> {
        if self.create.is_empty() { vec![false] } else { vec![false, true] }
    }

    /// Statements that an index can matter to.
    fn touching(&self, at: usize) -> Vec<usize> {
        (0..self.workload.len()).filter(|query| self.may_touch(*query, at)).collect()
    }

    /// A write can touch tables that it does not name.
    fn may_touch(&self, query: usize, at: usize) -> bool {
        self.workload[query].writes || self.oracle.names_table(query, &self.all[at].table)
    }
}

/// An index, there or advised, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    There(usize),
    New(usize),
}
