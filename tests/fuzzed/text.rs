//! Texts: SQL as a person writes it, a step of a plan as SQLite prints it, a link as it was passed on.

use std::rc::Rc;

use scanseek_engine::{Database, NoControl};
use scanseek_notebook::{decode_link, encode_link};
use scanseek_plan::{Plan, changes, findings, read_plan, sentence, tone};
use scanseek_sql::{LogReader, first_keyword, outline, split, words};
use scanseek_workbench::{DatabaseFiles, RunOptions, Workbench};

use crate::host::FuzzHost;

const SCHEMA: &str = "
    CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT COLLATE NOCASE, c REAL);
    CREATE INDEX t_a ON t(a, b);
    CREATE TABLE u(x PRIMARY KEY, y AS (x + 1)) WITHOUT ROWID;
    CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM u; END;
    CREATE VIRTUAL TABLE f USING fts5(body);
    CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    INSERT INTO t SELECT i, i % 7, 'text ' || i, i / 3.0 FROM n;
    INSERT INTO u SELECT id FROM t; INSERT INTO f SELECT b FROM t; INSERT INTO r SELECT id, a, a + 1 FROM t;
    ANALYZE;";

thread_local! {
    static OPEN: (Rc<FuzzHost>, Workbench) = open();
}

fn open() -> (Rc<FuzzHost>, Workbench) {
    let host = FuzzHost::new();
    let mut workbench = Workbench::new(Rc::clone(&host) as _);
    let made = Database::create(Rc::new(NoControl)).and_then(|database| {
        database.execute_script(SCHEMA)?;
        Ok(database.into_base())
    });
    let base = made.unwrap_or_else(|error| panic!("{error}"));
    if let Err(error) = workbench.open_file("fuzz.db", DatabaseFiles::alone(base)) {
        panic!("{}", error.message);
    }
    (host, workbench)
}

pub(crate) fn sql(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let mut behind = 0;
    for statement in split(text) {
        assert!(behind <= statement.start && statement.start < statement.end);
        assert_eq!(text.get(statement.start..statement.end), Some(&*statement.sql));
        behind = statement.end;
        let limit_at = outline(&statement.sql).limit_at;
        assert!(limit_at.is_none_or(|at| statement.sql[at..].len() >= "LIMIT".len()));
        assert!(!words(&statement.sql).is_empty());
        assert!(statement.facts.weight.is_finite());
    }
    assert!(first_keyword(text).len() <= text.len());
    OPEN.with(|(host, workbench)| {
        host.renew();
        let Ok(explained) = workbench.explain(text) else { panic!("a database is open") };
        for planned in &explained.statements {
            let inside = |error: &scanseek_workbench::WorkbenchError| {
                assert!(!error.message.is_empty());
                let (start, end) = error.span.unwrap_or_default();
                assert!(text.get(start..end).is_some(), "{start}..{end} of {text:?}");
            };
            if let Some(error) = &planned.error {
                inside(error);
            }
            host.renew();
            let options = RunOptions { row_cap: 5, deadline_ns: u64::MAX };
            if let Err(error) = workbench.run(&planned.statement.sql, &[], &options) {
                assert!(!error.message.is_empty());
            }
        }
        host.renew();
        let healthy = workbench.run(
            "SELECT count(*), sum(a) FROM t",
            &[],
            &RunOptions { row_cap: 1, deadline_ns: u64::MAX },
        );
        assert_eq!(healthy.map(|ran| ran.rows.len()).ok(), Some(1), "the database was harmed");
    });
}

/// Each line is the detail of a step; its first byte says below which step before it.
pub(crate) fn detail(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let rows = text.split('\n').take(50).enumerate().map(|(i, line)| {
        let id = i as i64 + 1;
        let above = line.bytes().next().map_or(0, |byte| i64::from(byte) % id);
        (id, above, line.to_owned())
    });
    let plan = Plan::from_rows(rows.clone());
    let drawn = plan.to_text();
    for (node, (id, above, detail)) in plan.nodes.iter().zip(rows) {
        assert_eq!((node.id, node.parent, &node.detail), (id, above, &detail));
        assert!(drawn.contains(&format!("--{detail}\n")), "{detail} is not in {drawn}");
        assert!(!sentence(&plan, node).is_empty());
        let _ = (tone(&plan, node), node.op.words());
    }
    let _ = (findings(&plan), plan.index_names());
    assert!(changes(&plan, &plan).is_empty());
    for pasted in [&*text, drawn.as_str()] {
        if let Ok(read) = read_plan(pasted) {
            assert!(!read.nodes.is_empty(), "{pasted}");
            assert!(read.to_text().starts_with("QUERY PLAN\n"));
        }
    }
}

pub(crate) fn link(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(notebook) = decode_link(&text) else { return };
    // One that was packed better than we pack may be too long for us to write.
    if let Ok(again) = encode_link(&notebook) {
        assert_eq!(decode_link(&again), Ok(notebook));
    }
}

/// A log in two pieces; the first byte says where it is cut.
pub(crate) fn log(bytes: &[u8]) {
    let Some((cut, log)) = bytes.split_first() else { return };
    let (one, two) = log.split_at(log.len() * usize::from(*cut) / 256);
    let read = |pieces: &[&[u8]]| {
        let mut reader = LogReader::new();
        for piece in pieces {
            reader.push(piece)?;
        }
        reader.finish()
    };
    let found = read(&[one, two]);
    assert_eq!(found, read(&[log]), "the pieces make a difference");
    let Ok(found) = found else { return };
    let queries: u64 = found.queries.iter().map(|query| query.calls).sum();
    let left_out: u64 = found.left_out.iter().map(|left| left.count).sum();
    assert_eq!(queries + left_out, found.statements);
    let workload = found.workload();
    assert_eq!(split(&workload).len(), found.queries.len(), "{workload}");
    for one in &found.loops {
        assert!(one.query < found.queries.len() && one.statements.len() >= 4);
        assert!(one.calls >= one.statements.len() as u64);
    }
}
