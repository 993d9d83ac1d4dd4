//! What one has to know of SQLite's planner to choose indexes: each rule with a name, one sentence and
//! the page of SQLite that tells more. Findings, lessons and the pattern gallery name rules by their id.
//!
//! Each fact was tried on SQLite 3.54; the pattern gallery has a query for each that shows in a plan.

/// A rule of SQLite's planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannerRule {
    /// Stable identifier in snake_case.
    pub id: &'static str,
    /// A few words for a heading.
    pub title: &'static str,
    /// One sentence that is true by itself.
    pub fact: &'static str,
    /// Where SQLite's documentation tells more.
    pub help_url: &'static str,
}

/// The rule with this id.
pub fn planner_rule(id: &str) -> Option<&'static PlannerRule> {
    PLANNER_RULES.iter().find(|rule| rule.id == id)
}

macro_rules! rules {
    ($($id:literal, $title:literal, $fact:literal, $page:literal;)*) => {
        /// All rules, those to learn first at the beginning.
        pub const PLANNER_RULES: &[PlannerRule] = &[$(PlannerRule {
            id: $id,
            title: $title,
            fact: $fact,
            help_url: concat!("https://www.sqlite.org/", $page),
        },)*];
    };
}

rules! {
    "left_prefix", "Leading columns",
        "An index is searched by its leading columns: each but the last by equality, without a gap.",
        "optoverview.html#where_clause";
    "one_range_last", "One range, last",
        "After equalities an index serves one range, so the column of the range belongs at the end.",
        "optoverview.html#idxexamp";
    "covering", "Covering index",
        "An index that holds every column of the query saves the lookup in the table; the rowid is in every index.",
        "queryplanner.html#covidx";
    "order_from_index", "Order from an index",
        "ORDER BY needs its terms in the exact order of an index, while GROUP BY and DISTINCT take its leading columns in any order.",
        "queryplanner.html#sorting";
    "or_arms", "Every side of OR",
        "An OR over several columns uses indexes only if every side has one, and otherwise reads the table.",
        "optoverview.html#or_opt";
    "like", "LIKE and NOCASE",
        "LIKE searches only an index with NOCASE, GLOB only one with BINARY, and neither serves a pattern that begins with a wildcard.",
        "optoverview.html#like_opt";
    "function_on_column", "Function on a column",
        "A column inside a function or behind arithmetic is not searched in an index of the column.",
        "optoverview.html#uplus";
    "collation", "Collation",
        "A comparison or an order uses an index only if the index column has the same collation.",
        "lang_createindex.html#collidx";
    "affinity", "TEXT joined with INTEGER",
        "Where TEXT is compared with INTEGER, both are compared as numbers, so an index on the TEXT side is of no use.",
        "datatype3.html#type_conversions_prior_to_comparison";
    "partial_implication", "Partial index",
        "A partial index is used only if a condition of the query repeats its WHERE literally, or compares a column that it wants NOT NULL.",
        "partialindex.html#queries_using_partial_indexes";
    "automatic_index", "Automatic index",
        "An automatic index is built anew in every run, which is evidence of a missing permanent one.",
        "optoverview.html#autoindex";
    "skip_scan", "Skip-scan",
        "An index may be searched without its first column if ANALYZE found at least 18 rows to each of that column's values.",
        "optoverview.html#skipscan";
    "in_breaks_order", "IN breaks the order",
        "IN with several values counts as an equality for the columns behind it, but rows no longer come in their order.",
        "optoverview.html#where_clause";
    "min_max", "min() and max()",
        "A single min() or max() reads one end of an index, but both in one query read all of it.",
        "optoverview.html#minmax";
    "correlated_subquery", "Correlated subquery",
        "A correlated subquery may run for every outer row, so its condition should be a search.",
        "eqp.html#subqueries";
    "materialize", "Co-routine or stored",
        "A subquery that is read once may run as a co-routine, and one that is read twice is stored, out of reach of the indexes of its tables.",
        "optoverview.html#coroutines";
    "statistics", "ANALYZE",
        "Without statistics SQLite assumes about a million rows in each table and ten rows for each equality in an index.",
        "fileformat2.html#stat1tab";
    "mixed_directions", "Ascending and descending",
        "An order that mixes directions needs DESC in the index; an index of one column is read backwards as well.",
        "lang_createindex.html#descidx";
    "partial_sort", "Sorting in parts",
        "Rows that arrive sorted by the first terms are sorted by the others group by group.",
        "optoverview.html#partsort";
    "count_star", "count(*)",
        "count(*) reads the smallest b-tree of the table, which is often an index.",
        "queryplanner.html#covidx";
    "nulls_last", "NULLS LAST",
        "An ascending index serves NULLS LAST, too, behind equalities on its leading columns.",
        "lang_select.html#orderby";
    "order_by_rowid", "Order by rowid",
        "Rows with equal values in an index come in the order of their rowid.",
        "queryplanner.html#sorting";
    "range_then_order", "Range or order",
        "Behind a range the next column of an index is in no order: one index serves the range or the order.",
        "optoverview.html#order_by";
    "partial_parameter", "Partial index and parameter",
        "A plan with an unbound parameter ignores a partial index that the bound value allows.",
        "queryplanner-ng.html#qpstab";
    "partial_constant", "Constant of a partial index",
        "A partial index covers the column that its WHERE fixes to a constant.",
        "partialindex.html#queries_using_partial_indexes";
    "expression_index", "Index on an expression",
        "An index on an expression serves a condition or an order that repeats the expression literally.",
        "expridx.html#how_to_use_indexes_on_expressions";
    "never_searched", "Conditions that never search",
        "!=, NOT IN and NOT LIKE are never searched in an index, and IS NOT NULL only with statistics from STAT4.",
        "optoverview.html#where_clause";
    "is_null", "IS NULL",
        "IS NULL and IS with a value are searched like an equality.",
        "optoverview.html#where_clause";
    "stat4", "STAT4",
        "Builds with STAT4 keep samples of the values, so that the constants of a query matter for its plan.",
        "fileformat2.html#stat4tab";
    "bloom_filter", "Bloom filter",
        "A Bloom filter skips rows of a join that have no partner before they are looked up.",
        "optoverview.html#hashjoin";
    "push_down", "Push-down",
        "Conditions on a subquery are moved into it where that does not change the result.",
        "optoverview.html#pushdown";
    "exists_to_join", "EXISTS as a join",
        "EXISTS may become a join that stops at the first match.",
        "lang_expr.html#exists_op";
    "flattening", "Flattening",
        "A subquery or view in FROM is merged into the outer query where the rules allow, and then uses its tables' indexes.",
        "optoverview.html#flattening";
    "constant_propagation", "Transitive constants",
        "From a = b and b = 5 follows a = 5, so that both tables are searched.",
        "optoverview.html#constprop";
    "left_join_reduction", "LEFT JOIN becomes JOIN",
        "A LEFT JOIN becomes an inner one if WHERE lets no NULL of its right table through.",
        "optoverview.html#leftjoinreduction";
    "row_values", "Keyset paging",
        "A comparison of row values searches an index where the last page ended, which OFFSET cannot.",
        "rowvalue.html#scrolling_window_queries";
    "manual_control", "Manual control",
        "A unary +, CROSS JOIN, INDEXED BY, likelihood() and MATERIALIZED take choices away from the planner.",
        "optoverview.html#crossjoin";
    "qpsg", "Stability guarantee",
        "With the planner's stability guarantee one schema with the same statistics always gives the same plan.",
        "queryplanner-ng.html#qpstab";
    "unique", "UNIQUE",
        "UNIQUE tells the planner that at most one row is found, so that joins and sorts may be left out.",
        "optoverview.html#omitnoopjoin";
    "foreign_key_child", "Foreign keys",
        "Deleting a parent row reads the whole child table if the columns that refer to it have no index, and no plan shows it.",
        "foreignkeys.html#fk_indexes";
}
