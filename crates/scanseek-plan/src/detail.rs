//! Reading one detail of EXPLAIN QUERY PLAN as an [`Op`].
//!
//! Source of the forms: the calls of `ExplainQueryPlan` and `sqlite3WhereAddExplainText` in
//! SQLite 3.24 to 3.54. `tests/plans.rs` reads the calls from the source of the SQLite that is compiled
//! in and wants a case in `tests/corpus/plans` for each. What changed over the versions:
//!
//! - before 3.24: `EXECUTE [CORRELATED] SCALAR SUBQUERY 1`, `COMPOUND SUBQUERIES 1 AND 2 (UNION)`,
//!   and before 3.8 ` (~10 rows)` behind every scan and search;
//! - 3.24: `CO-ROUTINE 0x…`, `SCALAR SUBQUERY` without a number; later `CO-ROUTINE 1`;
//! - until 3.35: `SCAN TABLE t AS a`, `SCAN SUBQUERY 1 AS a`; since then `SCAN a`;
//! - `UNION USING TEMP B-TREE` under `COMPOUND QUERY` is now `MERGE (UNION)`;
//! - `RIGHT PART OF ORDER BY` is now `LAST TERM OF ORDER BY` or `LAST n TERMS OF ORDER BY`.
//!
//! Names are printed bare, so a name may hold spaces, brackets and keywords: a clause is cut off
//! only where everything after it reads as a clause.

use crate::op::{
    Access, Comparison, Constraint, IndexUse, Op, SetOperator, Source, TempBTreeUse, VirtualIndex,
};

/// Reads a detail. Never fails: unknown text is [`Op::Other`].
pub fn parse_detail(detail: &str) -> Op {
    let text = detail.trim();
    fixed(text)
        .or_else(|| constant_rows(text))
        .or_else(|| scan_or_search(text))
        .or_else(|| temp_b_tree(text))
        .or_else(|| subquery(text))
        .or_else(|| in_operator(text))
        .or_else(|| filter_or_automatic_index(text))
        .or_else(|| compound_part(text))
        .unwrap_or(Op::Other)
}

fn fixed(text: &str) -> Option<Op> {
    Some(match text {
        "MULTI-INDEX OR" => Op::MultiIndexOr,
        "CREATE BLOOM FILTER" => Op::CreateBloomFilter,
        "COMPOUND QUERY" => Op::CompoundQuery,
        "LEFT-MOST SUBQUERY" => Op::LeftMostSubquery,
        "LEFT" => Op::MergeLeft,
        "RIGHT" => Op::MergeRight,
        "SETUP" => Op::Setup,
        "RECURSIVE STEP" => Op::RecursiveStep,
        "SCAN CONSTANT ROW" => Op::ConstantRows { rows: 1 },
        _ => return None,
    })
}

fn constant_rows(text: &str) -> Option<Op> {
    let middle = text.strip_prefix("SCAN ")?;
    let count = [" CONSTANT ROWS", " CONSTANT ROW", "-ROW VALUES CLAUSE"]
        .into_iter()
        .find_map(|suffix| middle.strip_suffix(suffix))?;
    Some(Op::ConstantRows { rows: whole_number(count)? })
}

fn scan_or_search(text: &str) -> Option<Op> {
    if let Some(rest) = text.strip_prefix("SCAN ") {
        Some(Op::Scan(access(rest)?))
    } else {
        Some(Op::Search(access(text.strip_prefix("SEARCH ")?)?))
    }
}

/// Reads what follows SCAN or SEARCH:
/// `[TABLE|SUBQUERY] name [AS alias] [EXISTS] [USING … | VIRTUAL TABLE INDEX …] [LEFT-JOIN] [(~n rows)]`.
fn access(text: &str) -> Option<Access> {
    let text = without_estimate(text);
    let (text, left_join) = cut_suffix(text, " LEFT-JOIN");
    let (text, index, constraints, virtual_index) = access_path(text);
    let (text, exists) = cut_suffix(text, " EXISTS");
    // A table may be called "", and a person should see that.
    let source = if text.is_empty() && index.is_some() {
        Source { name: "\"\"".to_owned(), alias: None, subquery: false }
    } else {
        source(text)?
    };
    Some(Access { source, index, constraints, virtual_index, left_join, exists })
}

type AccessPath<'a> = (&'a str, Option<IndexUse>, Vec<Constraint>, Option<VirtualIndex>);

fn access_path(text: &str) -> AccessPath<'_> {
    for (at, clause) in text.match_indices(" USING ") {
        if let Some((index, constraints)) = index_clause(&text[at + clause.len()..]) {
            return (&text[..at], Some(index), constraints, None);
        }
    }
    for (at, clause) in text.match_indices(" VIRTUAL TABLE INDEX ") {
        if let Some(virtual_index) = virtual_index(&text[at + clause.len()..]) {
            return (&text[..at], None, Vec::new(), Some(virtual_index));
        }
    }
    (text, None, Vec::new(), None)
}

/// Reads what follows USING.
fn index_clause(text: &str) -> Option<(IndexUse, Vec<Constraint>)> {
    for prefix in ["INTEGER PRIMARY KEY", "PRIMARY KEY"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            let constraints = if rest.is_empty() { Vec::new() } else { brackets(rest)? };
            let index = IndexUse { primary_key: true, ..IndexUse::default() };
            return Some((index, constraints));
        }
    }
    let (text, automatic) = cut_prefix(text, "AUTOMATIC ");
    let (text, partial) = cut_prefix(text, "PARTIAL ");
    let (text, covering) = cut_prefix(text, "COVERING ");
    let rest = text.strip_prefix("INDEX")?;
    let mut index = IndexUse { name: None, covering, automatic, partial, primary_key: false };
    if automatic {
        let constraints = if rest.is_empty() { Vec::new() } else { brackets(rest)? };
        return Some((index, constraints));
    }
    let rest = rest.strip_prefix(' ').filter(|rest| !rest.is_empty())?;
    // Both an index and a column may have " (" in its name. Columns such as "Amount (USD)" are
    // the common case, so the first place wins where the columns' brackets are paired.
    let readings = || {
        rest.match_indices(" (").filter_map(|(at, _)| Some((&rest[..at], brackets(&rest[at..])?)))
    };
    let columns_are_paired = |(_, constraints): &(&str, Vec<Constraint>)| {
        constraints.iter().flat_map(|term| &term.columns).all(|column| has_paired_brackets(column))
    };
    if let Some((name, constraints)) = readings().find(columns_are_paired).or(readings().next()) {
        index.name = Some(name.to_owned());
        return Some((index, constraints));
    }
    index.name = Some(rest.to_owned());
    Some((index, Vec::new()))
}

/// Reads ` (a=? AND b>?)`.
fn brackets(text: &str) -> Option<Vec<Constraint>> {
    let inner = text.strip_prefix(" (")?.strip_suffix(')')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let mut constraints = Vec::new();
    let mut start = 0;
    // A column may be called "x AND y", so a term ends only where it reads as a term.
    for (at, and) in inner.match_indices(" AND ") {
        if at >= start
            && let Some(term) = term(&inner[start..at])
        {
            constraints.push(term);
            start = at + and.len();
        }
    }
    constraints.push(term(&inner[start..])?);
    Some(constraints)
}

/// Reads `a=?`, `a>?`, `a<?`, `ANY(a)` or `(a,b)>(?,?)`.
fn term(text: &str) -> Option<Constraint> {
    if let Some(column) = text.strip_prefix("ANY(").and_then(|rest| rest.strip_suffix(')')) {
        return Some(Constraint { columns: vec![column.to_owned()], comparison: Comparison::Any });
    }
    for (single, row, comparison) in [
        ("=?", ")=(?", Comparison::Equal),
        (">?", ")>(?", Comparison::Greater),
        ("<?", ")<(?", Comparison::Less),
    ] {
        if let Some(column) = text.strip_suffix(single) {
            return (!column.is_empty())
                .then(|| Constraint { columns: vec![column.to_owned()], comparison });
        }
        if let Some((columns, marks)) = text.rsplit_once(row)
            && let Some(columns) = columns.strip_prefix('(')
            && marks.strip_suffix(')').is_some_and(|marks| marks.replace(",?", "").is_empty())
        {
            let columns = columns.split(',').map(str::to_owned).collect();
            return Some(Constraint { columns, comparison });
        }
    }
    None
}

fn has_paired_brackets(name: &str) -> bool {
    name.matches('(').count() == name.matches(')').count()
}

fn virtual_index(text: &str) -> Option<VirtualIndex> {
    let (number, text) = text.split_once(':')?;
    let digits = number.strip_prefix("0x").unwrap_or(number.strip_prefix('-').unwrap_or(number));
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| VirtualIndex { number: number.to_owned(), text: text.to_owned() })
}

/// Reads `[TABLE|SUBQUERY] name [AS alias]`.
fn source(text: &str) -> Option<Source> {
    let legacy_table = text.strip_prefix("TABLE ").filter(|rest| !rest.is_empty());
    let legacy_subquery = text.strip_prefix("SUBQUERY ").filter(|rest| !rest.is_empty());
    let text = legacy_table.or(legacy_subquery).unwrap_or(text);
    if text.is_empty() {
        return None;
    }
    // The alias follows AS only beside the legacy words; elsewhere " AS " is part of a name.
    let legacy = legacy_table.or(legacy_subquery).is_some();
    let (name, alias) = match text.split_once(" AS ") {
        Some((name, alias)) if legacy && !name.is_empty() && !alias.is_empty() => {
            (name, Some(alias.to_owned()))
        }
        _ => (text, None),
    };
    let subquery = legacy_subquery.is_some() || is_unnamed_subquery(name);
    Some(Source { name: name.to_owned(), alias, subquery })
}

fn is_unnamed_subquery(name: &str) -> bool {
    let numbered = |prefix, suffix| {
        name.strip_prefix(prefix)
            .and_then(|rest: &str| rest.strip_suffix(suffix))
            .is_some_and(|number| whole_number(number).is_some())
    };
    numbered("(subquery-", ")") || numbered("(join-", ")") || numbered("", "-ROW VALUES CLAUSE")
}

fn temp_b_tree(text: &str) -> Option<Op> {
    let usage = text.strip_prefix("USE TEMP B-TREE FOR ")?;
    let purpose = match usage {
        "GROUP BY" => TempBTreeUse::GroupBy,
        "ORDER BY" => TempBTreeUse::OrderBy,
        "DISTINCT" => TempBTreeUse::Distinct,
        "LAST TERM OF ORDER BY" => TempBTreeUse::OrderByLastTerms { terms: Some(1) },
        "RIGHT PART OF ORDER BY" => TempBTreeUse::OrderByLastTerms { terms: None },
        _ => None
            .or_else(|| {
                let count = usage.strip_prefix("LAST ")?.strip_suffix(" TERMS OF ORDER BY")?;
                Some(TempBTreeUse::OrderByLastTerms { terms: Some(whole_number(count)?) })
            })
            .or_else(|| {
                let function = usage.strip_suffix("(DISTINCT)")?.to_owned();
                Some(TempBTreeUse::AggregateDistinct { function })
            })
            .or_else(|| {
                let function = usage.strip_suffix("(ORDER BY)")?.to_owned();
                Some(TempBTreeUse::AggregateOrderBy { function })
            })
            .unwrap_or_else(|| TempBTreeUse::Other(usage.to_owned())),
    };
    Some(Op::TempBTree { purpose })
}

fn subquery(text: &str) -> Option<Op> {
    let named = |prefix| text.strip_prefix(prefix).filter(|name: &&str| !name.is_empty());
    if let Some(name) = named("CO-ROUTINE ") {
        return Some(Op::CoRoutine { name: name.to_owned() });
    }
    if let Some(name) = named("MATERIALIZE ") {
        return Some(Op::Materialize { name: name.to_owned() });
    }
    if let Some(table) = named("RIGHT-JOIN ") {
        return Some(Op::RightJoin { table: table.to_owned() });
    }
    if let Some(number) = named("INDEX ") {
        return Some(Op::MultiIndexBranch { number: whole_number(number)? });
    }
    if let Some(number) = named("REUSE LIST SUBQUERY ") {
        return Some(Op::ReuseSubquery { number: whole_number(number)?, list: true });
    }
    if let Some(number) = named("REUSE SUBQUERY ") {
        return Some(Op::ReuseSubquery { number: whole_number(number)?, list: false });
    }
    // SQLite 3.23 and its neighbours put EXECUTE in front.
    let (rest, _) = cut_prefix(text, "EXECUTE ");
    let (rest, correlated) = cut_prefix(rest, "CORRELATED ");
    let number = |behind: &str| match behind.strip_prefix(' ') {
        Some(number) => whole_number(number).map(Some),
        None => behind.is_empty().then_some(None),
    };
    if let Some(behind) = rest.strip_prefix("SCALAR SUBQUERY") {
        return Some(Op::ScalarSubquery { number: number(behind)?, correlated });
    }
    let behind = rest.strip_prefix("LIST SUBQUERY")?;
    Some(Op::ListSubquery { number: number(behind)?, correlated })
}

fn in_operator(text: &str) -> Option<Op> {
    let rest = text.strip_prefix("USING ")?.strip_suffix(" FOR IN-OPERATOR")?;
    if let Some(table) = rest.strip_prefix("ROWID SEARCH ON TABLE ") {
        let index = IndexUse { primary_key: true, ..IndexUse::default() };
        return Some(Op::InOperator { index, table: Some(table.to_owned()) });
    }
    let name = rest.strip_prefix("INDEX ")?.to_owned();
    let index = IndexUse { name: Some(name), ..IndexUse::default() };
    Some(Op::InOperator { index, table: None })
}

fn filter_or_automatic_index(text: &str) -> Option<Op> {
    if let Some(rest) = text.strip_prefix("BLOOM FILTER ON ") {
        return rest.match_indices(" (").find_map(|(at, _)| {
            let constraints = brackets(&rest[at..])?;
            Some(Op::BloomFilter { source: source(&rest[..at])?, constraints })
        });
    }
    let rest = text.strip_prefix("CREATE AUTOMATIC INDEX ON ")?;
    let (rest, partial) = cut_suffix(rest, " WHERE <expr>");
    let (table, columns) = rest.strip_suffix(')')?.split_once('(')?;
    let (table, columns) = (table.to_owned(), columns.to_owned());
    Some(Op::CreateAutomaticIndex { table, columns, partial })
}

fn compound_part(text: &str) -> Option<Op> {
    if let Some(word) = text.strip_prefix("MERGE (") {
        let operator = set_operator(word.strip_suffix(')')?)?;
        return Some(Op::Merge { operator });
    }
    if let Some(rest) = text.strip_prefix("COMPOUND SUBQUERIES ") {
        let (numbers, word) = rest.strip_suffix(')')?.split_once(" (")?;
        let (numbers, temp_b_tree) = cut_suffix(numbers, " USING TEMP B-TREE");
        let (left, right) = numbers.split_once(" AND ")?;
        let parts = [whole_number(left)?, whole_number(right)?];
        return Some(Op::CompoundSubqueries { parts, operator: set_operator(word)?, temp_b_tree });
    }
    let (word, temp_b_tree) = cut_suffix(text, " USING TEMP B-TREE");
    Some(Op::CompoundPart { operator: set_operator(word)?, temp_b_tree })
}

fn set_operator(word: &str) -> Option<SetOperator> {
    [SetOperator::Union, SetOperator::UnionAll, SetOperator::Intersect, SetOperator::Except]
        .into_iter()
        .find(|operator| operator.keyword() == word)
}

/// Cuts ` (~25 rows)`, which builds with SQLITE_EXPLAIN_ESTIMATED_ROWS append.
fn without_estimate(text: &str) -> &str {
    let cut = || {
        let (before, tail) = text.rsplit_once(" (~")?;
        let count = tail.strip_suffix(" rows)").or_else(|| tail.strip_suffix(" row)"))?;
        whole_number(count).map(|_| before)
    };
    cut().unwrap_or(text)
}

fn cut_prefix<'a>(text: &'a str, prefix: &str) -> (&'a str, bool) {
    match text.strip_prefix(prefix) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

fn cut_suffix<'a>(text: &'a str, suffix: &str) -> (&'a str, bool) {
    match text.strip_suffix(suffix) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

/// Plain digits only: `parse` alone would also take a sign.
fn whole_number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
