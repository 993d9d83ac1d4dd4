/** The planner's switches in words. */
import type { Statistics } from "../../engine/types";

export const STATISTICS: { id: Statistics; label: string }[] = [
  { id: "as_found", label: "As found" },
  { id: "none", label: "None" },
  { id: "analyze", label: "ANALYZE" },
  { id: "optimize", label: "optimize" },
];

/** Optimisations of SQLite that can be switched off: their names in the engine, and what each does. */
export const OPTIMISATIONS: [id: string, label: string, does: string][] = [
  ["query_flattener", "Query flattener", "Merges subqueries of FROM into the outer query."],
  ["push_down", "Push-down", "Moves conditions into subqueries."],
  ["coroutines", "Co-routines", "Runs subqueries row by row, without storing them."],
  ["flatten_union_all", "UNION ALL flattener", "Merges UNION ALL in a subquery into the outer query."],
  ["union_limit", "LIMIT in UNION", "Uses LIMIT inside UNION."],
  ["omit_order_by", "Omit ORDER BY", "Drops ORDER BY in subqueries where no one sees it."],
  ["order_by_subquery", "ORDER BY of subqueries", "Keeps an inner ORDER BY that helps the outer query."],
  ["exists_to_join", "EXISTS to join", "Turns EXISTS into a join."],
  ["simplify_join", "Simplify joins", "Makes a LEFT JOIN inner where its right side cannot be NULL."],
  ["omit_noop_join", "Omit joins", "Leaves out tables of a LEFT JOIN that change nothing."],
  ["star_query", "Star queries", "Takes special care of a large table joined with many small ones."],
  ["transitive", "Transitive constraints", "From a = b AND b = 5 follows a = 5."],
  ["propagate_constants", "Constants", "Replaces columns that equal a constant by it."],
  [
    "covering_index_scan",
    "Covering index scan",
    "Scans an index that holds all columns in place of its table.",
  ],
  ["skip_scan", "Skip-scan", "Searches an index whose first column has no condition."],
  ["seek_scan", "Seek-scan", "For IN, steps on in an index where the next value is near."],
  ["bloom_filter", "Bloom filter", "Checks a Bloom filter before lookups."],
  ["indexed_expression", "Indexed expressions", "Reads expressions from an index that holds them."],
  ["order_by_index_join", "ORDER BY of joins", "Takes the order of a join from indexes."],
  ["group_by_order", "GROUP BY order", "Groups in the order that ORDER BY asks for."],
  ["distinct", "DISTINCT", "Takes DISTINCT from the order of an index."],
  ["min_max", "min() and max()", "Reads one end of an index."],
  ["count_of_view", "count(*) of a view", "Counts each part of a UNION ALL view."],
  ["null_unused_columns", "Unused columns", "Does not compute columns of subqueries that no one uses."],
  ["balanced_merge", "Balanced merge", "Merges more than two sorted parts in balance."],
  ["stat4", "STAT4", "Uses the samples of sqlite_stat4."],
];

/** What `Why` calls a switch, in words. */
export function switchWords(id: string): string {
  if (id === "case_sensitive_like") return "LIKE tells upper from lower case";
  const statistics = /^statistics_(.+)$/.exec(id)?.[1];
  if (statistics === "none") return "No statistics";
  if (statistics === "optimize") return "Statistics by PRAGMA optimize";
  if (statistics)
    return `Statistics by ${STATISTICS.find((one) => one.id === statistics)?.label ?? statistics}`;
  const name = id.replace(/^without_/, "");
  return `Without ${OPTIMISATIONS.find(([one]) => one === name)?.[1] ?? name}`;
}
