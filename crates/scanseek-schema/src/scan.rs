//! What SQLite's planner asked of one table while it planned a query: the constraints it could
//! use, the order it wanted and the columns it needed, as told to `xBestIndex`.
//! Source: <https://sqlite.org/vtab.html#the_xbestindex_method>.

/// One request of the planner. A table that occurs twice in a query gives requests of its own for
/// each occurrence, and each join order tried gives another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableScan {
    /// The name its database is attached under; `None` for the main one.
    pub database: Option<String>,
    /// The table asked.
    pub table: String,
    /// Constraints that the planner offered and could have used in this join order.
    pub constraints: Vec<Constraint>,
    /// The order wanted (`ORDER BY`, `GROUP BY` or `DISTINCT`), most significant first.
    pub order_by: Vec<OrderTerm>,
    /// True if `order_by` may be served in any permutation (`GROUP BY`, `DISTINCT`).
    pub order_is_group: bool,
    /// Positions of the columns that the query reads, ascending.
    pub columns_used: Vec<usize>,
}

/// One usable constraint on one column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Constraint {
    /// Position of the column in the table; `None` is the rowid.
    pub column: Option<usize>,
    /// The operator.
    pub op: ConstraintOp,
    /// The collation of the comparison.
    pub collation: String,
}

/// Operators of constraints. Only those an index can serve are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConstraintOp {
    /// `=`, `IS`, and each `IN` that is not a list.
    Equal,
    /// `IN (…)`: seeks like `=`, but does not keep the order of the columns behind it.
    In,
    /// `IS NULL`.
    IsNull,
    /// `<`, `<=`, `>`, `>=`.
    Range,
    /// `LIKE`: a range where the pattern has no leading wildcard, on a `NOCASE` key.
    Like,
    /// `GLOB`: a range where the pattern has no leading wildcard, on a `BINARY` key.
    Glob,
}

/// One term of a wanted order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderTerm {
    /// Position of the column in the table; `None` is the rowid.
    pub column: Option<usize>,
    /// `DESC`.
    pub descending: bool,
    /// A collation other than the column's own.
    pub collation: Option<String>,
}
