/** A log that is to become a workload. */
import { computed, signal } from "@preact/signals";
import type { Log, LoggedQuery, LoopProof, WireError } from "../engine/types";
import { createTask } from "./task";

export const logOpen = signal(false);
/** What is typed or pasted into the dialog. */
export const logText = signal("");
/** The file's name, or what else it is. */
export const logName = signal("");
export const logTask = createTask<Log>();
/** Positions of the queries that are to be used. */
export const taken = signal<ReadonlySet<number>>(new Set());
/** Of each loop what was proven on the open database; null while it is asked. */
export const proofs = signal<ReadonlyMap<number, LoopProof | WireError | null>>(new Map());

export const SORTS = ["name", "calls", "total", "mean", "max"] as const;
export type SortId = (typeof SORTS)[number];
/** By which column, and whether from small to large; null is the log's own order. */
export const sort = signal<{ by: SortId; ascending: boolean } | null>(null);

export interface Row {
  at: number;
  query: LoggedQuery;
}

function figure(query: LoggedQuery, by: SortId): number {
  const times = query.times;
  switch (by) {
    case "calls":
      return query.calls;
    case "total":
      return times?.total_ns ?? -1;
    case "mean":
      return times?.mean_ns ?? -1;
    default:
      return times?.max_ns ?? -1;
  }
}

export const rows = computed<Row[]>(() => {
  const all = logTask.value.value?.queries.map((query, at) => ({ at, query })) ?? [];
  const order = sort.value;
  if (!order) return all;
  const sign = order.ascending ? 1 : -1;
  return all.sort((a, b) => {
    const difference =
      order.by === "name"
        ? a.query.name.localeCompare(b.query.name)
        : figure(a.query, order.by) - figure(b.query, order.by);
    return sign * difference || a.at - b.at;
  });
});

/** A first click shows the largest figures first, and names from A on; the next turns it round. */
export function sortBy(by: SortId): void {
  const now = sort.value;
  const ascending = now?.by === by ? !now.ascending : by === "name";
  sort.value = { by, ascending };
}

export function take(positions: number[], is: boolean): void {
  const next = new Set(taken.value);
  for (const at of positions) {
    if (is) next.add(at);
    else next.delete(at);
  }
  taken.value = next;
}
