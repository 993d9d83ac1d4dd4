//! The rules: one table with the identifier, the few words and the help of each.

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A table is read from end to end, and few rows are kept or it is not known how many.
    FullScan,
    /// SQLite expected ten times more or fewer rows than there were.
    EstimateOff,
    /// Rows are collected in a temporary b-tree for ORDER BY, GROUP BY or DISTINCT.
    TempBTree,
    /// SQLite builds an index for the run.
    AutomaticIndex,
    /// A subquery depends on the outer row and runs again for each.
    CorrelatedSubquery,
    /// A condition compares what is computed from a column.
    FunctionOnColumn,
    /// A pattern begins with a wildcard.
    LeadingWildcard,
    /// LIKE ignores case, and the index does not.
    LikeWithoutNocase,
    /// A comparison or an order uses another collation than the index.
    CollationMismatch,
    /// Text is compared with numbers, and the index is on the side of the text.
    AffinityMismatch,
    /// An OR keeps SQLite from using the indexes that its arms have.
    OrArm,
    /// OFFSET reads rows and throws them away.
    OffsetPaging,
    /// All rows of a table are counted.
    CountAll,
    /// All rows are sorted by random numbers.
    OrderByRandom,
    /// NOT IN meets a NULL, and then holds for no row.
    NotInNulls,
    /// No condition connects two tables.
    CartesianJoin,
    /// `*` asks for columns that the index does not hold.
    SelectStar,
    /// The planner knows nothing about a table, and would plan otherwise if it did.
    StatisticsMissing,
    /// The statistics are of a time when a table was much smaller or larger.
    StatisticsStale,
    /// The rows behind IN are all collected, though few are looked for.
    InSubquery,
    /// Several statements differ in one constant only.
    RepeatedStatement,
}

struct Row {
    rule: Rule,
    id: &'static str,
    title: &'static str,
    help: &'static str,
    help_url: &'static str,
}

const SITE: &str = "https://www.sqlite.org/";

/// In the order of [`Rule`].
const TABLE: [Row; 21] = [
    Row {
        rule: Rule::FullScan,
        id: "full_scan",
        title: "Full scan",
        help: "A table is read from end to end although few rows are kept. An index on the columns of the condition lets SQLite read only those.",
        help_url: "queryplanner.html#searching",
    },
    Row {
        rule: Rule::EstimateOff,
        id: "estimate_off",
        title: "Wrong estimate",
        help: "SQLite chose this plan with a wrong idea of the number of rows. ANALYZE gives it counts to choose with.",
        help_url: "lang_analyze.html",
    },
    Row {
        rule: Rule::TempBTree,
        id: "temp_b_tree",
        title: "Sorting",
        help: "Rows are sorted or made distinct while the statement runs. An index that has the wanted order saves the work and lets a LIMIT stop early.",
        help_url: "queryplanner.html#sorting",
    },
    Row {
        rule: Rule::AutomaticIndex,
        id: "automatic_index",
        title: "Automatic index",
        help: "SQLite found an index worth building for a single run. A permanent one on the same columns is built once and serves every run.",
        help_url: "optoverview.html#autoindex",
    },
    Row {
        rule: Rule::CorrelatedSubquery,
        id: "correlated_subquery",
        title: "Repeated subquery",
        help: "A subquery runs again for each outer row. An index for its condition makes each run short, and a join may replace it.",
        help_url: "eqp.html#subqueries",
    },
    Row {
        rule: Rule::FunctionOnColumn,
        id: "function_on_column",
        title: "Computed column",
        help: "An index holds the values of a column, not what is computed from them. Compare the column itself, or put an index on the expression.",
        help_url: "expridx.html",
    },
    Row {
        rule: Rule::LeadingWildcard,
        id: "leading_wildcard",
        title: "Leading wildcard",
        help: "An index is sorted by how texts begin, so a pattern that leaves the beginning open cannot be searched in it. Full-text search can.",
        help_url: "fts5.html#the_trigram_tokenizer",
    },
    Row {
        rule: Rule::LikeWithoutNocase,
        id: "like_without_nocase",
        title: "LIKE without NOCASE",
        help: "LIKE takes a and A for the same, and an ordinary index does not. It needs an index with COLLATE NOCASE; GLOB needs an ordinary one.",
        help_url: "optoverview.html#like_opt",
    },
    Row {
        rule: Rule::CollationMismatch,
        id: "collation_mismatch",
        title: "Another collation",
        help: "An index is sorted by one collation, and only comparisons and orders by the same one can use it.",
        help_url: "datatype3.html#collating_sequences",
    },
    Row {
        rule: Rule::AffinityMismatch,
        id: "affinity_mismatch",
        title: "Text against number",
        help: "Where a text column is compared with a numeric one, both are compared as numbers, and an index on the text is not sorted by those.",
        help_url: "datatype3.html#affinity_of_comparison_operands",
    },
    Row {
        rule: Rule::OrArm,
        id: "or_arm",
        title: "OR without index",
        help: "SQLite uses indexes for an OR only if every arm has one, on the same table. Else all rows are read.",
        help_url: "optoverview.html#or_opt",
    },
    Row {
        rule: Rule::OffsetPaging,
        id: "offset_paging",
        title: "OFFSET paging",
        help: "OFFSET reads the rows it passes over, so each page costs more than the one before. Going on behind the last row shown costs the same for every page.",
        help_url: "rowvalue.html#scrolling_window_queries",
    },
    Row {
        rule: Rule::CountAll,
        id: "count_all",
        title: "Counting all rows",
        help: "SQLite keeps no number of rows, so counting reads the smallest b-tree of the table from end to end.",
        help_url: "lang_aggfunc.html#count",
    },
    Row {
        rule: Rule::OrderByRandom,
        id: "order_by_random",
        title: "Random order",
        help: "Every row gets a random number and is sorted by it, though few are wanted.",
        help_url: "lang_corefunc.html#random",
    },
    Row {
        rule: Rule::NotInNulls,
        id: "not_in_nulls",
        title: "NOT IN with NULL",
        help: "A value is not known to differ from NULL, so NOT IN holds for no row at all once the list has a NULL.",
        help_url: "lang_expr.html#the_in_and_not_in_operators",
    },
    Row {
        rule: Rule::CartesianJoin,
        id: "cartesian_join",
        title: "Every row with every row",
        help: "No condition connects two tables, so each row of one is joined with each row of the other.",
        help_url: "lang_select.html#fromclause",
    },
    Row {
        rule: Rule::SelectStar,
        id: "select_star",
        title: "SELECT * past the index",
        help: "An index that holds all columns asked for spares the table. With * it never does.",
        help_url: "queryplanner.html#covidx",
    },
    Row {
        rule: Rule::StatisticsMissing,
        id: "statistics_missing",
        title: "No statistics",
        help: "Without ANALYZE the planner guesses how many rows a condition leaves.",
        help_url: "lang_analyze.html",
    },
    Row {
        rule: Rule::StatisticsStale,
        id: "statistics_stale",
        title: "Old statistics",
        help: "The planner works with counts from the last ANALYZE, and the table has changed since. PRAGMA optimize keeps them fresh.",
        help_url: "lang_analyze.html#automatically_running_analyze",
    },
    Row {
        rule: Rule::InSubquery,
        id: "in_subquery",
        title: "IN collects its list",
        help: "The rows behind IN are all collected before the first is compared. EXISTS stops at the first row that fits.",
        help_url: "lang_expr.html#the_exists_operator",
    },
    Row {
        rule: Rule::RepeatedStatement,
        id: "repeated_statement",
        title: "One statement for each value",
        help: "Statements that differ in one constant are often a loop in a program (N+1). One statement with IN does the same at once.",
        help_url: "np1queryprob.html",
    },
];

impl Rule {
    /// All rules.
    pub fn all() -> impl Iterator<Item = Rule> {
        TABLE.iter().map(|row| row.rule)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The stable identifier, in snake_case.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// A few words for a heading.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// What the rule means and what may help.
    pub fn help(self) -> &'static str {
        self.row().help
    }

    /// The id of the rule of SQLite's planner behind it, if there is one.
    pub fn planner_rule(self) -> Option<&'static str> {
        Some(match self {
            Rule::FullScan => "left_prefix",
            Rule::EstimateOff | Rule::StatisticsMissing | Rule::StatisticsStale => "statistics",
            Rule::TempBTree => "order_from_index",
            Rule::AutomaticIndex => "automatic_index",
            Rule::CorrelatedSubquery => "correlated_subquery",
            Rule::FunctionOnColumn => "function_on_column",
            Rule::LeadingWildcard | Rule::LikeWithoutNocase => "like",
            Rule::CollationMismatch => "collation",
            Rule::AffinityMismatch => "affinity",
            Rule::OrArm => "or_arms",
            Rule::OffsetPaging => "row_values",
            Rule::CountAll => "count_star",
            Rule::SelectStar => "covering",
            Rule::InSubquery => "exists_to_join",
            Rule::OrderByRandom
            | Rule::NotInNulls
            | Rule::CartesianJoin
            | Rule::RepeatedStatement => return None,
        })
    }

    /// Where SQLite's documentation tells more.
    pub fn help_url(self) -> String {
        format!("{SITE}{}", self.row().help_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        for (at, rule) in Rule::all().enumerate() {
            assert_eq!(rule as usize, at, "{rule:?}");
            let known = |id| scanseek_plan::planner_rule(id).is_some();
            assert!(rule.planner_rule().is_none_or(known), "{rule:?}");
        }
        let mut ids: Vec<&str> = Rule::all().map(Rule::id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), TABLE.len());
    }
}
