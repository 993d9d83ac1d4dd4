//! A database file: opened, read, planned on, indexed on a copy and advised on.

use std::rc::Rc;
use std::sync::Arc;

use scanseek_engine::{Database, NoControl};
use scanseek_schema::{Table, quote_identifier};
use scanseek_workbench::{DatabaseFiles, RunOptions, SuggestOptions, Workbench};

use crate::host::FuzzHost;

pub(crate) fn database(bytes: &[u8]) {
    let base = Arc::new(bytes.to_vec());
    use_all(DatabaseFiles::alone(Arc::clone(&base) as _));
    assert!(*base == bytes, "the base was written");
}

/// Everything the page would do with a file. Errors are fine.
pub(crate) fn use_all(files: DatabaseFiles) {
    let host = FuzzHost::new();
    let mut workbench = Workbench::new(Rc::clone(&host) as _);
    let opened = match workbench.open_file("fuzz.db", files) {
        Ok(opened) => opened,
        Err(error) => {
            assert!(!error.message.is_empty());
            return;
        }
    };
    host.renew();
    let _ = workbench.count_rows(u64::MAX);
    host.renew();
    let _ = workbench.fingerprint();
    let tables: Vec<&Table> = opened.schema.tables.iter().take(6).collect();
    let options = RunOptions { row_cap: 20, deadline_ns: u64::MAX };
    let mut text = String::new();
    for sql in tables.iter().flat_map(|table| queries(table)) {
        host.renew();
        if let Ok(ran) = workbench.run(&sql, &[], &options) {
            assert!(ran.rows.len() <= options.row_cap);
            assert!(ran.rows.iter().all(|row| row.len() == ran.columns.len()));
        }
        text.push_str(&sql);
        text.push_str(";\n");
    }
    host.renew();
    if let Ok(explained) = workbench.explain(&text) {
        for statement in explained.statements {
            assert!(statement.error.is_some() || !statement.plan.nodes.is_empty());
        }
    }
    for ddl in tables.iter().take(3).filter_map(|table| index(table)) {
        host.renew();
        let _ = workbench.explain_with(&text, &[ddl, "ANALYZE".to_owned()]);
    }
    host.renew();
    let _ = workbench
        .suggest(&text, &SuggestOptions { max_indexes: Some(2), ..SuggestOptions::default() });
}

fn queries(table: &Table) -> Vec<String> {
    let name = quote_identifier(&table.name);
    let mut queries = vec![
        format!("SELECT * FROM {name}"),
        format!("SELECT count(*) FROM {name} WHERE rowid > 1"),
    ];
    if let (Some(first), Some(last)) = (table.columns.first(), table.columns.last()) {
        let (first, last) = (quote_identifier(&first.name), quote_identifier(&last.name));
        queries.push(format!("SELECT {last} FROM {name} WHERE {first} = 1 ORDER BY {last}"));
        queries.push(format!("SELECT {last}, max({first}) FROM {name} GROUP BY {last}"));
    }
    queries
}

fn index(table: &Table) -> Option<String> {
    let column = quote_identifier(&table.columns.last()?.name);
    Some(format!("CREATE INDEX fuzz_index ON {}({column})", quote_identifier(&table.name)))
}

/// Small databases of all shapes, by name.
pub fn small_databases() -> Vec<(&'static str, Vec<u8>)> {
    let plain = "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT COLLATE NOCASE, c BLOB);
        CREATE INDEX t_a ON t(a, b DESC) WHERE c IS NOT NULL;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO t SELECT i, i % 7, 'text ' || i, zeroblob(i * 3) FROM n;
        DELETE FROM t WHERE id % 9 = 1;";
    let odd = "CREATE TABLE \"odd \"\"name\"(\"a b\" VARCHAR(9) NOT NULL DEFAULT 'x', g AS (upper(\"a b\")) STORED,
          PRIMARY KEY(\"a b\")) WITHOUT ROWID;
        INSERT INTO \"odd \"\"name\" VALUES ('one'), ('two'), ('ü');
        CREATE TABLE parent(id INTEGER PRIMARY KEY, x ANY) STRICT;
        CREATE TABLE child(p REFERENCES parent(id), q UNIQUE CHECK (q > 0));
        INSERT INTO parent VALUES (1, 2.5), (2, 'y'), (3, x'00ff');
        INSERT INTO child VALUES (1, 1), (2, 2), (2, 3);
        CREATE VIEW v AS SELECT * FROM parent JOIN child ON p = id;
        CREATE TRIGGER tr AFTER INSERT ON child BEGIN DELETE FROM parent; END;
        CREATE INDEX e ON child(abs(q));";
    let chains = "CREATE TABLE long(a, b);
        INSERT INTO long VALUES (1, replace(hex(zeroblob(900)), '00', 'ab')), (2, zeroblob(2500));
        CREATE INDEX long_b ON long(b);";
    let modules = "CREATE VIRTUAL TABLE f USING fts5(title, body);
        INSERT INTO f VALUES ('one', 'the quick brown fox'), ('two', 'jumps over');
        CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);
        INSERT INTO r VALUES (1, 0, 2), (2, 1, 5);";
    [
        ("plain", "PRAGMA page_size=512", plain),
        ("odd", "PRAGMA page_size=512; PRAGMA encoding='UTF-16le'", odd),
        ("chains", "PRAGMA page_size=512; PRAGMA auto_vacuum=FULL", chains),
        (
            "analysed",
            "PRAGMA page_size=1024; PRAGMA encoding='UTF-16be'",
            &format!("{plain} ANALYZE;"),
        ),
        ("modules", "PRAGMA page_size=512", modules),
    ]
    .into_iter()
    .map(|(name, before, script)| {
        let made = Database::create(Rc::new(NoControl)).and_then(|database| {
            database.execute_script(&format!("{before}; BEGIN; {script} COMMIT"))?;
            database.to_bytes()
        });
        (name, made.unwrap_or_else(|error| panic!("{name}: {error}")))
    })
    .collect()
}
