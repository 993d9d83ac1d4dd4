//! Switches of the planner: single optimisations off, other statistics, another LIKE. They answer
//! why a plan is what it is, and imitate builds of SQLite that plan otherwise.

use std::ffi::c_int;

use crate::bindings as ffi;
use crate::catalog::qualified;
use crate::{Database, EngineError};

macro_rules! optimizations {
    ($($(#[$doc:meta])* $name:ident = $mask:literal, $id:literal;)*) => {
        /// An optimisation of SQLite that can be switched off.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Optimization {
            $($(#[$doc])* $name,)*
        }

        impl Optimization {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// A stable name.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Its bit in SQLite: `SQLITE_QueryFlattener` and those behind it, in sqliteInt.h.
            fn mask(self) -> u32 {
                match self { $(Self::$name => $mask,)* }
            }
        }
    };
}

optimizations! {
    /// Subqueries of FROM are merged into the outer query.
    QueryFlattener = 0x0000_0001, "query_flattener";
    /// GROUP BY in the order that ORDER BY asks for.
    GroupByOrder = 0x0000_0004, "group_by_order";
    /// DISTINCT by the order of an index.
    DistinctOpt = 0x0000_0010, "distinct";
    /// An index that holds all columns is scanned in place of its table.
    CoverIdxScan = 0x0000_0020, "covering_index_scan";
    /// ORDER BY of a join by the order of indexes.
    OrderByIdxJoin = 0x0000_0040, "order_by_index_join";
    /// From `a = b AND b = 5` follows `a = 5`.
    Transitive = 0x0000_0080, "transitive";
    /// Tables of a LEFT JOIN that change nothing are left out.
    OmitNoopJoin = 0x0000_0100, "omit_noop_join";
    /// count(*) of a view with UNION ALL counts each part.
    CountOfView = 0x0000_0200, "count_of_view";
    /// Samples of `sqlite_stat4` are used.
    Stat4 = 0x0000_0800, "stat4";
    /// Conditions are pushed down into subqueries.
    PushDown = 0x0000_1000, "push_down";
    /// A LEFT JOIN whose right side cannot be NULL becomes an inner one.
    SimplifyJoin = 0x0000_2000, "simplify_join";
    /// An index is searched although its first column has no condition.
    SkipScan = 0x0000_4000, "skip_scan";
    /// Columns that equal a constant are replaced by it.
    PropagateConst = 0x0000_8000, "propagate_constants";
    /// min() and max() read one end of an index.
    MinMaxOpt = 0x0001_0000, "min_max";
    /// IN with an index may step to the next entry where it is near.
    SeekScan = 0x0002_0000, "seek_scan";
    /// ORDER BY in subqueries that no one sees is dropped.
    OmitOrderBy = 0x0004_0000, "omit_order_by";
    /// Bloom filters before lookups.
    BloomFilter = 0x0008_0000, "bloom_filter";
    /// Merges of more than two sorted parts are balanced.
    BalancedMerge = 0x0020_0000, "balanced_merge";
    /// UNION ALL in a subquery is merged into the outer query.
    FlattenUnionAll = 0x0080_0000, "flatten_union_all";
    /// Expressions are read from an index that holds them.
    IndexedExpr = 0x0100_0000, "indexed_expression";
    /// Subqueries run as co-routines.
    Coroutines = 0x0200_0000, "coroutines";
    /// Columns of subqueries that no one uses are not computed.
    NullUnusedCols = 0x0400_0000, "null_unused_columns";
    /// ORDER BY in a subquery that helps the outer query is kept.
    OrderBySubquery = 0x1000_0000, "order_by_subquery";
    /// Special care for a large table joined with many small ones.
    StarQuery = 0x2000_0000, "star_query";
    /// EXISTS becomes a join.
    ExistsToJoin = 0x4000_0000, "exists_to_join";
    /// LIMIT is used inside UNION.
    UnionLimit = 0x8000_0000, "union_limit";
}

/// What SQLite recommends for a connection that was just opened: all tables, not just those it has used.
/// Source: <https://sqlite.org/pragma.html#pragma_optimize>.
pub(crate) const OPTIMIZE: &str = "PRAGMA optimize=0x10002";

/// Which statistics the planner has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statistics {
    /// Those of the file.
    #[default]
    AsFound,
    /// None, as if ANALYZE had never run.
    None,
    /// Those of ANALYZE over all rows.
    Analyze,
    /// Those of `PRAGMA optimize`, run as it is for a connection that was just opened.
    Optimize,
}

/// Settings of the planner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switches {
    /// The statistics.
    pub statistics: Statistics,
    /// Optimisations that are off.
    pub without: Vec<Optimization>,
    /// `LIKE` tells upper from lower case, so that it can use an ordinary index.
    pub case_sensitive_like: bool,
}

impl Database {
    /// A copy that plans under these switches; neither this connection nor the file changes.
    ///
    /// # Errors
    /// What SQLite says, and [`EngineError::Cancelled`] while statistics are made.
    pub fn switched(&self, switches: &Switches) -> Result<Self, EngineError> {
        let copy = self.fork()?;
        match switches.statistics {
            Statistics::AsFound => {}
            Statistics::None => copy.forget_statistics()?,
            Statistics::Analyze => copy.execute("ANALYZE")?,
            Statistics::Optimize => copy.execute(OPTIMIZE)?,
        }
        if switches.case_sensitive_like {
            copy.execute("PRAGMA case_sensitive_like=ON")?;
        }
        let mask = switches.without.iter().fold(0, |mask, one| mask | one.mask());
        // SAFETY: the handle is live; the operation takes a connection and an unsigned int.
        unsafe {
            ffi::sqlite3_test_control(
                ffi::SQLITE_TESTCTRL_OPTIMIZATIONS,
                copy.handle(),
                mask as c_int,
            );
        }
        Ok(copy)
    }

    fn forget_statistics(&self) -> Result<(), EngineError> {
        for database in self.databases() {
            let schema = qualified(database, "sqlite_schema");
            for table in ["sqlite_stat1", "sqlite_stat4"] {
                let known = format!("SELECT count(*) FROM {schema} WHERE name = '{table}'");
                if self.prepare_own(&known)?.first_integer()? > 0 {
                    self.execute(&format!("DELETE FROM {}", qualified(database, table)))?;
                }
            }
        }
        // ANALYZE sqlite_schema would leave the row counts and widths of before in memory.
        self.execute_script("PRAGMA writable_schema=RESET")
    }
}
