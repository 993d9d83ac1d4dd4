//! Why an index is as it is: the planner rules that its parts follow.

/// A rule of SQLite's planner that an index follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Columns compared with `=` come first.
    Equality,
    /// A range can be the last part that narrows the search.
    Range,
    /// Rows come out in the order wanted, so nothing is sorted.
    Order,
    /// Rows of a group come out together.
    Group,
    /// Every column the query reads is in the index, so the table is not touched.
    Covering,
    /// A range behind the order: rows it excludes are not looked up.
    Checked,
    /// Rows are counted only, and an index is smaller than the table.
    Counting,
    /// The index holds the rows of a condition only.
    Partial,
    /// A part is an expression, as the query has it.
    Expression,
    /// Rows that refer to a row are looked for when that is deleted or gets another key.
    ForeignKey,
    /// `LIKE` can use a key only if it compares without regard to case.
    LikeNoCase,
    /// The comparison uses another collation than the column.
    Collation,
    /// The order wanted uses another collation than the column.
    OrderCollation,
}

impl Rule {
    /// Stable name for JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Equality => "equality_first",
            Self::Range => "one_range_last",
            Self::Order => "order",
            Self::Group => "group",
            Self::Covering => "covering",
            Self::Checked => "checked_in_index",
            Self::Counting => "count_star",
            Self::Partial => "partial",
            Self::Expression => "expression",
            Self::ForeignKey => "foreign_key",
            Self::LikeNoCase => "like_nocase",
            Self::Collation | Self::OrderCollation => "collation",
        }
    }
}

/// One reason, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule.
    pub rule: Rule,
    /// A sentence that names the columns.
    pub text: String,
}

impl Reason {
    pub(crate) fn new(rule: Rule, columns: &[&str]) -> Self {
        let names = list(columns);
        let text = match rule {
            Rule::Equality if columns.len() == 1 => {
                format!("{names} is compared with =, so SQLite can go straight to its rows.")
            }
            Rule::Equality => {
                format!("{names} are compared with =, so SQLite can go straight to their rows.")
            }
            Rule::Range => format!(
                "{names} is limited to a range; only one range can be used, after the columns compared with =."
            ),
            Rule::Order => {
                format!("Rows come out in the order of {names}, so nothing has to be sorted.")
            }
            Rule::Group => format!(
                "Rows with the same {names} come out together, so no temporary b-tree is needed."
            ),
            Rule::Covering => format!(
                "With {names} in it, the index holds every column that is read, so the table is not touched."
            ),
            Rule::Checked => format!(
                "{names} stands behind the order, so that rows outside the range are not looked up in the table."
            ),
            Rule::Counting => format!(
                "Rows are counted without looking at them. An index on {names} has one entry for each row and is smaller than the table."
            ),
            Rule::Partial => format!(
                "The index holds the rows with {names} only, so it is smaller and fewer writes reach it. SQLite uses it where the query has just this condition."
            ),
            Rule::Expression => format!(
                "The query searches or sorts by {names}; an index on it must hold the same expression."
            ),
            Rule::ForeignKey => format!(
                "{names} refers to another table. Without an index, the whole table is read for each row that is deleted there."
            ),
            Rule::LikeNoCase => format!(
                "LIKE ignores case, so {names} must be sorted with COLLATE NOCASE to be searched."
            ),
            Rule::OrderCollation => format!(
                "The order of {names} uses another collation than the column, so the index must use it too."
            ),
            Rule::Collation => format!(
                "The comparison of {names} uses another collation than the column, so the index must use it too."
            ),
        };
        Self { rule, text }
    }
}

fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
