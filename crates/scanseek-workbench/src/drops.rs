//! Advice on indexes that exist, as it is handed out: statements, sentences and what is taken by default.

use scanseek_advisor::{
    Advice, AdvisedDrop, Changed, Cover, DropKind, Drops, Query, Stays, WriteSteps, drops,
};
use scanseek_plan::grouped;
use scanseek_schema::IndexName;
use scanseek_sql::{hinted_indexes, one_line};

use crate::oracle::{EngineOracle, WithExisting};
use crate::suggest::{SuggestedIndex, cancelled};
use crate::{StatementInfo, WorkbenchError};

/// Statements whose work with and without an index is told; the others are counted.
const MOST_TOLD: usize = 5;

/// An index that exists and may go.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedDrop {
    /// Its name as a person writes it.
    pub name: String,
    /// Its table.
    pub table: String,
    /// The statement that drops it.
    pub ddl: String,
    /// Why it may go; [`DropKind::words`] has the words.
    pub kind: DropKind,
    /// Why, in a sentence that names what does its work.
    pub because: String,
    /// What was measured, and what it depends on: sentences.
    pub proof: Vec<String>,
    /// The index that does its work, if one is known to.
    pub covered_by: Option<String>,
    /// Bytes that become free.
    pub bytes: u64,
    /// VM steps that each row written takes less.
    pub steps: WriteSteps,
    /// It belongs to the advice; others are a person's choice.
    pub taken: bool,
    /// The statements of the advised indexes that have to be there.
    pub needs: Vec<String>,
}

/// What is said of the indexes that exist.
#[derive(Debug, Default)]
pub(crate) struct SuggestedDrops {
    pub(crate) drops: Vec<SuggestedDrop>,
    /// Statement and reason of what seems superfluous and stays.
    pub(crate) kept: Vec<(String, String)>,
}

/// Asks about the indexes that exist, with all statements of a text: those that the advice is for, then those
/// that were not measured.
pub(crate) fn suggest_drops(
    text: &str,
    measured: &[Query],
    unmeasured: Vec<StatementInfo>,
    advice: &Advice,
    create: &[SuggestedIndex],
    pinned: Vec<IndexName>,
    oracle: &mut EngineOracle<'_>,
) -> Result<SuggestedDrops, WorkbenchError> {
    let schema = oracle.schema().clone();
    let programs = oracle.views_and_triggers()?;
    let mut workload = measured.to_vec();
    workload.extend(unmeasured.iter().map(Query::from));
    let mut stays = Stays { pinned, ..Stays::default() };
    let mut note = |sql: &str, who: &str| {
        for name in hinted_indexes(sql) {
            let because =
                format!("{who} asks for it by name, with INDEXED BY, and fails without it.");
            stays.hints.entry(name.to_ascii_lowercase()).or_insert(because);
        }
    };
    note(text, "A statement");
    programs.iter().for_each(|sql| note(sql, "A view or trigger"));
    let mut oracle = WithExisting::new(oracle, unmeasured, &programs);
    let found = drops(&schema, &workload, advice, &stays, &mut oracle).map_err(cancelled)?;
    let kept = found.kept.iter().map(|kept| {
        let ddl = format!("DROP INDEX {}", kept.name.typed_name());
        (ddl, kept.because.clone())
    });
    Ok(SuggestedDrops {
        kept: kept.collect(),
        drops: found.drops.iter().map(|one| said(one, &found, &workload, create)).collect(),
    })
}

fn said(
    one: &AdvisedDrop,
    found: &Drops,
    workload: &[Query],
    create: &[SuggestedIndex],
) -> SuggestedDrop {
    let covered_by = one.cover.as_ref().map(|cover| match cover {
        Cover::Existing(name) | Cover::Constraint(name) => name.typed_name(),
        Cover::Advised(at) => create[*at].name.clone(),
    });
    let cover = match (&one.cover, &covered_by) {
        (Some(Cover::Constraint(_)), Some(name)) => {
            format!("{name}, which SQLite keeps for a constraint,")
        }
        (_, name) => name.clone().unwrap_or_default(),
    };
    let names = |queries: &mut dyn Iterator<Item = usize>| {
        let names: Vec<String> = queries.map(|query| one_line(&workload[query].name)).collect();
        names.join(", ")
    };
    let because = match one.kind {
        DropKind::Duplicate => format!("{cover} has the same keys over the same rows."),
        DropKind::Prefix => format!("The keys of {cover} begin with these, over the same rows."),
        DropKind::Unused => format!(
            "{} it, with the statistics there are or with fresh ones{}.",
            match workload.len() - found.not_planned {
                1 => "The statement does not use".to_owned(),
                count => format!("None of the {} statements uses", grouped(count as u64)),
            },
            if create.is_empty() { "" } else { ", now or with the advised indexes" }
        ),
        DropKind::Replaceable if one.changed.is_empty() => {
            "No statement does more work without it.".to_owned()
        }
        DropKind::Replaceable => format!(
            "Without it {} {} another plan, and no statement does more work.",
            names(&mut one.changed.iter().map(|changed| changed.query).take(MOST_TOLD)),
            if one.changed.len() == 1 { "has" } else { "have" }
        ),
    };
    let mut proof: Vec<String> =
        one.changed.iter().take(MOST_TOLD).map(|changed| measured(changed, workload)).collect();
    let more = one.changed.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        proof.push(format!("And {} more.", counted(more, "statement", "statements")));
    }
    if one.kind == DropKind::Unused && found.not_planned > 0 {
        let count = counted(found.not_planned, "statement", "statements");
        proof.push(format!("{count} could not be planned, and may use it."));
    }
    let needs: Vec<&SuggestedIndex> = create
        .iter()
        .enumerate()
        .filter(|(at, new)| {
            let is_it = match &one.cover {
                Some(Cover::Advised(cover)) => at == cover,
                Some(Cover::Existing(name)) => new.name == name.name || !new.pinned,
                _ => true,
            };
            is_it && if new.pinned { one.needs_pinned } else { one.needs_advised }
        })
        .map(|(_, new)| new)
        .collect();
    if let [only] = needs.as_slice() {
        proof.push(format!("Only once {} is there.", only.name));
    } else if !needs.is_empty() {
        proof.push("Only once the advised indexes are there.".to_owned());
    }
    let table = IndexName { database: one.name.database.clone(), name: one.table.clone() };
    SuggestedDrop {
        name: one.name.typed_name(),
        table: table.typed_name(),
        ddl: format!("DROP INDEX {}", one.name.typed_name()),
        kind: one.kind,
        because,
        proof,
        covered_by,
        bytes: one.bytes,
        steps: one.steps,
        taken: one.kind.is_by_schema(),
        needs: needs.into_iter().map(|index| index.ddl.clone()).collect(),
    }
}

fn measured(changed: &Changed, workload: &[Query]) -> String {
    format!(
        "{}: {} VM steps with it, {} without.",
        one_line(&workload[changed.query].name),
        grouped(changed.with.vm_steps),
        grouped(changed.without.vm_steps)
    )
}

/// “1 statement”, “3 statements”
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count as u64), if count == 1 { one } else { many })
}
