//! Indexes that may help one query, from what the planner asked and what the text wants: equality, one
//! range, order, covering, expressions and partial indexes. Whether any of them is used is for the
//! planner to say, later.
//! Source of the rules: <https://sqlite.org/queryplanner.html>, <https://sqlite.org/optoverview.html>,
//! <https://sqlite.org/partialindex.html>, <https://sqlite.org/expridx.html>.

use std::collections::BTreeMap;

use scanseek_schema::{
    Constraint, ConstraintOp, IndexPart, IndexSpec, Key, Schema, Table, TableKind, TableScan,
};
use scanseek_sql::{Filter, Wanted, words};

use crate::oracle::Wishes;
use crate::reason::{Reason, Rule};

/// Parts at the most; wider indexes cost more bytes than they save.
const WIDEST: usize = 8;
/// Tables with fewer rows are read in a few pages anyway. Where they are joined with larger ones, an index can
/// still be what the larger ones are found from.
const SMALLEST_TABLE_ROWS: u64 = 100;
/// Of more equalities than this, not all subsets are tried.
const ALL_SUBSETS: usize = 3;
/// Of more group columns than this, one order is tried.
const ALL_ORDERS: usize = 3;
/// The planner is asked about this many for one query; the first are the simplest.
const MOST: usize = 160;

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

/// All candidates for one query, without duplicates and without what exists already, the simplest
/// first.
pub fn candidates(schema: &Schema, wishes: &Wishes) -> Vec<Candidate> {
    let mut found: BTreeMap<IndexSpec, (usize, Vec<Reason>, usize)> = BTreeMap::new();
    let mut add = |table: &Table, draft: &Draft| {
        let spec = draft.spec(table);
        let next = found.len();
        if draft.is_useful(table) && !spec.exists_in(table) {
            found.entry(spec).or_insert_with(|| (next, draft.reasons(), draft.keys()));
        }
    };
    let is_small = |table: &Table| table.row_count.is_some_and(|rows| rows < SMALLEST_TABLE_ROWS);
    let joins_larger = wishes.scans.iter().any(|scan| {
        let table = schema.table_in(scan.database.as_deref(), &scan.table);
        table.is_some_and(|table| !is_small(table))
    });
    let table_of = |database: Option<&str>, name: &str| {
        let table = schema.table_in(database, name)?;
        let is_worth = joins_larger || !is_small(table);
        (table.kind == TableKind::Table && is_worth).then_some(table)
    };
    for (database, name, columns) in &wishes.children {
        let Some(table) = table_of(database.as_deref(), name) else { continue };
        let mut draft = Draft::default();
        for column in columns {
            draft.push(IndexPart::ascending(column), Rule::ForeignKey);
        }
        add(table, &draft);
    }
    for scan in &wishes.scans {
        let Some(table) = table_of(scan.database.as_deref(), &scan.table) else { continue };
        if scan.columns_used.is_empty() && scan.constraints.is_empty() {
            counting(table).iter().for_each(|draft| add(table, draft));
        }
        for shape in shapes(table, scan, &wishes.wanted) {
            let drafts = drafts(&shape);
            let filters = filters(&shape);
            for draft in &drafts {
                for filter in &filters {
                    let draft = draft.limited_to(filter);
                    draft.with_tails(table, scan).iter().for_each(|draft| add(table, draft));
                    add(table, &draft);
                }
            }
            for draft in drafts {
                draft.with_tails(table, scan).iter().for_each(|draft| add(table, draft));
                add(table, &draft);
            }
        }
    }
    let mut found: Vec<(usize, Candidate)> = found
        .into_iter()
        .map(|(spec, (at, reasons, keys))| (at, Candidate { spec, reasons, keys }))
        .collect();
    found.sort_by_key(|(at, _)| *at);
    found.truncate(MOST);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// An index in the making: its parts, each with the rule it follows.
#[derive(Debug, Clone, Default)]
struct Draft {
    parts: Vec<IndexPart>,
    rules: Vec<Rule>,
    /// Keys limited by `LIKE`.
    like: Vec<Key>,
    filter: Option<String>,
    /// Columns that have one value in all rows of the filter: SQLite knows it without the column.
    fixed: Vec<String>,
}

impl Draft {
    fn push(&mut self, part: IndexPart, rule: Rule) {
        let known = self.parts.iter().any(|other| same_key(&other.key, &part.key));
        if !known && self.parts.len() < WIDEST {
            self.parts.push(part);
            self.rules.push(rule);
        }
    }

    fn push_term(&mut self, term: &Term, rule: Rule) {
        if term.is_like {
            self.like.push(term.part.key.clone());
        }
        self.push(term.part.clone(), rule);
    }

    fn spec(&self, table: &Table) -> IndexSpec {
        IndexSpec {
            database: table.database.clone(),
            table: table.name.clone(),
            parts: self.parts.clone(),
            filter: self.filter.clone(),
        }
    }

    /// The same with the other columns that are read behind it, so that it covers the query. Columns of
    /// an expression that it holds may be read for that alone, so there is one tail without them, too.
    fn with_tails(&self, table: &Table, scan: &TableScan) -> Vec<Draft> {
        let computed = |name: &str| {
            self.parts.iter().any(|part| match &part.key {
                Key::Expression(sql) => {
                    words(sql).iter().any(|word| word.eq_ignore_ascii_case(name))
                }
                Key::Column(_) => false,
            })
        };
        let all = self.with_tail(table, scan, |_| true);
        let some = self.with_tail(table, scan, |name| !computed(name));
        all.into_iter().chain(some).collect()
    }

    fn with_tail(
        &self,
        table: &Table,
        scan: &TableScan,
        wants: impl Fn(&str) -> bool,
    ) -> Option<Draft> {
        let rowid = table.rowid_column();
        let mut draft = self.clone();
        for position in &scan.columns_used {
            // Bit 63 of SQLite's mask stands for many columns, so nothing can cover them.
            let column = table.columns.get(*position).filter(|_| *position < 63)?;
            if !wants(&column.name) || self.fixed.contains(&column.name) {
                continue;
            }
            let has = self.parts.iter().any(|part| part.key.is_column(&column.name));
            if !has && rowid != Some(*position) {
                if draft.parts.len() == WIDEST {
                    return None;
                }
                draft.push(IndexPart::ascending(&column.name), Rule::Covering);
            }
        }
        (draft.parts.len() > self.parts.len()).then_some(draft)
    }

    /// The same over the rows that the filters keep. A column that they fix is no key any more.
    fn limited_to(&self, filters: &[&Filter]) -> Draft {
        let mut draft = Draft { like: self.like.clone(), ..Draft::default() };
        let is_fixed =
            |part: &IndexPart| filters.iter().any(|filter| filter.fixes(part.key.text()));
        for (part, rule) in self.parts.iter().zip(&self.rules) {
            let is_listed = *rule == Rule::Equality
                && filters.iter().any(|filter| filter.compared == part.key.text());
            let needs_no_place =
                is_fixed(part) && matches!(rule, Rule::Equality | Rule::Order | Rule::Group);
            if !needs_no_place && !is_listed {
                draft.push(part.clone(), *rule);
            }
        }
        if let Some(filter) = filters.first().filter(|_| draft.parts.is_empty()) {
            draft.push(IndexPart::ascending(&filter.columns[0]), Rule::Equality);
        }
        let columns =
            filters.iter().flat_map(|filter| filter.columns.iter().map(move |name| (filter, name)));
        draft.fixed = columns
            .filter(|(filter, name)| filter.fixes(name))
            .map(|(_, name)| name.clone())
            .collect();
        let texts: Vec<&str> = filters.iter().map(|filter| filter.sql.as_str()).collect();
        draft.filter = Some(texts.join(" AND "));
        draft
    }

    /// Not empty, not led by the rowid, and not a copy of the whole table.
    fn is_useful(&self, table: &Table) -> bool {
        let rowid = table.rowid_column().map(|position| table.columns[position].name.as_str());
        let others = table.columns.len() - usize::from(rowid.is_some());
        let Some(first) = self.parts.first() else { return false };
        let is_rowid = rowid.is_some_and(|rowid| first.key.is_column(rowid));
        let is_copy = self.filter.is_none() && self.parts.len() >= others && others > 1;
        !is_rowid && !is_copy
    }

    fn keys(&self) -> usize {
        self.rules.iter().filter(|rule| **rule != Rule::Covering).count()
    }

    fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for rule in [
            Rule::ForeignKey,
            Rule::Equality,
            Rule::Range,
            Rule::Order,
            Rule::Group,
            Rule::Counting,
            Rule::Checked,
            Rule::Covering,
        ] {
            let keys: Vec<&str> = self
                .parts
                .iter()
                .zip(&self.rules)
                .filter(|(_, of)| **of == rule)
                .map(|(part, _)| part.key.text())
                .collect();
            if !keys.is_empty() {
                reasons.push(Reason::new(rule, &keys));
            }
        }
        for (part, rule) in self.parts.iter().zip(&self.rules) {
            if let Key::Expression(sql) = &part.key {
                reasons.push(Reason::new(Rule::Expression, &[sql]));
            }
            let rule = match (&part.collation, rule) {
                (None, _) => continue,
                (_, Rule::Order | Rule::Group) => Rule::OrderCollation,
                (_, Rule::Range) if self.like.contains(&part.key) => Rule::LikeNoCase,
                _ => Rule::Collation,
            };
            reasons.push(Reason::new(rule, &[part.key.text()]));
        }
        if let Some(filter) = &self.filter {
            reasons.push(Reason::new(Rule::Partial, &[filter]));
        }
        reasons
    }
}

fn same_key(a: &Key, b: &Key) -> bool {
    match (a, b) {
        (Key::Column(a), Key::Column(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => a == b,
    }
}

/// A key that a constraint searches by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    part: IndexPart,
    is_like: bool,
}

/// What one scan could be served by.
struct Shape<'a> {
    equal: Vec<Term>,
    lists: Vec<Term>,
    ranges: Vec<Term>,
    /// The order wanted; it ends where the rowid stands, which every index has at its end.
    order: Vec<IndexPart>,
    any_order: bool,
    filters: Vec<&'a Filter>,
}

/// The scan as the planner asked it, and as the text adds to it.
fn shapes<'a>(table: &Table, scan: &TableScan, wanted: &'a [Wanted]) -> Vec<Shape<'a>> {
    let of = |wanted: &[ConstraintOp]| -> Vec<Term> {
        scan.constraints
            .iter()
            .filter(|constraint| wanted.contains(&constraint.op))
            .filter_map(|constraint| column_term(table, constraint))
            .collect()
    };
    let plain = || Shape {
        equal: of(&[ConstraintOp::Equal, ConstraintOp::IsNull]),
        lists: of(&[ConstraintOp::In]),
        ranges: of(&[ConstraintOp::Range, ConstraintOp::Like, ConstraintOp::Glob]),
        order: scan_order(table, scan),
        any_order: scan.order_is_group,
        filters: Vec::new(),
    };
    let mut shapes = vec![plain()];
    let mine = wanted
        .iter()
        .filter(|one| one.database == scan.database && one.table.eq_ignore_ascii_case(&scan.table));
    for one in mine {
        let mut shape = plain();
        for expression in &one.expressions {
            let collation = match expression.op {
                ConstraintOp::Like => Some("NOCASE".to_owned()),
                _ => expression.collation.clone(),
            };
            let key = Key::Expression(expression.sql.clone());
            let term = Term {
                part: IndexPart { key, descending: false, collation },
                is_like: expression.op == ConstraintOp::Like,
            };
            match expression.op {
                ConstraintOp::Equal | ConstraintOp::IsNull => shape.equal.insert(0, term),
                ConstraintOp::In => shape.lists.insert(0, term),
                ConstraintOp::Range | ConstraintOp::Like | ConstraintOp::Glob => {
                    shape.ranges.insert(0, term);
                }
            }
        }
        if let Some(order) = &one.order {
            let mixed =
                order.terms.iter().any(|(_, descending, _)| *descending != order.terms[0].1);
            let part = |(key, descending, collation): &(Key, bool, Option<String>)| IndexPart {
                key: key.clone(),
                descending: mixed && *descending,
                collation: collation.clone(),
            };
            shape.order = order.terms.iter().map(part).collect();
            shape.any_order = order.any_order;
        }
        shape.filters = one.filters.iter().collect();
        shapes.push(shape);
    }
    shapes
}

/// `count(*)` reads the smallest b-tree there is: an index on the column that is likely narrowest.
fn counting(table: &Table) -> Option<Draft> {
    let width = |declared: &str| match declared.to_ascii_uppercase() {
        declared if declared.contains("BOOL") => 0,
        declared if declared.contains("INT") => 1,
        _ => 2,
    };
    let own =
        table.columns.iter().filter(|column| column.primary_key_position == 0 && !column.hidden);
    let narrowest = own.min_by_key(|column| width(&column.declared_type))?;
    let mut draft = Draft::default();
    draft.push(IndexPart::ascending(&narrowest.name), Rule::Counting);
    Some(draft)
}

/// Each filter by itself, and all of them together.
fn filters<'a>(shape: &Shape<'a>) -> Vec<Vec<&'a Filter>> {
    let mut sets: Vec<Vec<&Filter>> = shape.filters.iter().map(|filter| vec![*filter]).collect();
    if sets.len() > 1 {
        sets.insert(0, shape.filters.clone());
    }
    sets
}

fn drafts(shape: &Shape<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut all = Vec::new();
    for equal in subsets(&shape.equal) {
        let mut base = Draft::default();
        for term in &equal {
            base.push_term(term, Rule::Equality);
        }
        let is_edge = equal.is_empty() || equal.len() == shape.equal.len();
        all.push((base.clone(), true));
        if !shape.lists.is_empty() && is_edge {
            // A list breaks the order of what stands behind it; the planner will say.
            let mut with_all = base.clone();
            for term in &shape.lists {
                with_all.push_term(term, Rule::Equality);
            }
            all.push((with_all, true));
            for term in shape.lists.iter().filter(|_| shape.lists.len() > 1) {
                let mut with_one = base.clone();
                with_one.push_term(term, Rule::Equality);
                all.push((with_one, false));
            }
        }
    }
    for (base, ordered) in all {
        for order in orders(shape).into_iter().filter(|_| ordered) {
            let rule = if shape.any_order { Rule::Group } else { Rule::Order };
            let mut draft = base.clone();
            order.iter().for_each(|part| draft.push(part.clone(), rule));
            if draft.parts.len() > base.parts.len() {
                // A range behind the order is checked before the row is looked up.
                let mut checked = draft.clone();
                for term in &shape.ranges {
                    checked.push(term.part.clone(), Rule::Checked);
                }
                if checked.parts.len() > draft.parts.len() {
                    drafts.push(checked);
                }
                drafts.push(draft);
            }
        }
        for term in &shape.ranges {
            let mut draft = base.clone();
            draft.push_term(term, Rule::Range);
            let mut checked = draft.clone();
            for other in &shape.ranges {
                checked.push(other.part.clone(), Rule::Checked);
            }
            if checked.parts.len() > draft.parts.len() {
                drafts.push(checked);
            }
            drafts.push(draft);
        }
        drafts.push(base);
    }
    drafts
}

/// All subsets, or of many terms the whole, the pairs and each by itself; the whole first, nothing last.
fn subsets(terms: &[Term]) -> Vec<Vec<&Term>> {
    let mut sets: Vec<Vec<&Term>> = Vec::new();
    if terms.len() <= ALL_SUBSETS {
        for bits in 0..1_usize << terms.len() {
            sets.push(
                (0..terms.len()).filter(|at| bits & 1 << at != 0).map(|at| &terms[at]).collect(),
            );
        }
    } else {
        sets.push(terms.iter().collect());
        sets.push(Vec::new());
        for (at, term) in terms.iter().enumerate() {
            sets.push(vec![term]);
            sets.extend(terms[at + 1..].iter().map(|other| vec![term, other]));
        }
    }
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    sets
}

/// The order wanted; of a few group columns, each permutation.
fn orders(shape: &Shape<'_>) -> Vec<Vec<IndexPart>> {
    if shape.order.is_empty() {
        return Vec::new();
    }
    if !shape.any_order || shape.order.len() > ALL_ORDERS {
        return vec![shape.order.clone()];
    }
    let mut orders = vec![Vec::new()];
    for _ in 0..shape.order.len() {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<IndexPart>| {
                let left: Vec<&IndexPart> =
                    shape.order.iter().filter(|part| !order.contains(part)).collect();
                left.into_iter()
                    .map(|part| order.iter().cloned().chain([part.clone()]).collect())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    orders
}

/// The order that the planner asked for; empty if an index cannot give it.
fn scan_order(table: &Table, scan: &TableScan) -> Vec<IndexPart> {
    let Some(first) = scan.order_by.first() else { return Vec::new() };
    // Scanned backwards, an ascending index serves a descending order; only mixed ones need DESC.
    let mixed = scan.order_by.iter().any(|term| term.descending != first.descending);
    let mut order: Vec<IndexPart> = Vec::new();
    for term in &scan.order_by {
        let Some(position) = term.column else { return Vec::new() };
        if table.rowid_column() == Some(position) {
            // Every index ends with the rowid.
            break;
        }
        let Some(column) = table.columns.get(position) else { return Vec::new() };
        order.push(IndexPart {
            descending: mixed && term.descending,
            collation: term.collation.clone(),
            ..IndexPart::ascending(&column.name)
        });
    }
    order
}

fn column_term(table: &Table, constraint: &Constraint) -> Option<Term> {
    let column = table.columns.get(constraint.column?)?;
    let needed = match constraint.op {
        ConstraintOp::Like => "NOCASE",
        ConstraintOp::Glob => "BINARY",
        ConstraintOp::IsNull => &column.collation,
        ConstraintOp::Equal | ConstraintOp::In | ConstraintOp::Range => &constraint.collation,
    };
    let collation = (!needed.eq_ignore_ascii_case(&column.collation)).then(|| needed.to_owned());
    let part = IndexPart { collation, ..IndexPart::ascending(&column.name) };
    Some(Term { part, is_like: constraint.op == ConstraintOp::Like })
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

    fn wishes(scan: TableScan) -> Wishes {
        Wishes { scans: vec![scan], ..Wishes::default() }
    }

    fn constraint(column: usize, op: ConstraintOp) -> Constraint {
        Constraint { column: Some(column), op, collation: "BINARY".into() }
    }

    fn check(scan: TableScan, expected: &[&str]) {
        let found: Vec<String> = candidates(&table(), &wishes(scan))
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
        let all = candidates(&table(), &wishes(wide));
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
        assert!(candidates(&schema, &wishes(scan(Some("o")))).is_empty(), "it is small");
        schema.tables[1].row_count = Some(1000);
        for (database, ddl) in
            [(None, "CREATE INDEX i ON t(a)"), (Some("O"), "CREATE INDEX o.i ON t(a)")]
        {
            let found = candidates(&schema, &wishes(scan(database)));
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
        assert!(candidates(&schema, &wishes(scan)).is_empty());
    }

    #[test]
    fn a_small_table_may_have_one_where_a_larger_one_is_joined() {
        let mut schema = table();
        schema.tables[0].row_count = Some(25);
        let mut large = schema.tables[0].clone();
        large.name = "large".into();
        large.row_count = Some(10_000);
        schema.tables.push(large);
        let scan = |table: &str, columns: Vec<Constraint>| TableScan {
            database: None,
            table: table.into(),
            constraints: columns,
            order_by: vec![],
            order_is_group: false,
            columns_used: vec![1],
        };
        let small = scan("t", vec![constraint(1, ConstraintOp::Equal)]);
        let both = Wishes { scans: vec![small, scan("large", vec![])], ..Wishes::default() };
        let found = candidates(&schema, &both);
        assert!(found.iter().any(|one| one.spec.ddl("i") == "CREATE INDEX i ON t(a)"), "{found:?}");
    }
}
