//! Small databases with workloads that nobody chose: schemas, rows, statistics, queries and indexes drawn
//! from a seed, for tests of what must hold for all of them.
//!
//! A *world* is such a database. Its rows are skewed, correlated, sparse and referring to one another as rows
//! are, and its statistics may be missing or old. Every query that cuts its rows off sorts them by a key, so
//! that equal data give equal results.

use std::fmt::Write as _;

use crate::random::Rng;

/// What to draw: an own sequence for each.
const WORLD: u64 = 90;
const INDEX: u64 = 91;

const TABLES: [&str; 4] = ["people", "orders", "my events", "items"];
const COLUMNS: [&str; 8] = ["a", "b", "c", "d", "kind", "group", "f", "g"];
/// Row numbers times one of these look random.
const FACTORS: [u64; 6] = [31, 101, 7919, 104_729, 1_299_709, 15_485_863];

/// A database with what runs on it.
#[derive(Debug, Clone)]
pub struct World {
    /// Statements that make tables, rows, the indexes that exist and statistics.
    pub script: String,
    /// Statements that read.
    pub queries: Vec<String>,
    /// Statements that insert, update or delete.
    pub writes: Vec<String>,
    /// What is in its tables.
    pub tables: Vec<TableShape>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct TableShape {
    /// Its name.
    pub name: String,
    /// Its columns; the first is the key.
    pub columns: Vec<ColumnShape>,
    /// Rows.
    pub rows: u64,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ColumnShape {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// 1, 2, 3, …
    Key,
    /// Whole numbers below this.
    Whole(u64),
    /// Mostly 0, else whole numbers below this.
    Skewed(u64),
    /// Mostly NULL, else whole numbers below this.
    Sparse(u64),
    /// Texts in both cases, so many.
    Name(u64),
    /// Days, so many.
    Day(u64),
    /// 1 for a few rows, else 0.
    Flag,
    /// One of three words, of which `open` is rare.
    Status,
    /// The key of a row of that table, which has so many.
    Reference(usize, u64),
}

/// The world of a seed.
#[must_use]
pub fn world(seed: u64) -> World {
    let rng = &mut Rng::new(WORLD, seed);
    let count = rng.between(1, 4) as usize;
    let mut world =
        World { script: String::new(), queries: vec![], writes: vec![], tables: vec![] };
    for at in 0..count {
        let table = table(rng, at, &world.tables);
        world.script.push_str(&create(rng, &table));
        world.script.push_str(&rows(rng, &table, 1, table.rows));
        world.tables.push(table);
    }
    for number in 0..rng.below(3) {
        let table = rng.pick(&world.tables).clone();
        let index = drawn_index(&table, rng.below(1 << 40));
        world.script.push_str(&index.ddl(&format!("there_{number}")));
        world.script.push_str(";\n");
    }
    match rng.below(10) {
        0..=3 => {}
        4..=7 => world.script.push_str("ANALYZE;\n"),
        // Statistics of before the table grew.
        _ => {
            world.script.push_str("ANALYZE;\n");
            let at = rng.below(count as u64) as usize;
            let rows_now = world.tables[at].rows;
            let more = rows(rng, &world.tables[at], rows_now + 1, rows_now * 2);
            world.script.push_str(&more);
            world.tables[at].rows *= 2;
        }
    }
    world.queries = (0..rng.between(3, 8)).map(|_| query(rng, &world.tables)).collect();
    world.writes = (0..3).map(|which| write(rng, &world.tables, which)).collect();
    world
}

impl World {
    /// The queries, and some of the writes, as a person writes a workload.
    #[must_use]
    pub fn workload(&self, writes: usize) -> String {
        let mut text = String::new();
        for (number, sql) in self.queries.iter().chain(self.writes.iter().take(writes)).enumerate()
        {
            let _ = writeln!(text, "-- name: q{number}\n{sql};");
        }
        text
    }
}

fn table(rng: &mut Rng, at: usize, before: &[TableShape]) -> TableShape {
    let rows = rng.between(150, 600) as u64 * (1 + at as u64 * rng.below(3));
    let mut columns = vec![ColumnShape { name: "id".to_owned(), kind: ColumnKind::Key }];
    if !before.is_empty() {
        let to = rng.below(before.len() as u64) as usize;
        let kind = ColumnKind::Reference(to, before[to].rows);
        columns.push(ColumnShape { name: "ref".to_owned(), kind });
    }
    for name in COLUMNS.iter().take(rng.between(3, 7) as usize) {
        let few = rng.between(2, 40) as u64;
        let many = rng.between(40, 2000) as u64;
        let distinct = if rng.chance(500) { few } else { many };
        let kind = match rng.below(9) {
            0 | 1 => ColumnKind::Whole(distinct),
            2 => ColumnKind::Skewed(distinct),
            3 => ColumnKind::Sparse(distinct),
            4 | 5 => ColumnKind::Name(distinct),
            6 => ColumnKind::Day(distinct),
            7 => ColumnKind::Flag,
            _ => ColumnKind::Status,
        };
        columns.push(ColumnShape { name: (*name).to_owned(), kind });
    }
    TableShape { name: TABLES[at].to_owned(), columns, rows }
}

fn create(rng: &mut Rng, table: &TableShape) -> String {
    let columns = table.columns.iter().map(|column| {
        let declared = match column.kind {
            ColumnKind::Key => "INTEGER PRIMARY KEY",
            ColumnKind::Name(_) if rng.chance(200) => "TEXT COLLATE NOCASE",
            ColumnKind::Name(_) | ColumnKind::Day(_) | ColumnKind::Status => "TEXT",
            ColumnKind::Whole(_) if rng.chance(300) => "INT NOT NULL",
            ColumnKind::Whole(_) if rng.chance(100) => "",
            _ => "INT",
        };
        format!("{} {declared}", quoted(&column.name))
    });
    let columns = columns.collect::<Vec<_>>().join(", ");
    let end = if rng.chance(150) { " WITHOUT ROWID" } else { "" };
    // What an application keeps beside its keys.
    format!("CREATE TABLE {}({columns}, note TEXT){end};\n", quoted(&table.name))
}

/// An `INSERT` of the rows from one number to another.
fn rows(rng: &mut Rng, table: &TableShape, from: u64, to: u64) -> String {
    let mut before = "i".to_owned();
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            // Now and then a column follows from the one before it.
            let source = if rng.chance(200) { before.clone() } else { "i".to_owned() };
            let mixed = format!("({source} * {} + {})", rng.pick(&FACTORS), rng.below(1000));
            let rare = rng.between(15, 60);
            let value = match column.kind {
                ColumnKind::Key => return "i".to_owned(),
                ColumnKind::Whole(distinct) => format!("{mixed} % {distinct}"),
                ColumnKind::Reference(_, rows) => format!("1 + {mixed} % {rows}"),
                ColumnKind::Skewed(distinct) => {
                    format!("CASE WHEN {mixed} % 10 < 8 THEN 0 ELSE {mixed} / 10 % {distinct} END")
                }
                ColumnKind::Sparse(distinct) => {
                    format!("CASE WHEN {mixed} % {rare} = 0 THEN {mixed} / {rare} % {distinct} END")
                }
                ColumnKind::Flag => format!("{mixed} % {rare} = 0"),
                ColumnKind::Name(distinct) => {
                    let case = "CASE WHEN i % 3 = 0 THEN 'Name' ELSE 'name' END";
                    return format!("{case} || ({mixed} % {distinct})");
                }
                ColumnKind::Day(distinct) => {
                    return format!("date('2024-01-01', ({mixed} % {distinct}) || ' days')");
                }
                ColumnKind::Status => {
                    return format!(
                        "CASE WHEN {mixed} % {rare} = 0 THEN 'open' WHEN {mixed} % 5 = 0 THEN 'held' ELSE 'done' END"
                    );
                }
            };
            // Nothing follows from NULL but NULL.
            if !matches!(column.kind, ColumnKind::Sparse(_)) {
                before = format!("({value})");
            }
            value
        })
        .collect();
    format!(
        "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to})\n\
         INSERT INTO {} SELECT {}, 'a note of some length on number ' || i FROM n;\n",
        quoted(&table.name),
        values.join(",\n  ")
    )
}

/// A value of a column, as SQL.
fn literal(rng: &mut Rng, kind: ColumnKind, rows: u64) -> String {
    match kind {
        ColumnKind::Key => rng.between(1, rows as i64).to_string(),
        ColumnKind::Reference(_, rows) => rng.between(1, rows as i64).to_string(),
        ColumnKind::Whole(distinct)
        | ColumnKind::Skewed(distinct)
        | ColumnKind::Sparse(distinct) => rng.below(distinct).to_string(),
        ColumnKind::Name(distinct) => format!("'name{}'", rng.below(distinct)),
        ColumnKind::Day(distinct) => {
            let day = rng.below(distinct.min(365));
            format!("'2024-{:02}-{:02}'", 1 + day / 31, 1 + day % 28)
        }
        ColumnKind::Flag => "1".to_owned(),
        ColumnKind::Status => format!("'{}'", rng.pick(&["open", "held", "done"])),
    }
}

/// A condition on one column of a table that the query calls `alias`.
fn condition(rng: &mut Rng, table: &TableShape, alias: &str) -> String {
    let column = rng.pick(&table.columns);
    let name = format!("{alias}.{}", quoted(&column.name));
    let kind = column.kind;
    let value = literal(rng, kind, table.rows);
    match (kind, rng.below(8)) {
        (ColumnKind::Sparse(_), 0..=2) => format!("{name} IS NOT NULL"),
        (ColumnKind::Sparse(_), 3) => format!("{name} IS NULL"),
        (ColumnKind::Name(_), 0) => format!("lower({name}) = {value}"),
        (ColumnKind::Name(_), 1) => format!("{name} LIKE 'name1%'"),
        (ColumnKind::Name(_), 2) => format!("{name} = {value} COLLATE NOCASE"),
        (ColumnKind::Day(_), 0) => format!("substr({name}, 1, 7) = '2024-03'"),
        (ColumnKind::Day(_) | ColumnKind::Whole(_), 1..=3) => format!("{name} >= {value}"),
        (ColumnKind::Day(_) | ColumnKind::Whole(_), 4) => {
            format!("{name} BETWEEN {value} AND {}", literal(rng, kind, table.rows))
        }
        (ColumnKind::Whole(_), 5) => format!("{name} % 10 = 3"),
        (ColumnKind::Flag | ColumnKind::Status, 0) => format!("{name} <> {value}"),
        (ColumnKind::Key | ColumnKind::Flag, _) => format!("{name} = {value}"),
        (_, 6) => format!("{name} IN ({value}, {})", literal(rng, kind, table.rows)),
        _ => format!("{name} = {value}"),
    }
}

/// One to three conditions.
fn conditions(rng: &mut Rng, table: &TableShape, alias: &str) -> String {
    let count = 1 + rng.below(3);
    let all: Vec<String> = (0..count).map(|_| condition(rng, table, alias)).collect();
    if count == 2 && rng.chance(150) {
        format!("({})", all.join(" OR "))
    } else {
        all.join(" AND ")
    }
}

fn query(rng: &mut Rng, tables: &[TableShape]) -> String {
    let at = rng.below(tables.len() as u64) as usize;
    let table = &tables[at];
    let from = format!("{} AS t", quoted(&table.name));
    let column = |rng: &mut Rng| format!("t.{}", quoted(&rng.pick(&table.columns).name));
    let (one, other) = (column(rng), column(rng));
    let wheres = conditions(rng, table, "t");
    let parent = table.columns.iter().find_map(|column| match column.kind {
        ColumnKind::Reference(to, _) => Some(&tables[to]),
        _ => None,
    });
    if let Some(parent) = parent {
        let up = quoted(&parent.name);
        let whose = conditions(rng, parent, "p");
        let shown = quoted(&rng.pick(&parent.columns).name);
        match rng.below(8) {
            0 | 1 => {
                return format!(
                    "SELECT t.id, {one}, p.{shown} FROM {from} JOIN {up} AS p ON p.id = t.ref WHERE {whose}"
                );
            }
            2 => {
                return format!(
                    "SELECT p.id, count(*) FROM {up} AS p JOIN {from} ON t.ref = p.id\nWHERE {whose} AND {wheres} GROUP BY p.id"
                );
            }
            3 => {
                return format!(
                    "SELECT p.id, count(t.id) FROM {up} AS p LEFT JOIN {from} ON t.ref = p.id AND {wheres}\nGROUP BY p.id ORDER BY p.id LIMIT 20"
                );
            }
            4 => {
                return format!(
                    "SELECT p.* FROM {up} AS p WHERE EXISTS (SELECT 1 FROM {from} WHERE t.ref = p.id AND {wheres})"
                );
            }
            5 => {
                return format!(
                    "SELECT t.* FROM {from} WHERE t.ref IN (SELECT p.id FROM {up} AS p WHERE {whose}) AND {wheres}"
                );
            }
            _ => {}
        }
    }
    let descending = if rng.chance(400) { " DESC" } else { "" };
    let shown = if rng.chance(400) { "t.*".to_owned() } else { format!("t.id, {one}, {other}") };
    match rng.below(10) {
        0..=2 => format!("SELECT {shown} FROM {from} WHERE {wheres}"),
        3 | 4 => {
            let limit = rng.between(1, 30);
            format!(
                "SELECT {shown} FROM {from} WHERE {wheres}\nORDER BY {other}{descending}, t.id LIMIT {limit}"
            )
        }
        5 => format!("SELECT {shown} FROM {from} ORDER BY {other}{descending}, t.id LIMIT 10"),
        6 => format!(
            "SELECT {one}, count(*), max({other}) FROM {from} WHERE {wheres} GROUP BY {one}"
        ),
        7 => format!("SELECT count(*) FROM {from} WHERE {wheres}"),
        8 => format!("SELECT DISTINCT {one} FROM {from}"),
        _ => format!("SELECT max({one}) FROM {from} WHERE {wheres}"),
    }
}

/// An insert, an update or a delete, for 0, 1 and 2.
fn write(rng: &mut Rng, tables: &[TableShape], which: u64) -> String {
    let table = rng.pick(tables);
    let name = quoted(&table.name);
    let wheres = conditions(rng, table, &name);
    let others = &table.columns[1..];
    match which {
        0 => {
            let columns: Vec<String> = others.iter().map(|column| quoted(&column.name)).collect();
            let row = |rng: &mut Rng, key: u64| {
                let values = others.iter().map(|column| literal(rng, column.kind, table.rows));
                format!("({key}, {})", values.collect::<Vec<_>>().join(", "))
            };
            let rows: Vec<String> =
                (1..=rng.below(20) + 1).map(|key| row(rng, table.rows * 4 + key)).collect();
            format!("INSERT INTO {name}(id, {}) VALUES {}", columns.join(", "), rows.join(", "))
        }
        1 => {
            let column = rng.pick(others);
            let value = literal(rng, column.kind, table.rows);
            format!("UPDATE {name} SET {} = {value} WHERE {wheres}", quoted(&column.name))
        }
        _ => format!("DELETE FROM {name} WHERE {wheres}"),
    }
}

/// An index that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnIndex {
    /// Its table, as it is called.
    pub table: String,
    /// Its parts.
    pub parts: Vec<DrawnPart>,
    /// What stands behind `WHERE`.
    pub filter: Option<String>,
}

/// One part of a drawn index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnPart {
    /// A column, as it is called, or an expression.
    pub key: String,
    /// It is an expression.
    pub is_expression: bool,
    /// A collation of its own.
    pub collation: Option<&'static str>,
    /// `DESC`
    pub descending: bool,
}

/// An index drawn from a seed: one to three columns in any order and direction, some with another collation,
/// some expressions, some over a part of the rows.
#[must_use]
pub fn drawn_index(table: &TableShape, seed: u64) -> DrawnIndex {
    let rng = &mut Rng::new(INDEX, seed);
    let mut columns: Vec<&ColumnShape> = table.columns.iter().collect();
    rng.shuffle(&mut columns);
    columns.truncate(1 + rng.below(3) as usize);
    let parts = columns.into_iter().map(|column| {
        let plain = quoted(&column.name);
        let expression = match column.kind {
            ColumnKind::Name(_) if rng.chance(120) => Some(format!("lower({plain})")),
            ColumnKind::Name(_) if rng.chance(80) => Some(format!("substr({plain}, 1, 3)")),
            ColumnKind::Day(_) if rng.chance(150) => Some(format!("substr({plain}, 1, 7)")),
            ColumnKind::Whole(_) if rng.chance(120) => Some(format!("{plain} % 10")),
            _ => None,
        };
        let is_name = matches!(column.kind, ColumnKind::Name(_));
        DrawnPart {
            is_expression: expression.is_some(),
            key: expression.unwrap_or_else(|| column.name.clone()),
            collation: (is_name && rng.chance(200)).then_some("NOCASE"),
            descending: rng.chance(200),
        }
    });
    let parts = parts.collect();
    let filter = rng.chance(250).then(|| {
        let column = rng.pick(&table.columns);
        let value = literal(rng, column.kind, table.rows);
        let test = match rng.below(3) {
            0 => "IS NOT NULL".to_owned(),
            1 => format!("= {value}"),
            _ => format!("> {value}"),
        };
        format!("{} {test}", quoted(&column.name))
    });
    DrawnIndex { table: table.name.clone(), parts, filter }
}

impl DrawnIndex {
    /// The statement that creates it.
    #[must_use]
    pub fn ddl(&self, name: &str) -> String {
        let part = |part: &DrawnPart| {
            let key = if part.is_expression { part.key.clone() } else { quoted(&part.key) };
            let collation = part.collation.map(|name| format!(" COLLATE {name}"));
            let descending = if part.descending { " DESC" } else { "" };
            format!("{key}{}{descending}", collation.unwrap_or_default())
        };
        let parts = self.parts.iter().map(part).collect::<Vec<_>>().join(", ");
        let filter = self.filter.as_ref().map(|filter| format!(" WHERE {filter}"));
        let (name, table) = (quoted(name), quoted(&self.table));
        format!("CREATE INDEX {name} ON {table}({parts}){}", filter.unwrap_or_default())
    }
}

/// In quotes where SQL needs them.
fn quoted(name: &str) -> String {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let keywords = ["group", "order", "index", "table", "select", "where", "values"];
    let is_keyword = keywords.iter().any(|word| name.eq_ignore_ascii_case(word));
    if is_word && !is_keyword {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_world() {
        assert_eq!(world(7).script, world(7).script);
        assert_eq!(world(7).workload(3), world(7).workload(3));
        assert_ne!(world(7).script, world(8).script);
    }

    #[test]
    fn worlds_have_what_tests_need() {
        let all: String =
            (0..200).map(|seed| world(seed).script + &world(seed).workload(3)).collect();
        for needed in [
            "WITHOUT ROWID",
            "ANALYZE",
            "CREATE INDEX",
            "\"group\"",
            "NOCASE",
            " DESC",
            " LEFT JOIN ",
            " EXISTS ",
            "GROUP BY",
            " OR ",
            "UPDATE",
            "DELETE",
        ] {
            assert!(all.contains(needed), "{needed}");
        }
    }
}
