//! Advice on indexes that exist: `corpus/drops.md` holds schema, workload and what may go, one a line.
//!
//! Every case is also proven here without the adviser: on a copy where all that is offered is dropped
//! for good, no statement takes more than with the new indexes alone, whatever the statistics; the
//! script drops behind what it creates, and its undo leaves the schema as it was.

use std::rc::Rc;

use scanseek_engine::{Database, NoControl, RowsRequest, StatementKind};
use scanseek_sql::{SourceStatement, split};
use scanseek_workbench::{DropKind, SuggestOptions, Suggested, SuggestedVerdict};

use crate::host::workbench;

#[test]
fn drops_follow_the_rules() {
    let text = include_str!("corpus/drops.md");
    let mut failures = Vec::new();
    let mut cases = 0;
    for case in text.split("\n## ").skip(1) {
        let (title, body) = case.split_once('\n').unwrap();
        let blocks: Vec<&str> = body.split("```").skip(1).step_by(2).collect();
        let block = |kind: &str| {
            blocks.iter().find_map(|block| block.strip_prefix(kind)).unwrap_or_default()
        };
        if let Err(failure) = check(block("sql schema"), block("sql workload"), block("text")) {
            failures.push(format!("{title}: {failure}"));
        }
        cases += 1;
    }
    assert!(cases >= 30, "{cases}");
    assert!(failures.is_empty(), "{} of {cases}\n{}", failures.len(), failures.join("\n"));
}

fn check(schema: &str, workload: &str, expected: &str) -> Result<(), String> {
    let suggested = workbench(schema)
        .suggest(workload, &SuggestOptions::default())
        .map_err(|error| error.to_string())?;
    let mut found: Vec<String> = suggested
        .drop
        .iter()
        .map(|one| {
            let cover = one.covered_by.as_ref().map(|cover| format!(" by {cover}"));
            format!("{} {}{}", one.kind.words().id, one.name, cover.unwrap_or_default())
        })
        .collect();
    let kept = suggested.not_advised.iter().filter_map(|(ddl, because)| {
        Some(format!("kept {}: {because}", ddl.strip_prefix("DROP INDEX ")?))
    });
    found.extend(kept);
    found.sort();
    let mut expected: Vec<&str> =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    expected.sort_unstable();
    // A reason need not be written out.
    let is_it = |found: &String, line: &str| {
        found == line || line.contains(": ") && found.starts_with(line)
    };
    let same = found.len() == expected.len()
        && found.iter().zip(&expected).all(|(found, line)| is_it(found, line));
    if !same {
        return Err(format!("{found:#?}, expected {expected:#?}"));
    }
    for one in &suggested.drop {
        let by_schema = matches!(one.kind, DropKind::Duplicate | DropKind::Prefix);
        if one.taken != by_schema || one.bytes == 0 || one.steps.insert.is_none() {
            return Err(format!("{one:?}"));
        }
    }
    for query in &suggested.queries {
        if query.verdict == SuggestedVerdict::Slower {
            return Err(format!("{} is slower", query.statement.name));
        }
    }
    check_work(schema, workload, &suggested)?;
    check_patch(schema, &suggested)
}

fn database(script: &str) -> Database {
    let mut database = Database::create(Rc::new(NoControl)).unwrap();
    database.execute_script(script).unwrap();
    database.reload().unwrap();
    database
}

/// VM steps of each statement that can be run, foreign keys enforced.
fn steps(database: &Database, statements: &[SourceStatement]) -> Vec<u64> {
    database.execute("PRAGMA foreign_keys = ON").unwrap();
    let measured = statements.iter().filter_map(|statement| {
        let prepared = database.prepare(&statement.sql).ok()?;
        match prepared.kind() {
            _ if !prepared.parameters().is_empty() || !prepared.missing().is_empty() => None,
            StatementKind::Write => prepared.measure_write(None, None).ok(),
            _ => prepared.measure(None, None).ok(),
        }
    });
    measured.map(|measured| measured.counters.vm_steps).collect()
}

/// All that is offered is dropped, not just what is taken.
fn check_work(schema: &str, workload: &str, suggested: &Suggested) -> Result<(), String> {
    let statements = split(workload);
    let creates: String = suggested.create.iter().map(|index| format!("{};", index.ddl)).collect();
    let drops: String = suggested.drop.iter().map(|one| format!("{};", one.ddl)).collect();
    for statistics in ["", "ANALYZE;"] {
        let with = database(&format!("{schema};{creates}{statistics}"));
        let without = database(&format!("{schema};{creates}{drops}{statistics}"));
        let (with, without) = (steps(&with, &statements), steps(&without, &statements));
        let more = |(with, without): (&u64, &u64)| *without > with + with / 20 + 100;
        if with.len() != without.len() || with.iter().zip(&without).any(more) {
            return Err(format!("{with:?} steps become {without:?} {statistics}"));
        }
    }
    Ok(())
}

fn check_patch(schema: &str, suggested: &Suggested) -> Result<(), String> {
    let database = database(schema);
    let state = || {
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
        let all = RowsRequest { row_cap: usize::MAX, time_ns: None };
        format!("{:?}", database.prepare(sql).unwrap().rows(&all).unwrap().rows)
    };
    let patch = &suggested.patch;
    let (before, last) = (state(), patch.up.rfind("CREATE INDEX").unwrap_or(0));
    for one in suggested.drop.iter().filter(|one| one.taken) {
        let line = one.ddl.replace("DROP INDEX ", "DROP INDEX IF EXISTS ");
        if patch.up.find(&line).is_none_or(|at| at < last) {
            return Err(format!("{line} is not behind all that is created: {}", patch.up));
        }
    }
    let is_dropped = |name: &str| patch.up.contains(&format!("EXISTS {name};"));
    if suggested.drop.iter().any(|one| one.taken != is_dropped(&one.name)) {
        return Err(format!("dropped without being asked: {}", patch.up));
    }
    database.execute_script(&patch.up).map_err(|error| error.to_string())?;
    database.execute_script(&patch.down).map_err(|error| error.to_string())?;
    if state() == before { Ok(()) } else { Err(format!("{} is left", state())) }
}

/// What the person asked for covers others, but is nothing that could go: it is not there yet.
#[test]
fn indexes_asked_for_stay_and_cover_others() {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
                INSERT INTO t SELECT i, i % 400, i % 7 FROM n;";
    let schema = format!("CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, c INT); {rows}");
    let (wider, same) = ("CREATE INDEX mine ON t(a, c)", "CREATE INDEX mine ON t(a)");
    for (existing, pinned, workload, expected) in [
        ("CREATE INDEX by_a ON t(a)", wider, "SELECT c FROM t WHERE a = 7", "prefix by_a mine"),
        // No duplicate of what is not there yet; but that is used in its place.
        ("CREATE INDEX by_a ON t(a)", same, "SELECT c FROM t WHERE a = 7", "unused by_a "),
        ("CREATE INDEX by_a ON t(a)", same, "SELECT 1", ""),
        ("CREATE INDEX by_c ON t(c)", wider, "SELECT c FROM t WHERE a = 7", "unused by_c "),
        (
            "CREATE INDEX by_a ON t(a); CREATE INDEX other ON t(a, id)",
            wider,
            "SELECT 1",
            "prefix by_a other",
        ),
    ] {
        let options =
            SuggestOptions { pinned: vec![pinned.to_owned()], ..SuggestOptions::default() };
        let mut workbench = workbench(&format!("{schema} {existing}"));
        let suggested = workbench.suggest(workload, &options).unwrap();
        let found: Vec<String> = suggested
            .drop
            .iter()
            .map(|one| {
                // Only what covers nothing that was asked for holds without that.
                let needs: &[String] =
                    if one.covered_by.as_deref() == Some("other") { &[] } else { &options.pinned };
                assert_eq!(one.needs, needs, "{one:?}");
                let cover = one.covered_by.as_deref().unwrap_or_default();
                format!("{} {} {cover}", one.kind.words().id, one.name)
            })
            .collect();
        assert_eq!(found.join("; "), expected, "{existing}");
        let is_kept = |(ddl, _): &(String, String)| ddl == "DROP INDEX mine";
        assert!(!suggested.not_advised.iter().any(is_kept), "{:?}", suggested.not_advised);
    }
}

/// Plans name indexes without their database, so one that has the name of another stays.
#[test]
fn indexes_of_attached_databases_are_named_with_them() {
    let main = "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2); CREATE INDEX Twice ON t(a);";
    let other = "CREATE TABLE u(a, b); INSERT INTO u VALUES (1, 2);
        CREATE INDEX older ON u(a); CREATE INDEX wider ON u(a, b);
        CREATE INDEX alone ON u(b); CREATE INDEX twice ON u(b);";
    let mut workbench = workbench(main);
    workbench.attach("the archive", "old.db", crate::host::files(other)).unwrap();
    let sql = "SELECT * FROM u WHERE a = 1; SELECT * FROM t WHERE b = 2";
    let suggested = workbench.suggest(sql, &SuggestOptions::default()).unwrap();
    let found: Vec<(&str, &str)> =
        suggested.drop.iter().map(|one| (one.ddl.as_str(), one.because.as_str())).collect();
    assert_eq!(
        found,
        [
            (
                "DROP INDEX \"the archive\".alone",
                "\"the archive\".twice has the same keys over the same rows."
            ),
            (
                "DROP INDEX \"the archive\".older",
                "The keys of \"the archive\".wider begin with these, over the same rows."
            ),
        ]
    );
    assert_eq!(suggested.drop[0].table, "\"the archive\".u");
    assert!(suggested.not_advised.is_empty(), "{:?}", suggested.not_advised);
    let mut database = database(main);
    database.attach("the archive", &self::database(other)).unwrap();
    let state = |database: &mut Database| {
        database.reload().unwrap();
        let mut names: Vec<String> =
            database.schema().indexes().map(|index| index.name.clone()).collect();
        names.sort();
        names
    };
    let before = state(&mut database);
    database.execute_script(&suggested.patch.up).unwrap();
    assert_eq!(state(&mut database), ["Twice", "twice", "wider"]);
    database.execute_script(&suggested.patch.down).unwrap();
    assert_eq!(state(&mut database), before);
}

/// What each row written is said to save is what it saves.
#[test]
fn steps_saved_by_writes_are_exact() {
    let schema = "
        CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, c REAL);
        CREATE TABLE w(a INT, b TEXT, c INT, PRIMARY KEY(a, b)) WITHOUT ROWID;
        INSERT INTO t VALUES (1, 5, 'x', 1.5), (2, 6, 'y', 2.5), (3, 7, 'z', 3.5);
        INSERT INTO w VALUES (1, 'x', 5), (2, 'y', 6), (3, 'z', 7);
        CREATE INDEX one ON t(b);
        CREATE INDEX two ON t(a DESC, b COLLATE NOCASE);
        CREATE INDEX lower ON t(lower(b));
        CREATE INDEX part ON t(c) WHERE a > 1;
        CREATE INDEX of_w ON w(c);
        CREATE INDEX of_w_two ON w(b, c);";
    let workload = "SELECT * FROM t WHERE id = 2; SELECT * FROM w WHERE a = 2 AND b = 'y'";
    let suggested = workbench(schema).suggest(workload, &SuggestOptions::default()).unwrap();
    let with = database(schema);
    let mut checked = 0;
    for one in &suggested.drop {
        let without = database(&format!("{schema} {}", one.ddl));
        let writes = if one.table == "t" {
            [
                "INSERT INTO t VALUES (9, 7, 'z', 3.5)",
                "UPDATE t SET a = a + 2, b = 'q', c = 7 WHERE id = 3",
                "DELETE FROM t WHERE id = 3",
            ]
        } else {
            [
                "INSERT INTO w VALUES (9, 'q', 3)",
                "UPDATE w SET c = 17 WHERE a = 3 AND b = 'z'",
                "DELETE FROM w WHERE a = 3 AND b = 'z'",
            ]
        };
        let said = [one.steps.insert, one.steps.update, one.steps.delete];
        for (sql, said) in writes.iter().zip(said) {
            let [with, without] = [&with, &without].map(|database| {
                let measured = database.prepare(sql).unwrap().measure_write(None, None).unwrap();
                measured.counters.vm_steps
            });
            // One step opens the index, once a statement.
            assert_eq!(said.map(|said| said + 1), Some(with - without), "{} {sql}", one.name);
            checked += 1;
        }
    }
    assert_eq!(checked, 18);
}
