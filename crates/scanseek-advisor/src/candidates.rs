//! Indexes that may help one query, from what the planner asked: equality, one range, order and
//! covering. Whether any of them is used is for the planner to say, later.
//! Source of the rules: <https://sqlite.org/queryplanner.html>, <https://sqlite.org/optoverview.html>.

use std::collections::BTreeMap;

use scanseek_schema::{
    Constraint, ConstraintOp, IndexPart, IndexSpec, Schema, Table, TableKind, TableScan,
};

use crate::reason::{Reason, Rule};

/// Key columns at the most; wider indexes cost more bytes than they save.
const WIDEST: usize = 6;
/// Tables with fewer rows are read in a few pages anyway.
const SMALLEST_TABLE_ROWS: u64 = 100;

/// An index that may help, and the rules it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The index.
    pub spec: IndexSpec,
    /// Why it is as it is.
    pub reasons: Vec<Reason>,
    /// Parts that narrow the search or give the order; those behind them only cover.
    pub keys: usize,
}

/// All candidates for the scans of one query, without duplicates and without what exists already.
pub fn candidates(schema: &Schema, scans: &[TableScan]) -> Vec<Candidate> {
    let mut found: BTreeMap<IndexSpec, (Vec<Reason>, usize)> = BTreeMap::new();
    for scan in scans {
        let Some(table) = schema.table_in(scan.database.as_deref(), &scan.table) else { continue };
        let small = table.row_count.is_some_and(|rows| rows < SMALLEST_TABLE_ROWS);
        if table.kind != TableKind::Table || small {
            continue;
        }
        for draft in drafts(table, scan) {
            for draft in [draft.with_tail(table, scan), Some(draft)].into_iter().flatten() {
                let spec = IndexSpec {
                    database: table.database.clone(),
                    table: table.name.clone(),
                    parts: draft.parts.clone(),
                };
                if draft.is_useful(table) && !spec.exists_in(table) {
                    found.entry(spec).or_insert_with(|| (draft.reasons(), draft.keys()));
                }
            }
        }
    }
    found.into_iter().map(|(spec, (reasons, keys))| Candidate { spec, reasons, keys }).collect()
}

/// An index in the making: its parts, each with the rule it follows.
#[derive(Debug, Clone, Default)]
struct Draft {
    parts: Vec<IndexPart>,
    rules: Vec<Rule>,
    /// Columns limited by `LIKE`.
    like: Vec<String>,
}

impl Draft {
    fn push(&mut self, part: IndexPart, rule: Rule) {
        let known = self.parts.iter().any(|other| other.column.eq_ignore_ascii_case(&part.column));
        if !known && self.parts.len() < WIDEST {
            self.parts.push(part);
            self.rules.push(rule);
        }
    }

    fn push_constraint(&mut self, table: &Table, constraint: &Constraint, rule: Rule) {
        if let Some(part) = constraint_part(table, constraint) {
            if constraint.op == ConstraintOp::Like {
                self.like.push(part.column.clone());
            }
            self.push(part, rule);
        }
    }

    /// The same with the other columns that are read behind it, so that it covers the query.
    fn with_tail(&self, table: &Table, scan: &TableScan) -> Option<Draft> {
        let rowid = table.rowid_column();
        let mut draft = self.clone();
        for position in &scan.columns_used {
            // Bit 63 of SQLite's mask stands for many columns, so nothing can cover them.
            let column = table.columns.get(*position).filter(|_| *position < 63)?;
            let has = self.parts.iter().any(|part| part.column.eq_ignore_ascii_case(&column.name));
            if !has && rowid != Some(*position) {
                if draft.parts.len() == WIDEST {
                    return None;
                }
                draft.push(IndexPart::ascending(&column.name), Rule::Covering);
            }
        }
        (draft.parts.len() > self.parts.len()).then_some(draft)
    }

    /// Not empty, not led by the rowid, and not a copy of the whole table.
    fn is_useful(&self, table: &Table) -> bool {
        let rowid = table.rowid_column().map(|position| table.columns[position].name.as_str());
        let others = table.columns.len() - usize::from(rowid.is_some());
        let leads = self.parts.first().map(|part| part.column.as_str());
        leads.is_some() && leads != rowid && (self.parts.len() < others || others <= 1)
    }

    fn keys(&self) -> usize {
        self.rules.iter().filter(|rule| **rule != Rule::Covering).count()
    }

    fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for rule in [Rule::Equality, Rule::Range, Rule::Order, Rule::Group, Rule::Covering] {
            let columns: Vec<&str> = self
                .parts
                .iter()
                .zip(&self.rules)
                .filter(|(_, of)| **of == rule)
                .map(|(part, _)| part.column.as_str())
                .collect();
            if !columns.is_empty() {
                reasons.push(Reason::new(rule, &columns));
            }
        }
        for (part, rule) in self.parts.iter().zip(&self.rules) {
            let rule = match (&part.collation, rule) {
                (None, _) => continue,
                (_, Rule::Order | Rule::Group) => Rule::OrderCollation,
                (_, Rule::Range) if self.like.contains(&part.column) => Rule::LikeNoCase,
                _ => Rule::Collation,
            };
            reasons.push(Reason::new(rule, &[&part.column]));
        }
        reasons
    }
}

fn drafts(table: &Table, scan: &TableScan) -> Vec<Draft> {
    let of = |wanted: &[ConstraintOp]| -> Vec<&Constraint> {
        scan.constraints.iter().filter(|constraint| wanted.contains(&constraint.op)).collect()
    };
    let equal = of(&[ConstraintOp::Equal, ConstraintOp::IsNull]);
    let lists = of(&[ConstraintOp::In]);
    let ranges = of(&[ConstraintOp::Range, ConstraintOp::Like, ConstraintOp::Glob]);
    let mut drafts = Vec::new();

    let mut all_equal = Draft::default();
    for constraint in &equal {
        all_equal.push_constraint(table, constraint, Rule::Equality);
    }
    let mut seeks = all_equal.clone();
    for constraint in &lists {
        seeks.push_constraint(table, constraint, Rule::Equality);
    }
    // Each base may be narrower than all equalities: a join order makes only some of them usable,
    // and one column alone is often selective enough.
    let mut bases = vec![all_equal.clone(), seeks.clone()];
    for constraint in equal.iter().chain(&lists) {
        let mut single = Draft::default();
        single.push_constraint(table, constraint, Rule::Equality);
        bases.push(single);
    }
    for base in bases {
        for constraint in &ranges {
            let mut draft = base.clone();
            draft.push_constraint(table, constraint, Rule::Range);
            drafts.push(draft);
        }
        drafts.push(base);
    }
    for base in [all_equal, seeks, Draft::default()] {
        if let Some(draft) = ordered(table, scan, base) {
            drafts.push(draft);
        }
    }
    drafts
}

/// The base with the wanted order behind it. A list breaks the order; the planner will say.
fn ordered(table: &Table, scan: &TableScan, mut draft: Draft) -> Option<Draft> {
    let before = draft.parts.len();
    // Scanned backwards, an ascending index serves a descending order; only mixed ones need DESC.
    let first = scan.order_by.first()?;
    let mixed = scan.order_by.iter().any(|term| term.descending != first.descending);
    let rule = if scan.order_is_group { Rule::Group } else { Rule::Order };
    for term in &scan.order_by {
        let position = term.column?;
        if table.rowid_column() == Some(position) {
            // Every index ends with the rowid.
            break;
        }
        let column = table.columns.get(position)?;
        let part = IndexPart {
            column: column.name.clone(),
            descending: mixed && term.descending,
            collation: term.collation.clone(),
        };
        draft.push(part, rule);
    }
    (draft.parts.len() > before).then_some(draft)
}

fn constraint_part(table: &Table, constraint: &Constraint) -> Option<IndexPart> {
    let column = table.columns.get(constraint.column?)?;
    let needed = match constraint.op {
        ConstraintOp::Like => "NOCASE",
        ConstraintOp::Glob => "BINARY",
        ConstraintOp::IsNull => &column.collation,
        ConstraintOp::Equal | ConstraintOp::In | ConstraintOp::Range => &constraint.collation,
    };
    let collation = (!needed.eq_ignore_ascii_case(&column.collation)).then(|| needed.to_owned());
    Some(IndexPart { column: column.name.clone(), descending: false, collation })
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanseek_schema::{Column, OrderTerm};

    fn table() -> Schema {
        let column = |name: &str, pk| Column {
            name: name.into(),
            declared_type: if pk > 0 { "INTEGER" } else { "TEXT" }.into(),
            not_null: false,
            primary_key_position: pk,
            collation: "BINARY".into(),
            hidden: false,
            default_sql: None,
            references: None,
        };
        let mut columns = vec![column("id", 1)];
        columns.extend(["a", "b", "c", "d", "e", "f", "g"].map(|name| column(name, 0)));
        Schema {
            attached: vec![],
            tables: vec![Table {
                database: None,
                name: "t".into(),
                kind: TableKind::Table,
                columns,
                indexes: vec![],
                without_rowid: false,
                strict: false,
                row_count: Some(1000),
                rows_estimated: None,
                sql: String::new(),
            }],
        }
    }

    fn constraint(column: usize, op: ConstraintOp) -> Constraint {
        Constraint { column: Some(column), op, collation: "BINARY".into() }
    }

    fn check(scan: TableScan, expected: &[&str]) {
        let found: Vec<String> = candidates(&table(), &[scan])
            .iter()
            .map(|candidate| candidate.spec.ddl("i").replace("CREATE INDEX i ON ", ""))
            .collect();
        for ddl in expected {
            assert!(found.iter().any(|other| other == ddl), "{ddl} is not in {found:?}");
        }
        assert!(!found.iter().any(|ddl| ddl.starts_with("t(id")), "{found:?}");
    }

    #[test]
    fn rules_shape_the_candidates() {
        use ConstraintOp::{Equal, In, Like, Range};
        let scan = TableScan {
            database: None,
            table: "t".into(),
            constraints: vec![constraint(1, Equal), constraint(2, Range), constraint(0, Equal)],
            order_by: vec![],
            order_is_group: false,
            columns_used: vec![0, 1, 2, 3],
        };
        check(scan.clone(), &["t(a)", "t(a, b)", "t(a, b, c)"]);
        let ordered = TableScan {
            constraints: vec![constraint(1, Equal), constraint(2, In)],
            order_by: vec![
                OrderTerm { column: Some(3), descending: true, collation: None },
                OrderTerm { column: Some(4), descending: true, collation: None },
            ],
            ..scan.clone()
        };
        check(ordered.clone(), &["t(a, c, d)", "t(c, d)", "t(a, b)", "t(b)"]);
        let mixed = TableScan {
            order_by: vec![
                OrderTerm { column: Some(3), descending: true, collation: None },
                OrderTerm { column: Some(4), descending: false, collation: None },
            ],
            ..ordered
        };
        check(mixed, &["t(a, c DESC, d)"]);
        let like = TableScan { constraints: vec![constraint(1, Like)], ..scan.clone() };
        check(like, &["t(a COLLATE NOCASE)"]);
        let wide = TableScan { columns_used: vec![1, 2, 3, 4, 5, 6, 7], ..scan };
        let all = candidates(&table(), &[wide]);
        assert!(all.iter().all(|c| c.spec.parts.len() <= WIDEST), "{all:?}");
    }

    #[test]
    fn tables_of_one_name_in_two_databases_are_told_apart() {
        let mut schema = table();
        let mut attached = schema.tables[0].clone();
        attached.database = Some("o".into());
        attached.row_count = Some(99);
        schema.tables.push(attached);
        schema.attached.push("o".into());
        let scan = |database: Option<&str>| TableScan {
            database: database.map(str::to_owned),
            table: "t".into(),
            constraints: vec![constraint(1, ConstraintOp::Equal)],
            order_by: vec![],
            order_is_group: false,
            columns_used: vec![1],
        };
        assert!(candidates(&schema, &[scan(Some("o"))]).is_empty(), "it is small");
        schema.tables[1].row_count = Some(1000);
        for (database, ddl) in
            [(None, "CREATE INDEX i ON t(a)"), (Some("O"), "CREATE INDEX o.i ON t(a)")]
        {
            let found = candidates(&schema, &[scan(database)]);
            assert_eq!(found.iter().map(|c| c.spec.ddl("i")).collect::<Vec<_>>(), [ddl]);
        }
    }

    #[test]
    fn small_tables_need_no_index() {
        let mut schema = table();
        schema.tables[0].row_count = Some(99);
        let scan = TableScan {
            database: None,
            table: "t".into(),
            constraints: vec![constraint(1, ConstraintOp::Equal)],
            order_by: vec![],
            order_is_group: false,
            columns_used: vec![1],
        };
        assert!(candidates(&schema, &[scan]).is_empty());
    }
}
