//! The pattern suite of the adviser: `corpus/advisor.md` read as [`Case`]s, and the proof that its
//! ideals are honest.
//!
//! A case is a heading, lines `key: value`, a sentence or two that say why, and blocks of SQL: the
//! `schema` with its rows, the `workload`, and the `ideal` unless none helps. What the reader knows
//! stands at the head of the corpus. An ideal is honest if SQLite uses every index of it, with
//! fresh statistics and without, and takes less work than before. “None” is honest if no index on
//! a plain column takes clearly less. With `SCANSEEK_FULL`, no index on one or two plain columns may
//! be clearly better than any ideal.

use std::rc::Rc;

use scanseek_engine::{Database, NoControl, StatementKind, Value};
use scanseek_schema::{IndexName, TableKind};
use scanseek_sql::{ParameterValue, SourceStatement, split};

/// One pattern: a database, what runs on it, and what an expert would do about it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// The heading.
    pub(crate) title: String,
    /// The rule or pattern it stands for, in snake case.
    pub(crate) rule: String,
    /// Statements that make tables, rows and the indexes that exist.
    pub(crate) schema: String,
    /// The workload with names, weights and parameters, as a person writes it.
    pub(crate) workload: String,
    /// `CREATE INDEX` statements; none where no index helps.
    pub(crate) ideal: Vec<String>,
    /// Indexes that exist and that an expert would drop.
    pub(crate) drop: Vec<String>,
    /// Fresh statistics are part of the advice: without them, what is there is not used.
    pub(crate) analyze: bool,
    /// The ideal has a partial index at least ten times smaller than the same without its WHERE.
    pub(crate) partial: bool,
    /// Foreign keys are enforced; looking for children is in no plan.
    pub(crate) foreign_keys: bool,
    /// Why.
    pub(crate) why: String,
}

/// All cases of the corpus, in its order.
pub(crate) fn advisor_cases() -> Vec<Case> {
    include_str!("corpus/advisor.md").split("\n## ").skip(1).map(Case::read).collect()
}

impl Case {
    fn read(text: &str) -> Self {
        let (title, body) = text.split_once('\n').unwrap();
        let mut case = Self { title: title.to_owned(), ..Self::default() };
        let mut is_none = false;
        let mut parts = body.split("```");
        for line in parts.next().unwrap().lines().filter(|line| !line.is_empty()) {
            match line.split_once(": ").filter(|(key, _)| !key.contains(' ')) {
                Some(("rule", rule)) => case.rule = rule.to_owned(),
                Some(("ideal", "none")) => is_none = true,
                Some(("analyze", "yes")) => case.analyze = true,
                Some(("partial", "yes")) => case.partial = true,
                Some(("foreign_keys", "on")) => case.foreign_keys = true,
                Some(("drop", names)) => case.drop = names.split(", ").map(str::to_owned).collect(),
                Some((key, _)) => panic!("{title}: what is {key}?"),
                None => {
                    case.why += &format!("{}{line}", if case.why.is_empty() { "" } else { " " })
                }
            }
        }
        for block in parts.step_by(2) {
            let (kind, sql) = block.split_once('\n').unwrap();
            match kind {
                "sql schema" => case.schema = sql.to_owned(),
                "sql workload" => case.workload = sql.to_owned(),
                "sql ideal" => case.ideal = split(sql).into_iter().map(|one| one.sql).collect(),
                other => panic!("{title}: a block of {other}"),
            }
        }
        assert_eq!(is_none, case.ideal.is_empty(), "{title}: either indexes, or ideal: none");
        assert!(
            !case.schema.is_empty() && !case.workload.is_empty(),
            "{title}: a block is missing"
        );
        assert!(case.why.ends_with('.') && !case.rule.is_empty(), "{title}: it does not say why");
        case
    }

    /// The database as it is before any advice.
    pub(crate) fn database(&self) -> Database {
        let mut database = Database::create(Rc::new(NoControl)).unwrap();
        database
            .execute_script(&self.schema)
            .unwrap_or_else(|error| panic!("{}: {error}", self.title));
        database.reload().unwrap();
        database
    }

    /// VM steps and page requests of the workload with these indexes, with fresh statistics or with
    /// those that are there.
    pub(crate) fn work(&self, indexes: &[String], analyze: bool) -> Result<(f64, f64), String> {
        let mut with = self.copy(&self.database());
        for ddl in indexes {
            with.create_index(ddl).map_err(|error| format!("{ddl}: {error}"))?;
        }
        if analyze {
            with.execute("ANALYZE").unwrap();
        }
        Ok(Work::of(&with, &split(&self.workload))?.sum())
    }

    fn copy(&self, database: &Database) -> Database {
        let copy = database.fork().unwrap();
        if self.foreign_keys {
            copy.execute("PRAGMA foreign_keys = ON").unwrap();
        }
        copy
    }
}

/// What a workload takes on a database.
#[derive(Debug, Clone, Default)]
struct Work {
    /// VM steps and page requests of each statement, times its weight.
    statements: Vec<(f64, f64)>,
    results: Vec<u64>,
    /// Every index that a plan names.
    used: Vec<String>,
    plans: String,
}

impl Work {
    fn of(database: &Database, workload: &[SourceStatement]) -> Result<Self, String> {
        let mut work = Self::default();
        for statement in workload {
            let failed = |error| format!("{error}: {}", statement.sql);
            let prepare = || {
                let prepared = database.prepare(&statement.sql).map_err(failed)?;
                prepared.bind(&parameters(statement)).map_err(failed)?;
                Ok::<_, String>(prepared)
            };
            let plan = prepare()?.plan().map_err(failed)?;
            work.plans += &plan.to_text();
            work.used.extend(plan.index_names().into_iter().map(str::to_owned));
            let prepared = prepare()?;
            let measured = match prepared.kind() {
                StatementKind::Write => prepared.measure_write(None, None),
                _ => prepared.measure(None, None),
            };
            let measured = measured.map_err(failed)?;
            let weight = statement.facts.weight;
            let counters = measured.counters;
            work.statements
                .push((weight * counters.vm_steps as f64, weight * counters.page_requests as f64));
            work.results.push(measured.result.unordered);
        }
        Ok(work)
    }

    /// VM steps and page requests of all statements.
    fn sum(&self) -> (f64, f64) {
        self.statements.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

/// The values that a statement's comments give its parameters.
fn parameters(statement: &SourceStatement) -> Vec<(String, Value)> {
    let value = |value: &ParameterValue| match value {
        ParameterValue::Null => Value::Null,
        ParameterValue::Integer(integer) => Value::Integer(*integer),
        ParameterValue::Real(real) => Value::Real(*real),
        ParameterValue::Text(text) => Value::from(text.as_str()),
        ParameterValue::Blob(bytes) => {
            Value::Blob { head: bytes.clone(), bytes: bytes.len() as u64 }
        }
    };
    statement.facts.parameters.iter().map(|(name, one)| (name.clone(), value(one))).collect()
}

#[test]
fn the_suite_has_a_case_for_each_rule() {
    let cases = advisor_cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut titles: Vec<&str> = cases.iter().map(|case| case.title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), cases.len(), "two cases have one title");
    // Rules that are about how a statement is written or run, not about an index.
    let no_index = ["bloom_filter", "qpsg"];
    let has = |rule: &str| cases.iter().any(|case| case.rule == rule);
    let rules = scanseek_plan::PLANNER_RULES.iter().map(|rule| rule.id);
    let missing: Vec<&str> = rules.filter(|rule| !no_index.contains(rule) && !has(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for kind in [
        cases.iter().filter(|case| case.ideal.is_empty()).count(),
        cases.iter().filter(|case| case.partial).count(),
    ] {
        assert!(kind >= 6, "{kind}");
    }
}

#[test]
fn ideals_are_honest() {
    let mut failures = Vec::new();
    for case in advisor_cases() {
        let found = if case.ideal.is_empty() { check_none(&case) } else { check_ideal(&case) };
        if let Err(failure) = found.and_then(|()| check_drop(&case)) {
            failures.push(format!("{}: {failure}", case.title));
        }
    }
    assert!(failures.is_empty(), "{} cases\n{}", failures.len(), failures.join("\n"));
}

/// Less than this share of the work is not worth an index.
const WORTH: f64 = 0.05;

/// Every index of the ideal is used, in each state of statistics, and each statement takes less.
fn check_ideal(case: &Case) -> Result<(), String> {
    let workload = split(&case.workload);
    let bare = case.copy(&case.database());
    let before = Work::of(&bare, &workload)?;
    let mut built = case.copy(&bare);
    let mut names = Vec::new();
    for ddl in &case.ideal {
        names.push(built.create_index(ddl).map_err(|error| format!("{ddl}: {error}"))?);
    }
    if case.partial {
        check_partial(case, &bare, &built, &names)?;
    }
    let analysed = case.copy(&built);
    analysed.execute("ANALYZE").unwrap();
    let states = [(&built, "without statistics"), (&analysed, "with statistics")];
    for (database, state) in &states[usize::from(case.analyze)..] {
        let after = Work::of(database, &workload)?;
        for name in &names {
            let is_used = after.used.contains(&name.name);
            if !is_used && !case.foreign_keys {
                return Err(format!("{} is not used {state}:\n{}", name.name, after.plans));
            }
            if name_is_idle(case, database, &workload, name, &after)? {
                return Err(format!("{} saves nothing {state}:\n{}", name.name, after.plans));
            }
        }
        if before.results != after.results {
            return Err(format!("other rows {state}"));
        }
        let ((steps, pages), (was_steps, was_pages)) = (after.sum(), before.sum());
        let is_less = steps <= was_steps && pages <= was_pages;
        let is_worth_it = steps < (1.0 - WORTH) * was_steps || pages < (1.0 - WORTH) * was_pages;
        if !is_less || !is_worth_it {
            return Err(format!(
                "{was_steps} steps, {was_pages} pages become {steps}, {pages} {state}:\n{}",
                after.plans
            ));
        }
    }
    if !is_full() {
        return Ok(());
    }
    let ideal = Work::of(&analysed, &workload)?.sum();
    match beaten_by(case, ideal, ideal)? {
        Some(better) => Err(format!("{better} is better than the ideal {ideal:?}")),
        None => Ok(()),
    }
}

/// Whether the workload takes as little without an index of the ideal.
fn name_is_idle(
    case: &Case,
    database: &Database,
    workload: &[SourceStatement],
    name: &IndexName,
    with: &Work,
) -> Result<bool, String> {
    let mut without = case.copy(database);
    without.drop_index(name).unwrap();
    let ((steps, pages), with) = (Work::of(&without, workload)?.sum(), with.sum());
    Ok(steps <= with.0 && pages <= with.1)
}

/// No index on one or two columns, and no fresh statistics unless they are the advice, save a
/// twentieth of the work.
fn check_none(case: &Case) -> Result<(), String> {
    let workload = split(&case.workload);
    let bare = case.copy(&case.database());
    let before = Work::of(&bare, &workload)?;
    let analysed = case.copy(&bare);
    analysed.execute("ANALYZE").unwrap();
    let after = Work::of(&analysed, &workload)?;
    let (was, is) = (before.sum(), after.sum());
    let is_worth_it = is.0 < (1.0 - WORTH) * was.0 || is.1 < (1.0 - WORTH) * was.1;
    let is_less = is_worth_it && is.0 <= 1.01 * was.0 && is.1 <= was.1;
    if is_less != case.analyze {
        return Err(format!("ANALYZE makes {is:?} of {was:?}:\n{}", after.plans));
    }
    match beaten_by(case, is, was)? {
        Some(better) => Err(format!("{better} helps: {was:?} before, {is:?} analysed")),
        None => Ok(()),
    }
}

/// Pairs of columns are many.
fn is_full() -> bool {
    std::env::var_os("SCANSEEK_FULL").is_some()
}

/// An index on a plain column, or on two, that takes clearly less work than `least`, measured by what
/// `whole` takes.
fn beaten_by(case: &Case, least: (f64, f64), whole: (f64, f64)) -> Result<Option<String>, String> {
    let workload = split(&case.workload);
    let bare = case.database();
    let tables = bare.schema().tables.iter().filter(|table| table.kind == TableKind::Table);
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for table in tables {
        let columns: Vec<String> = table.columns.iter().map(|one| quoted(&one.name)).collect();
        let pairs = columns.iter().flat_map(|first| {
            let others = columns.iter().filter(move |second| *second != first);
            others.map(move |second| format!("{first}, {second}"))
        });
        let pairs = pairs.take(if is_full() { usize::MAX } else { 0 });
        for keys in columns.iter().cloned().chain(pairs) {
            let mut tried = case.copy(&bare);
            let ddl = format!("CREATE INDEX tried_here ON {}({keys})", quoted(&table.name));
            if tried.create_index(&ddl).is_err() {
                continue;
            }
            tried.execute("ANALYZE").unwrap();
            let work = Work::of(&tried, &workload)?;
            let (steps, pages) = work.sum();
            // Fifty steps are some microseconds, and three pages one more level in a tree.
            let less = |is: f64, was: f64, share: f64, few: f64| is < was - share.max(few);
            let is_less = less(steps, least.0, WORTH * whole.0, 50.0) && pages <= least.1
                || less(pages, least.1, WORTH * whole.1, 3.0) && steps <= least.0;
            if is_less && work.used.iter().any(|name| name == "tried_here") {
                return Ok(Some(format!("{}({keys}) with {:?}", table.name, work.sum())));
            }
        }
    }
    Ok(None)
}

/// The same indexes without their WHERE take ten times the room.
fn check_partial(
    case: &Case,
    bare: &Database,
    built: &Database,
    names: &[IndexName],
) -> Result<(), String> {
    let is_small = case.ideal.iter().zip(names).any(|(ddl, name)| {
        let Some((keys, _)) = ddl.split_once(" WHERE ") else { return false };
        let mut whole = case.copy(bare);
        let whole_name = whole.create_index(keys).unwrap();
        built.index_bytes(name).unwrap() * 10 <= whole.index_bytes(&whole_name).unwrap()
    });
    if is_small { Ok(()) } else { Err("no partial index is ten times smaller".to_owned()) }
}

/// Without the indexes to drop, and with the ideal, nothing takes more.
fn check_drop(case: &Case) -> Result<(), String> {
    if case.drop.is_empty() {
        return Ok(());
    }
    let workload = split(&case.workload);
    let mut with = case.copy(&case.database());
    for ddl in &case.ideal {
        with.create_index(ddl).map_err(|error| error.to_string())?;
    }
    let mut without = case.copy(&with);
    for name in &case.drop {
        let name = IndexName { database: None, name: name.clone() };
        without.drop_index(&name).map_err(|error| error.to_string())?;
    }
    for database in [&with, &without] {
        database.execute("ANALYZE").unwrap();
    }
    let (with, without) = (Work::of(&with, &workload)?, Work::of(&without, &workload)?);
    let more = with.statements.iter().zip(&without.statements).position(|(with, without)| {
        without.0 > with.0 * 1.05 + 3.0 || without.1 > with.1 * 1.05 + 3.0
    });
    match more {
        Some(at) => Err(format!("without {:?}, statement {at} takes more", case.drop)),
        None => Ok(()),
    }
}
