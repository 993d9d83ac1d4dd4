//! The plan as a tree of steps, and its text as the sqlite3 shell draws it.

use std::collections::BTreeMap;

use crate::bytecode::Work;
use crate::detail::parse_detail;
use crate::op::{Access, Op};

/// A query plan: the rows of EXPLAIN QUERY PLAN, in order. A parent comes before its children.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The steps, in SQLite's order.
    pub nodes: Vec<PlanNode>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanNode {
    /// SQLite's id of the step, unique in its plan.
    pub id: i64,
    /// The id of the parent step; 0 at the top.
    pub parent: i64,
    /// The text SQLite printed.
    pub detail: String,
    /// The detail, read.
    pub op: Op,
    /// What was measured while the statement ran; `None` when it did not run, and for steps that
    /// are no loop.
    pub loops: Option<LoopStats>,
    /// The work of this step alone, without that of the steps below it; `None` when it did not run.
    pub work: Option<Work>,
}

/// What one step did while the statement ran.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoopStats {
    /// How often the step started.
    pub loops: u64,
    /// Rows visited in all loops, before any further conditions are checked.
    pub rows_visited: u64,
    /// Rows that passed all conditions, in all loops, and were handed to the next step; the rows of
    /// NULLs that a LEFT JOIN adds are among them. `None` when it cannot be told: in a RIGHT or
    /// FULL JOIN, whose loops run twice; where a condition holds a correlated `IN (SELECT …)`; in
    /// the last loop of a statement with `FILTER (WHERE …)`; and where nothing takes the rows.
    pub rows_out: Option<u64>,
    /// SQLite's estimate of the rows that pass the conditions, for one loop.
    pub rows_estimated: f64,
}

impl LoopStats {
    /// Rows that passed, for one loop: what the estimate is to be compared with.
    pub fn rows_out_per_loop(&self) -> Option<f64> {
        match (self.rows_out, self.loops) {
            (_, 0) | (None, _) => None,
            (Some(rows), loops) => Some(rows as f64 / loops as f64),
        }
    }

    /// How many times more rows passed than SQLite expected; below 1 if fewer did. Less than one
    /// row counts as one on both sides: SQLite's estimates mean no less.
    pub fn estimate_ratio(&self) -> Option<f64> {
        let actual = self.rows_out_per_loop()?.max(1.0);
        self.rows_estimated.is_finite().then(|| actual / self.rows_estimated.max(1.0))
    }
}

impl Plan {
    /// Builds a plan from rows of (id, parent, detail). A parent that names no earlier row is
    /// replaced by 0, so that the result is a tree whatever comes in.
    pub fn from_rows(rows: impl IntoIterator<Item = (i64, i64, String)>) -> Plan {
        let mut nodes: Vec<PlanNode> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for (id, parent, detail) in rows {
            let parent = if known.contains(&parent) { parent } else { 0 };
            known.insert(id);
            let op = parse_detail(&detail);
            nodes.push(PlanNode { id, parent, detail, op, loops: None, work: None });
        }
        Plan { nodes }
    }

    /// The step with this id.
    pub fn node(&self, id: i64) -> Option<&PlanNode> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The steps directly below `id`, in order; below 0 are the steps at the top.
    pub fn children(&self, id: i64) -> impl Iterator<Item = &PlanNode> {
        self.nodes.iter().filter(move |node| node.parent == id && node.id != id)
    }

    /// How many steps are above each step, in SQLite's order of the steps.
    pub fn depths(&self) -> Vec<usize> {
        let mut depths: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for parent in self.parent_positions() {
            // A parent stands before its children.
            depths.push(parent.and_then(|parent| depths.get(parent)).map_or(0, |depth| depth + 1));
        }
        depths
    }

    /// The details, in order.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.detail.as_str())
    }

    /// The plan as the sqlite3 shell draws it, ending with a line feed:
    ///
    /// ```text
    /// QUERY PLAN
    /// |--SCAN t
    /// `--USE TEMP B-TREE FOR ORDER BY
    /// ```
    ///
    /// A plan without steps is the empty text.
    pub fn to_text(&self) -> String {
        if self.nodes.is_empty() {
            return String::new();
        }
        let mut text = String::from("QUERY PLAN\n");
        for (step, guides) in self.lines() {
            text.push_str(&guides);
            text.push_str(&self.nodes[step].detail);
            text.push('\n');
        }
        text
    }

    /// The positions of the steps in the order of the text: each behind its parent, with all that is
    /// below it before the next.
    pub fn tree_order(&self) -> Vec<usize> {
        self.lines().into_iter().map(|(step, _)| step).collect()
    }

    /// The steps in the order of the text, each with what stands before its detail.
    pub(crate) fn lines(&self) -> Vec<(usize, String)> {
        let mut top = Vec::new();
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (i, parent) in self.parent_positions().into_iter().enumerate() {
            match parent {
                Some(parent) => below[parent].push(i),
                None => top.push(i),
            }
        }
        let mut lines = Vec::with_capacity(self.nodes.len());
        // A stack of its own: the depth comes from outside. Last in, first out, so reversed.
        let mut open: Vec<(usize, String, bool)> = Vec::new();
        let push = |open: &mut Vec<_>, steps: &[usize], prefix: &str| {
            for (place, step) in steps.iter().enumerate().rev() {
                open.push((*step, prefix.to_owned(), place + 1 == steps.len()));
            }
        };
        push(&mut open, &top, "");
        while let Some((step, prefix, last)) = open.pop() {
            lines.push((step, format!("{prefix}{}", if last { "`--" } else { "|--" })));
            let inner = prefix + if last { "   " } else { "|  " };
            push(&mut open, &below[step], &inner);
        }
        lines
    }

    /// The names of the indexes this plan uses, each once, in order of first use. Indexes that
    /// SQLite made for a UNIQUE or PRIMARY KEY (`sqlite_autoindex_…`) are among them; automatic
    /// indexes, which have no name, are not.
    pub fn index_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for node in &self.nodes {
            if let Some(name) = node.op.index_use().and_then(|used| used.name.as_deref())
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// Whether `node` is a scan or search of a subquery, a view or a common table expression
    /// rather than of a table.
    ///
    /// SQLite prints an alias in place of the name on the scan, but the name on the subquery. So
    /// a scan also counts when a subquery beside it is read under no name that is seen there:
    /// better to stay silent about a table than to call a subquery one.
    pub fn reads_subquery(&self, node: &PlanNode) -> bool {
        let Some(access) = node.op.access() else {
            return false;
        };
        if access.source.subquery {
            return true;
        }
        if self.nodes.iter().filter_map(subquery_name).any(|name| name_matches(access, name)) {
            return true;
        }
        let is_table_for_certain = access.virtual_index.is_some()
            || access.index.as_ref().is_some_and(|used| used.name.is_some() || used.primary_key);
        !is_table_for_certain
            && self.children(node.parent).filter_map(subquery_name).any(|name| {
                !self
                    .children(node.parent)
                    .filter_map(|other| other.op.access())
                    .any(|other| name_matches(other, name))
            })
    }

    /// For each step the position of its parent: the first earlier step with that id.
    pub(crate) fn parent_positions(&self) -> Vec<Option<usize>> {
        let mut first = BTreeMap::new();
        self.nodes
            .iter()
            .enumerate()
            .map(|(i, node)| {
                let parent = match node.parent {
                    0 => None,
                    parent => first.get(&parent).copied(),
                };
                first.entry(node.id).or_insert(i);
                parent
            })
            .collect()
    }
}

fn subquery_name(node: &PlanNode) -> Option<&str> {
    match &node.op {
        Op::CoRoutine { name } | Op::Materialize { name } => Some(name),
        _ => None,
    }
}

fn name_matches(access: &Access, name: &str) -> bool {
    access.source.label() == name || access.source.name == name
}
