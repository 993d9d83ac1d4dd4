//! What one step of a plan does. The variants follow the details that SQLite 3.24 to 3.54 print, and
//! those that older versions printed for the same; the names are SQLite's own terms.

/// One step of a plan, as read from its detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// `SCAN t …`: every row is visited, of a table, an index, a subquery or a virtual table.
    Scan(Access),
    /// `SEARCH t …`: rows are found by a key, or as the first or last entry of an index.
    Search(Access),
    /// `SCAN CONSTANT ROW`, `SCAN n CONSTANT ROWS`, `SCAN n-ROW VALUES CLAUSE`: rows written in the statement itself.
    ConstantRows {
        /// How many rows.
        rows: u64,
    },
    /// `USE TEMP B-TREE FOR …`: rows are collected in a temporary sorted structure.
    TempBTree {
        /// What the structure is for.
        purpose: TempBTreeUse,
    },
    /// `MULTI-INDEX OR`: each side of an OR has its own index; the children are the sides.
    MultiIndexOr,
    /// `INDEX n`: one side of a multi-index OR.
    MultiIndexBranch {
        /// Which side, from 1.
        number: u64,
    },
    /// `BLOOM FILTER ON t (a=?)`: rows without a partner are skipped before they are looked up.
    BloomFilter {
        /// The table or alias that is filtered.
        source: Source,
        /// The compared columns.
        constraints: Vec<Constraint>,
    },
    /// `CREATE BLOOM FILTER`: a filter is filled from the rows of a subquery.
    CreateBloomFilter,
    /// `CREATE AUTOMATIC INDEX ON t(a, b) [WHERE <expr>]`: an index that lives for one run of the statement.
    CreateAutomaticIndex {
        /// The table or alias.
        table: String,
        /// The columns as printed, without the brackets.
        columns: String,
        /// `WHERE <expr>`: the index holds only the rows that conditions of the statement allow.
        partial: bool,
    },
    /// `CO-ROUTINE x`: a subquery that hands over one row at a time.
    CoRoutine {
        /// The name of the subquery, view or common table expression.
        name: String,
    },
    /// `MATERIALIZE x`: a subquery whose rows are all stored first.
    Materialize {
        /// The name of the subquery, view or common table expression.
        name: String,
    },
    /// `[CORRELATED] SCALAR SUBQUERY n`: a subquery used as a value, or in EXISTS.
    ScalarSubquery {
        /// SQLite's number of the subquery; 3.24 prints none.
        number: Option<u64>,
        /// Whether it depends on the outer row, and so runs again for each.
        correlated: bool,
    },
    /// `[CORRELATED] LIST SUBQUERY n`: a subquery on the right of IN.
    ListSubquery {
        /// SQLite's number of the subquery; 3.24 prints none.
        number: Option<u64>,
        /// Whether it depends on the outer row, and so runs again for each.
        correlated: bool,
    },
    /// `REUSE LIST SUBQUERY n`, `REUSE SUBQUERY n`: the stored rows of an earlier subquery.
    ReuseSubquery {
        /// SQLite's number of the subquery.
        number: u64,
        /// Whether it stands on the right of IN.
        list: bool,
    },
    /// `USING INDEX i FOR IN-OPERATOR`, `USING ROWID SEARCH ON TABLE t FOR IN-OPERATOR`:
    /// IN (SELECT …) is answered by looking into an index or a table.
    InOperator {
        /// The index that is looked into.
        index: IndexUse,
        /// The table, where SQLite names it.
        table: Option<String>,
    },
    /// `COMPOUND QUERY`: the parts of a UNION ALL and the like, one after another.
    CompoundQuery,
    /// `LEFT-MOST SUBQUERY`: the first part of a compound query.
    LeftMostSubquery,
    /// `UNION ALL`, `UNION USING TEMP B-TREE`, …: a later part of a compound query.
    CompoundPart {
        /// The word between the parts.
        operator: SetOperator,
        /// Whether the rows pass through a temporary b-tree.
        temp_b_tree: bool,
    },
    /// `COMPOUND SUBQUERIES 1 AND 2 [USING TEMP B-TREE] (UNION)`: how versions before 3.24 said it.
    CompoundSubqueries {
        /// SQLite's numbers of the two parts.
        parts: [u64; 2],
        /// The word between the parts.
        operator: SetOperator,
        /// Whether the rows pass through a temporary b-tree.
        temp_b_tree: bool,
    },
    /// `MERGE (UNION)`: two sorted inputs are read side by side.
    Merge {
        /// The word between the parts.
        operator: SetOperator,
    },
    /// `LEFT`: the left input of a merge.
    MergeLeft,
    /// `RIGHT`: the right input of a merge.
    MergeRight,
    /// `SETUP`: the first rows of a recursive common table expression.
    Setup,
    /// `RECURSIVE STEP`: the part of a recursive common table expression that repeats.
    RecursiveStep,
    /// `RIGHT-JOIN t`: the rows of t that found no partner, added at the end.
    RightJoin {
        /// The table or subquery.
        table: String,
    },
    /// Any other text. The detail of the node still has it.
    Other,
}

/// Which rows a [`Op::Scan`] or [`Op::Search`] reads, and through what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Where the rows come from.
    pub source: Source,
    /// The index or key used, if any.
    pub index: Option<IndexUse>,
    /// The terms in the brackets, in printed order.
    pub constraints: Vec<Constraint>,
    /// For a virtual table, what it told SQLite about its method.
    pub virtual_index: Option<VirtualIndex>,
    /// `LEFT-JOIN`: the right side of a LEFT JOIN.
    pub left_join: bool,
    /// `EXISTS`: an EXISTS turned into a join, which stops at the first match.
    pub exists: bool,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The table's name; since SQLite 3.36 this is the alias when the statement gives one.
    pub name: String,
    /// The alias, where it is printed beside the name.
    pub alias: Option<String>,
    /// Whether the text itself says that this is no table: `SUBQUERY 1`, `(subquery-2)`,
    /// `(join-3)`, `3-ROW VALUES CLAUSE`.
    pub subquery: bool,
}

impl Source {
    /// The name the statement uses: the alias if there is one.
    pub fn label(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// The index or key through which a step reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexUse {
    /// The index's name; `None` for automatic indexes and primary keys that are the table itself.
    pub name: Option<String>,
    /// Everything needed is in the index, so the table is not read.
    pub covering: bool,
    /// SQLite builds the index for this run and throws it away.
    pub automatic: bool,
    /// An automatic index that holds only some of the rows. SQLite does not print whether a
    /// permanent index is partial.
    pub partial: bool,
    /// INTEGER PRIMARY KEY (the rowid), or the PRIMARY KEY of a WITHOUT ROWID table.
    pub primary_key: bool,
}

/// One term in the brackets of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The columns, more than one for row values. An indexed expression is `<expr>`.
    pub columns: Vec<String>,
    /// How the columns are compared.
    pub comparison: Comparison,
}

/// How a [`Constraint`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `a=?`, which also stands for IN and IS.
    Equal,
    /// `a>?`, which also stands for `>=`.
    Greater,
    /// `a<?`, which also stands for `<=`.
    Less,
    /// `ANY(a)`: skip-scan, a search for each distinct value of the column.
    Any,
}

/// What a virtual table told SQLite: `VIRTUAL TABLE INDEX 3:abc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualIndex {
    /// The number before the colon, as printed (decimal or 0x…).
    pub number: String,
    /// The text after the colon; its meaning belongs to the virtual table.
    pub text: String,
}

/// What a temporary b-tree is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TempBTreeUse {
    /// `GROUP BY`
    GroupBy,
    /// `ORDER BY`
    OrderBy,
    /// `LAST TERM OF ORDER BY`, `LAST n TERMS OF ORDER BY`, `RIGHT PART OF ORDER BY`: rows arrive
    /// sorted by the first terms.
    OrderByLastTerms {
        /// How many terms are left to sort; `None` where SQLite does not say.
        terms: Option<u64>,
    },
    /// `DISTINCT`
    Distinct,
    /// `count(DISTINCT)`: the distinct values inside an aggregate function.
    AggregateDistinct {
        /// The aggregate function.
        function: String,
    },
    /// `group_concat(ORDER BY)`: the order inside an aggregate function.
    AggregateOrderBy {
        /// The aggregate function.
        function: String,
    },
    /// Any other purpose, as printed.
    Other(String),
}

/// The word between the parts of a compound query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `UNION`
    Union,
    /// `UNION ALL`
    UnionAll,
    /// `INTERSECT`
    Intersect,
    /// `EXCEPT`
    Except,
}

impl SetOperator {
    /// The SQL keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            SetOperator::Union => "UNION",
            SetOperator::UnionAll => "UNION ALL",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Except => "EXCEPT",
        }
    }
}

impl Op {
    /// The table access of a scan or a search.
    pub fn access(&self) -> Option<&Access> {
        match self {
            Op::Scan(access) | Op::Search(access) => Some(access),
            _ => None,
        }
    }

    /// Whether this is a search without a condition: `SEARCH t`, `SEARCH t USING INDEX i`. SQLite
    /// prints it for min() and max(). They read one entry if it is about the rowid or the index
    /// begins with the column, and everything otherwise; the text does not say which.
    pub fn is_bare_search(&self) -> bool {
        matches!(self, Op::Search(access) if access.constraints.is_empty() && access.virtual_index.is_none())
    }

    /// The index or key this step uses, if any.
    pub fn index_use(&self) -> Option<&IndexUse> {
        match self {
            Op::Scan(access) | Op::Search(access) => access.index.as_ref(),
            Op::InOperator { index, .. } => Some(index),
            _ => None,
        }
    }
}
