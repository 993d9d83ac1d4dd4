//! The plain sentence about one step of one plan.

use crate::number::{counted, grouped};
use crate::op::{Access, Comparison, Constraint, IndexUse, Op, SetOperator, Source, TempBTreeUse};
use crate::plan::{LoopStats, Plan, PlanNode};

/// One plain sentence about one step: with numbers when they were measured, without otherwise.
pub fn sentence(plan: &Plan, node: &PlanNode) -> String {
    let Some(access) = node.op.access() else {
        return structure_sentence(&node.op, node.loops.as_ref());
    };
    let label = &source_in_words(&access.source);
    let how = match &node.op {
        Op::Scan(_) => scan_way(access),
        _ => search_way(access),
    };
    match &node.loops {
        Some(LoopStats { loops: 0, .. }) => format!("{label} was never reached in this run."),
        Some(loops) => {
            let read = counted(loops.rows_visited, "row");
            let rounds = if loops.loops > 1 {
                format!(" in {}", counted(loops.loops, "round"))
            } else {
                String::new()
            };
            let reads = matches!(node.op, Op::Scan(_)) || node.op.is_bare_search();
            let (verb, keeps) = if reads { ("Reads", "to keep") } else { ("Finds", "and keeps") };
            let kept = match loops.rows_out {
                Some(out) if out == loops.rows_visited => String::new(),
                Some(0) => format!(" {keeps} none"),
                Some(out) => format!(" {keeps} {}", grouped(out)),
                None => String::new(),
            };
            format!("{verb} {read} of {label}{how}{rounds}{kept}.")
        }
        None if access.virtual_index.is_some() => {
            format!("Asks the virtual table {label} for its rows.")
        }
        None => match &node.op {
            Op::Scan(_) if plan.reads_subquery(node) => format!("Reads the rows of {label}."),
            Op::Scan(_) => unmeasured_scan(access, label),
            op if op.is_bare_search() => {
                match access.index.as_ref().and_then(|i| i.name.as_ref()) {
                    Some(index) => {
                        format!(
                            "Looks for the smallest or largest value of {label} in index {index}."
                        )
                    }
                    None if access.index.is_some() => {
                        format!("Looks for the smallest or largest value of {label}{how}.")
                    }
                    None => {
                        format!(
                            "Looks for the smallest or largest value of {label} without an index."
                        )
                    }
                }
            }
            _ if access.exists => format!("Looks for one matching row of {label}{how}."),
            _ => format!("Finds the matching rows of {label}{how}."),
        },
    }
}

/// An index may be partial, which SQLite does not print: then its entries are not all rows.
fn unmeasured_scan(access: &Access, label: &str) -> String {
    match &access.index {
        Some(IndexUse { name: Some(name), .. }) if access.exists => {
            format!("Reads entries of index {name} of {label} until one matches.")
        }
        Some(IndexUse { name: Some(name), covering: true, .. }) => {
            format!("Reads every entry of index {name} of {label}, and not the table.")
        }
        Some(IndexUse { name: Some(name), .. }) => {
            format!("Reads every entry of index {name} of {label}, and its row in the table.")
        }
        _ if access.exists => format!("Reads rows of {label} until one matches."),
        _ => format!("Reads every row of {label}."),
    }
}

/// The name a person knows the source by; a subquery without one goes by its number.
fn source_in_words(source: &Source) -> String {
    match &source.alias {
        None if source.subquery => subquery_in_words(&source.name),
        _ => source.label().to_owned(),
    }
}

/// "subquery 2" for `2`, `0x20FC3E0`, `SUBQUERY 2` and `(subquery-2)`, "join 3" for `(join-3)`; else
/// the name.
fn subquery_in_words(name: &str) -> String {
    let inner = |prefix: &str, suffix: &str| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(suffix))
            .filter(|rest| is_number_or_address(rest))
    };
    if let Some(number) = inner("(join-", ")") {
        return format!("join {number}");
    }
    match inner("(subquery-", ")").or(inner("SUBQUERY ", "")).or(inner("", "")) {
        Some(number) => format!("subquery {number}"),
        None => name.to_owned(),
    }
}

fn is_number_or_address(text: &str) -> bool {
    let is_address =
        |hex: &str| !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    !text.is_empty()
        && (text.bytes().all(|byte| byte.is_ascii_digit())
            || text.strip_prefix("0x").is_some_and(is_address))
}

fn scan_way(access: &Access) -> String {
    match &access.index {
        Some(IndexUse { name: Some(name), covering: true, .. }) => {
            format!(" from index {name} alone")
        }
        Some(IndexUse { name: Some(name), .. }) => format!(" in the order of index {name}"),
        _ => String::new(),
    }
}

fn search_way(access: &Access) -> String {
    let by = match columns_in_words(&access.constraints) {
        columns if columns.is_empty() => String::new(),
        columns => format!(" by {columns}"),
    };
    let through = match &access.index {
        None => String::new(),
        Some(IndexUse { automatic: true, .. }) => " with an index built for this run".to_owned(),
        Some(IndexUse { primary_key: true, .. }) => " with the primary key".to_owned(),
        Some(IndexUse { name: Some(name), covering: true, .. }) => {
            format!(" from index {name} alone")
        }
        Some(IndexUse { name, .. }) => {
            name.as_ref().map(|name| format!(" with index {name}")).unwrap_or_default()
        }
    };
    by + &through
}

/// "a, b and each value of c": the compared columns, each once.
fn columns_in_words(constraints: &[Constraint]) -> String {
    let mut words: Vec<String> = Vec::new();
    for constraint in constraints {
        for column in &constraint.columns {
            let name = if column == "<expr>" { "an expression" } else { column };
            let word = match constraint.comparison {
                Comparison::Any => format!("each value of {name}"),
                _ => name.to_owned(),
            };
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

fn structure_sentence(op: &Op, loops: Option<&LoopStats>) -> String {
    // A sort in parts is counted only where the last part is sorted, which a LIMIT may never reach.
    let in_parts = matches!(op, Op::TempBTree { purpose: TempBTreeUse::OrderByLastTerms { .. } });
    let times = match loops.filter(|_| !in_parts) {
        Some(LoopStats { loops: 0, .. }) => " It was never reached in this run.".to_owned(),
        Some(LoopStats { loops: 1, .. }) | None => String::new(),
        Some(loops) => format!(" It ran {} times.", grouped(loops.loops)),
    };
    let plain = match op {
        Op::Scan(_) | Op::Search(_) => String::new(),
        Op::ConstantRows { rows: 1 } => "Uses one row that needs no table.".to_owned(),
        Op::ConstantRows { rows } => {
            format!("Uses {} written in the statement.", counted(*rows, "row"))
        }
        Op::TempBTree { purpose } => temp_b_tree_sentence(purpose),
        Op::MultiIndexOr => "Looks up each side of the OR on its own.".to_owned(),
        Op::MultiIndexBranch { number } => format!("Side {number} of the OR."),
        Op::BloomFilter { source, .. } => {
            let label = source_in_words(source);
            format!("Skips rows without a partner in {label} before looking them up.")
        }
        Op::CreateBloomFilter => "Fills a small filter from the rows above.".to_owned(),
        Op::CreateAutomaticIndex { table, columns, partial } => {
            let rows = if *partial { "some rows of " } else { "" };
            format!("Builds an index on {rows}{table} ({columns}) for this run only.")
        }
        Op::CoRoutine { name } => {
            format!("Makes the rows of {} one at a time.", subquery_in_words(name))
        }
        Op::Materialize { name } => {
            format!("Stores all rows of {} before using them.", subquery_in_words(name))
        }
        Op::ScalarSubquery { number, correlated } => {
            let what = number.map_or("A subquery".to_owned(), |n| format!("Subquery {n}"));
            if *correlated {
                format!("{what} depends on the outer row and may run for each one.")
            } else {
                format!("{what} runs at most once.")
            }
        }
        Op::ListSubquery { number, correlated } => {
            let of = number.map(|n| format!(" of subquery {n}")).unwrap_or_default();
            if *correlated {
                format!(
                    "The list{of} for IN depends on the outer row and may be made for each one."
                )
            } else {
                format!("The list{of} for IN is made at most once.")
            }
        }
        Op::ReuseSubquery { number, list: false } => format!("Uses subquery {number} again."),
        Op::ReuseSubquery { number, list: true } => {
            format!("Uses the list of subquery {number} again.")
        }
        Op::InOperator { index, table } => match (&index.name, table) {
            (Some(name), _) => format!("Looks up the values for IN in index {name}."),
            (None, Some(table)) => format!("Looks up the values for IN by rowid in {table}."),
            (None, None) => "Looks up the values for IN in an index.".to_owned(),
        },
        Op::CompoundQuery => "Runs several queries one after another.".to_owned(),
        Op::LeftMostSubquery => "The first of these queries.".to_owned(),
        Op::CompoundPart { operator, temp_b_tree } => compound_sentence(*operator, *temp_b_tree),
        Op::CompoundSubqueries { parts: [left, right], operator, temp_b_tree } => {
            let through = if *temp_b_tree { " through a temporary b-tree" } else { "" };
            let word = operator.keyword();
            format!("Puts the rows of subqueries {left} and {right} together{through}, for {word}.")
        }
        Op::Merge { operator } => {
            format!("Reads two sorted inputs side by side for {}.", operator.keyword())
        }
        Op::MergeLeft => "The first sorted input.".to_owned(),
        Op::MergeRight => "The second sorted input.".to_owned(),
        Op::Setup => "Makes the first rows of the recursion.".to_owned(),
        Op::RecursiveStep => "Repeats for each row the recursion has found.".to_owned(),
        Op::RightJoin { table } => format!("Adds the rows of {table} that found no partner."),
        Op::Other => "A step that ScanSeek does not know.".to_owned(),
    };
    plain + &times
}

fn temp_b_tree_sentence(purpose: &TempBTreeUse) -> String {
    match purpose {
        TempBTreeUse::GroupBy => "Sorts the rows to bring each group together.".to_owned(),
        TempBTreeUse::OrderBy => "Sorts the rows for ORDER BY.".to_owned(),
        TempBTreeUse::OrderByLastTerms { terms: None } => {
            "Sorts rows by the last terms of ORDER BY; they arrive sorted by the first.".to_owned()
        }
        TempBTreeUse::OrderByLastTerms { terms: Some(1) } => {
            "Sorts rows by the last term of ORDER BY; they arrive sorted by the others.".to_owned()
        }
        TempBTreeUse::OrderByLastTerms { terms: Some(terms) } => format!(
            "Sorts rows by the last {} of ORDER BY; they arrive sorted by the first.",
            counted(*terms, "term")
        ),
        TempBTreeUse::Distinct => "Remembers the rows seen so far to drop repeats.".to_owned(),
        TempBTreeUse::AggregateDistinct { function } => {
            format!("Remembers the values seen so far for {function}(DISTINCT).")
        }
        TempBTreeUse::AggregateOrderBy { function } => {
            format!("Sorts the rows for the ORDER BY inside {function}.")
        }
        TempBTreeUse::Other(usage) => format!("Collects rows in a temporary b-tree for {usage}."),
    }
}

fn compound_sentence(operator: SetOperator, temp_b_tree: bool) -> String {
    match (operator, temp_b_tree) {
        (SetOperator::UnionAll, false) => "Adds the rows of the next query.".to_owned(),
        (SetOperator::Union, _) => "Adds the rows of the next query and drops repeats.".to_owned(),
        (SetOperator::Intersect, _) => "Keeps the rows that the next query has too.".to_owned(),
        (SetOperator::Except, _) => "Drops the rows that the next query has.".to_owned(),
        (SetOperator::UnionAll, true) => {
            "Adds the rows of the next query to a temporary b-tree.".to_owned()
        }
    }
}
