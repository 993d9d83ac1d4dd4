//! The words for the planner's switches: single optimisations that can be switched off, statistics,
//! and LIKE. The engine knows them by the same ids.

/// The words for one optimisation of SQLite's planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptimizationWords {
    /// Its stable name.
    pub id: &'static str,
    /// A few words.
    pub label: &'static str,
    /// One sentence: what it does.
    pub help: &'static str,
}

macro_rules! words {
    ($($id:literal, $label:literal, $help:literal;)*) => {
        /// All optimisations that can be switched off, those of a subject beside each other.
        pub const OPTIMIZATIONS: &[OptimizationWords] =
            &[$(OptimizationWords { id: $id, label: $label, help: $help },)*];
    };
}

words! {
    "query_flattener", "Query flattener", "Merges subqueries of FROM into the outer query.";
    "push_down", "Push-down", "Moves conditions into subqueries.";
    "coroutines", "Co-routines", "Runs subqueries row by row, without storing them.";
    "flatten_union_all", "UNION ALL flattener", "Merges UNION ALL in a subquery into the outer query.";
    "union_limit", "LIMIT in UNION", "Uses LIMIT inside UNION.";
    "omit_order_by", "Omit ORDER BY", "Drops ORDER BY in subqueries where no one sees it.";
    "order_by_subquery", "ORDER BY of subqueries", "Keeps an inner ORDER BY that helps the outer query.";
    "exists_to_join", "EXISTS to join", "Turns EXISTS into a join.";
    "simplify_join", "Simplify joins", "Makes a LEFT JOIN inner where its right side cannot be NULL.";
    "omit_noop_join", "Omit joins", "Leaves out tables of a LEFT JOIN that change nothing.";
    "star_query", "Star queries", "Takes special care of a large table joined with many small ones.";
    "transitive", "Transitive constraints", "From a = b AND b = 5 follows a = 5.";
    "propagate_constants", "Constants", "Replaces columns that equal a constant by it.";
    "covering_index_scan", "Covering index scan", "Scans an index that holds all columns in place of its table.";
    "skip_scan", "Skip-scan", "Searches an index whose first column has no condition.";
    "seek_scan", "Seek-scan", "For IN, steps on in an index where the next value is near.";
    "bloom_filter", "Bloom filter", "Checks a Bloom filter before lookups.";
    "indexed_expression", "Indexed expressions", "Reads expressions from an index that holds them.";
    "order_by_index_join", "ORDER BY of joins", "Takes the order of a join from indexes.";
    "group_by_order", "GROUP BY order", "Groups in the order that ORDER BY asks for.";
    "distinct", "DISTINCT", "Takes DISTINCT from the order of an index.";
    "min_max", "min() and max()", "Reads one end of an index.";
    "count_of_view", "count(*) of a view", "Counts each part of a UNION ALL view.";
    "null_unused_columns", "Unused columns", "Does not compute columns of subqueries that no one uses.";
    "balanced_merge", "Balanced merge", "Merges more than two sorted parts in balance.";
    "stat4", "STAT4", "Uses the samples of sqlite_stat4.";
}

/// What statistics of a kind are called; those of an unknown kind by their id.
pub fn statistics_label(id: &str) -> &str {
    match id {
        "as_found" => "As found",
        "none" => "None",
        "analyze" => "ANALYZE",
        "optimize" => "PRAGMA optimize",
        other => other,
    }
}

/// A switch in words: `without_<optimisation>`, `statistics_<which>` or `case_sensitive_like`. One that
/// is not known is shown as it is.
pub fn switch_label(switch: &str) -> String {
    let optimization = |id: &str| OPTIMIZATIONS.iter().find(|words| words.id == id);
    match (switch.strip_prefix("without_"), switch.strip_prefix("statistics_")) {
        _ if switch == "case_sensitive_like" => "LIKE tells upper from lower case".to_owned(),
        (Some(id), _) => format!("Without {}", optimization(id).map_or(id, |words| words.label)),
        (_, Some("as_found")) => "Statistics as found".to_owned(),
        (_, Some("none")) => "No statistics".to_owned(),
        (_, Some("optimize")) => "Statistics by PRAGMA optimize".to_owned(),
        (_, Some("analyze")) => "Statistics by ANALYZE".to_owned(),
        _ => switch.to_owned(),
    }
}
