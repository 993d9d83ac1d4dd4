//! The one table of words for plan steps: identifier, badge, tone, help and address of the
//! SQLite documentation.

use crate::op::{Access, IndexUse, Op, TempBTreeUse};
use crate::plan::{Plan, PlanNode};

/// How good or bad news a step is for speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Often the reason why a statement is slow.
    Bad,
    /// Extra work that an index may save.
    Warn,
    /// The work an index is for.
    Good,
    /// Part of the structure, neither good nor bad.
    Neutral,
}

/// The words for one kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Stable identifier in snake_case, one per variant of [`Op`].
    pub id: &'static str,
    /// A word or two for a badge.
    pub badge: &'static str,
    /// How to tint the badge.
    pub tone: Tone,
    /// Two short sentences: what it is, and what it means for speed.
    pub help: &'static str,
    /// Where SQLite's documentation tells more.
    pub help_url: &'static str,
}

const EQP: &str = "https://www.sqlite.org/eqp.html#the_explain_query_plan_command";
const EQP_SCAN: &str = "https://www.sqlite.org/eqp.html#table_and_index_scans";
const EQP_SORT: &str = "https://www.sqlite.org/eqp.html#temporary_sorting_b_trees";
const EQP_SUBQUERY: &str = "https://www.sqlite.org/eqp.html#subqueries";
const EQP_COMPOUND: &str = "https://www.sqlite.org/eqp.html#compound_queries";
const COVERING: &str = "https://www.sqlite.org/queryplanner.html#covidx";
const AUTOMATIC: &str = "https://www.sqlite.org/optoverview.html#autoindex";
const OR_TERMS: &str = "https://www.sqlite.org/optoverview.html#or_opt";
const SEARCHING: &str = "https://www.sqlite.org/queryplanner.html#searching";
const VIRTUAL: &str = "https://www.sqlite.org/vtab.html#xbestindex";
const CO_ROUTINES: &str = "https://www.sqlite.org/optoverview.html#subquery_co_routines";
const RECURSIVE: &str = "https://www.sqlite.org/lang_with.html#recursivecte";
const MIN_MAX: &str = "https://www.sqlite.org/optoverview.html#minmax";
const JOINS: &str = "https://www.sqlite.org/lang_select.html#fromclause";

impl Op {
    /// The words for this kind of step. Scans and searches have several sets with the same id.
    pub fn words(&self) -> &'static Words {
        match self {
            Op::Scan(access) => scan_words(access),
            Op::Search(access) => search_words(access),
            Op::ConstantRows { .. } => &Words {
                id: "constant_rows",
                badge: "CONSTANT",
                tone: Tone::Neutral,
                help: "The rows are written in the statement itself. No table is read.",
                help_url: EQP,
            },
            Op::TempBTree { purpose } => match purpose {
                TempBTreeUse::OrderByLastTerms { .. } => &Words {
                    id: "temp_b_tree",
                    badge: "PART SORT",
                    tone: Tone::Warn,
                    help: "Rows arrive sorted by the first terms, so only small groups are sorted by the rest. An index with all the terms would save that too.",
                    help_url: EQP_SORT,
                },
                TempBTreeUse::OrderBy => &Words {
                    id: "temp_b_tree",
                    badge: "SORT",
                    tone: Tone::Warn,
                    help: "Rows are collected and sorted before the first one comes out. An index in the wanted order can hand them over sorted.",
                    help_url: EQP_SORT,
                },
                TempBTreeUse::GroupBy => &Words {
                    id: "temp_b_tree",
                    badge: "GROUP",
                    tone: Tone::Warn,
                    help: "Rows are sorted so that each group stands together. An index that begins with the grouped columns saves the sorting.",
                    help_url: EQP_SORT,
                },
                TempBTreeUse::Distinct | TempBTreeUse::AggregateDistinct { .. } => &Words {
                    id: "temp_b_tree",
                    badge: "DISTINCT",
                    tone: Tone::Warn,
                    help: "Values seen so far are kept in a temporary structure to drop repeats. Rows that arrive in order through an index need no such structure.",
                    help_url: EQP_SORT,
                },
                TempBTreeUse::AggregateOrderBy { .. } | TempBTreeUse::Other(_) => &Words {
                    id: "temp_b_tree",
                    badge: "SORT",
                    tone: Tone::Warn,
                    help: "Rows are collected in a temporary sorted structure. It lasts only while the statement runs.",
                    help_url: EQP_SORT,
                },
            },
            Op::MultiIndexOr => &Words {
                id: "multi_index_or",
                badge: "OR",
                tone: Tone::Good,
                help: "Each side of an OR is looked up on its own and the rows are put together. Every side needs an index, and here every side has one.",
                help_url: OR_TERMS,
            },
            Op::MultiIndexBranch { .. } => &Words {
                id: "multi_index_branch",
                badge: "OR SIDE",
                tone: Tone::Neutral,
                help: "One side of an OR. The step below it shows how its rows are found.",
                help_url: OR_TERMS,
            },
            Op::BloomFilter { .. } => &Words {
                id: "bloom_filter",
                badge: "BLOOM FILTER",
                tone: Tone::Good,
                help: "A small filter in memory tells quickly that a row has no partner. Such rows are skipped without a lookup.",
                help_url: "https://www.sqlite.org/optoverview.html#hash_joins",
            },
            Op::CreateBloomFilter => &Words {
                id: "create_bloom_filter",
                badge: "BLOOM FILTER",
                tone: Tone::Neutral,
                help: "A small filter is filled with the values of a subquery. It later rules out values without looking them up.",
                help_url: EQP,
            },
            Op::CreateAutomaticIndex { .. } => &Words {
                id: "create_automatic_index",
                badge: "AUTO INDEX",
                tone: Tone::Bad,
                help: "SQLite builds an index for this one run and throws it away. A permanent index would save that work every time.",
                help_url: AUTOMATIC,
            },
            Op::CoRoutine { .. } => &Words {
                id: "co_routine",
                badge: "CO-ROUTINE",
                tone: Tone::Neutral,
                help: "A subquery runs side by side with the outer query and hands over one row at a time. Its rows are not stored first.",
                help_url: CO_ROUTINES,
            },
            Op::Materialize { .. } => &Words {
                id: "materialize",
                badge: "MATERIALIZE",
                tone: Tone::Warn,
                help: "All rows of a subquery are stored in a temporary table before they are used. Indexes of the original tables do not help with what follows.",
                help_url: EQP_SUBQUERY,
            },
            Op::ScalarSubquery { correlated: true, .. } => &Words {
                id: "scalar_subquery",
                badge: "CORRELATED",
                tone: Tone::Warn,
                help: "This subquery depends on the outer row, so it may run again for each one. What is inside it should be a quick search.",
                help_url: EQP_SUBQUERY,
            },
            Op::ScalarSubquery { .. } => &Words {
                id: "scalar_subquery",
                badge: "SUBQUERY",
                tone: Tone::Neutral,
                help: "This subquery does not depend on the outer row. It runs at most once and its value is kept.",
                help_url: EQP_SUBQUERY,
            },
            Op::ListSubquery { correlated: true, .. } => &Words {
                id: "list_subquery",
                badge: "CORRELATED",
                tone: Tone::Warn,
                help: "The list on the right of IN depends on the outer row, so it may be built again for each one. An EXISTS or a join may do the same with less work.",
                help_url: EQP_SUBQUERY,
            },
            Op::ListSubquery { .. } => &Words {
                id: "list_subquery",
                badge: "IN LIST",
                tone: Tone::Neutral,
                help: "The values on the right of IN are collected in a temporary sorted structure. This happens once, and each lookup in it is quick.",
                help_url: EQP_SUBQUERY,
            },
            Op::ReuseSubquery { .. } => &Words {
                id: "reuse_subquery",
                badge: "REUSE",
                tone: Tone::Good,
                help: "The statement needs the same subquery at another place. Its rows are used again, unless they depend on the outer row.",
                help_url: EQP_SUBQUERY,
            },
            Op::InOperator { .. } => &Words {
                id: "in_operator",
                badge: "IN LOOKUP",
                tone: Tone::Good,
                help: "The values on the right of IN are already in order in an index or table. They are looked up there without making a list first.",
                help_url: "https://www.sqlite.org/lang_expr.html#in_op",
            },
            Op::CompoundQuery => &Words {
                id: "compound_query",
                badge: "COMPOUND",
                tone: Tone::Neutral,
                help: "Several SELECT parts are joined by words such as UNION. They run one after another.",
                help_url: EQP_COMPOUND,
            },
            Op::LeftMostSubquery => &Words {
                id: "left_most_subquery",
                badge: "FIRST PART",
                tone: Tone::Neutral,
                help: "The first SELECT of a compound query. The steps below it belong to this part.",
                help_url: EQP_COMPOUND,
            },
            Op::CompoundPart { temp_b_tree: true, .. } => &Words {
                id: "compound_part",
                badge: "COMBINE",
                tone: Tone::Warn,
                help: "Rows of this part meet the earlier ones in a temporary sorted structure. UNION ALL needs none, where repeats do no harm.",
                help_url: EQP_COMPOUND,
            },
            Op::CompoundPart { .. } => &Words {
                id: "compound_part",
                badge: "NEXT PART",
                tone: Tone::Neutral,
                help: "A later SELECT of a compound query. The steps below it belong to this part.",
                help_url: EQP_COMPOUND,
            },
            Op::Merge { .. } => &Words {
                id: "merge",
                badge: "MERGE",
                tone: Tone::Neutral,
                help: "Two inputs, both sorted, are read side by side. A sort inside either input can be saved by an index.",
                help_url: EQP_COMPOUND,
            },
            Op::CompoundSubqueries { .. } => &Words {
                id: "compound_subqueries",
                badge: "COMPOUND",
                tone: Tone::Neutral,
                help: "The rows of two queries are put together. With a temporary b-tree they are stored on the way, to find repeats.",
                help_url: EQP_COMPOUND,
            },
            Op::MergeLeft => &Words {
                id: "merge_left",
                badge: "LEFT INPUT",
                tone: Tone::Neutral,
                help: "The first of two sorted inputs. The steps below it produce its rows.",
                help_url: EQP_COMPOUND,
            },
            Op::MergeRight => &Words {
                id: "merge_right",
                badge: "RIGHT INPUT",
                tone: Tone::Neutral,
                help: "The second of two sorted inputs. The steps below it produce its rows.",
                help_url: EQP_COMPOUND,
            },
            Op::Setup => &Words {
                id: "setup",
                badge: "SETUP",
                tone: Tone::Neutral,
                help: "The first rows of a recursive query. They start the queue that the recursive step works off.",
                help_url: RECURSIVE,
            },
            Op::RecursiveStep => &Words {
                id: "recursive_step",
                badge: "RECURSION",
                tone: Tone::Neutral,
                help: "The part of a recursive query that repeats, once for each row in its queue. A scan inside it is paid for each time.",
                help_url: RECURSIVE,
            },
            Op::RightJoin { .. } => &Words {
                id: "right_join",
                badge: "RIGHT JOIN",
                tone: Tone::Neutral,
                help: "After the join, the rows that found no partner are added. The table is read once more for this.",
                help_url: JOINS,
            },
            Op::Other => &Words {
                id: "other",
                badge: "STEP",
                tone: Tone::Neutral,
                help: "ScanSeek does not know this step. The text is exactly what SQLite printed.",
                help_url: EQP,
            },
        }
    }

    /// The stable identifier of this kind of step, in snake_case.
    pub fn id(&self) -> &'static str {
        self.words().id
    }
}

fn scan_words(access: &Access) -> &'static Words {
    if access.virtual_index.is_some() {
        return &Words {
            id: "scan",
            badge: "VIRTUAL",
            tone: Tone::Neutral,
            help: "A virtual table or table-valued function chooses by itself how to find its rows. Only its own code knows how many it reads.",
            help_url: VIRTUAL,
        };
    }
    if access.source.subquery {
        return &Words {
            id: "scan",
            badge: "READ ROWS",
            tone: Tone::Neutral,
            help: "The rows of a subquery are read one after another. The work of making them stands at the subquery.",
            help_url: EQP_SUBQUERY,
        };
    }
    match &access.index {
        Some(IndexUse { covering: true, .. }) => &Words {
            id: "scan",
            badge: "INDEX SCAN",
            tone: Tone::Warn,
            help: "Every entry of an index is read, and the table itself is not. That is less to read than the table, but still everything.",
            help_url: COVERING,
        },
        Some(_) => &Words {
            id: "scan",
            badge: "ORDERED SCAN",
            tone: Tone::Warn,
            help: "Every row is read in the order of an index, which may save a sort. Each row is fetched from the table on its own.",
            help_url: EQP_SCAN,
        },
        None => &Words {
            id: "scan",
            badge: "SCAN",
            tone: Tone::Bad,
            help: "Rows are read one after another and each is checked. The work grows with the table.",
            help_url: EQP_SCAN,
        },
    }
}

fn search_words(access: &Access) -> &'static Words {
    let bare = access.constraints.is_empty() && access.virtual_index.is_none();
    match &access.index {
        Some(IndexUse { automatic: false, .. }) if bare => &Words {
            id: "search",
            badge: "MIN OR MAX",
            tone: Tone::Neutral,
            help: "The smallest or largest value is looked for in an index. One entry is read if the index begins with that column, and all of them otherwise.",
            help_url: MIN_MAX,
        },
        Some(IndexUse { automatic: true, .. }) => &Words {
            id: "search",
            badge: "AUTO INDEX",
            tone: Tone::Bad,
            help: "SQLite builds an index for this one run, searches it and throws it away. A permanent index would save that work every time.",
            help_url: AUTOMATIC,
        },
        Some(IndexUse { primary_key: true, .. }) => &Words {
            id: "search",
            badge: "KEY SEARCH",
            tone: Tone::Good,
            help: "Rows are found by the primary key, which is how the table itself is sorted. No other index is needed.",
            help_url: SEARCHING,
        },
        Some(IndexUse { covering: true, .. }) => &Words {
            id: "search",
            badge: "SEARCH",
            tone: Tone::Good,
            help: "Rows are found in an index that holds everything needed. The table itself is not read.",
            help_url: COVERING,
        },
        None if bare => &Words {
            id: "search",
            badge: "MIN OR MAX",
            tone: Tone::Warn,
            help: "The smallest or largest value is looked for without an index. Every row is read, unless the value is the rowid itself.",
            help_url: MIN_MAX,
        },
        _ => &Words {
            id: "search",
            badge: "SEARCH",
            tone: Tone::Good,
            help: "Only the matching part is read, not everything. The work grows with the rows found, and hardly with the table.",
            help_url: SEARCHING,
        },
    }
}

/// How to tint the badge of one step: as its words say, except that a scan of a subquery's rows
/// is neutral.
pub fn tone(plan: &Plan, node: &PlanNode) -> Tone {
    match &node.op {
        Op::Scan(_) if plan.reads_subquery(node) => Tone::Neutral,
        op => op.words().tone,
    }
}
