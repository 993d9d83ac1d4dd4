/** The last run of a query: the rows of it that are in memory, and the plan measured with them. */
import { computed, signal } from "@preact/signals";
import type { Cell, Ran, WholeCell } from "../engine/types";
import type { Slice } from "./editor";
import { createTask } from "./task";

/** Rows that a run keeps, and that are read at a time after it. */
export const PAGE_ROWS = 1000;
export const DEADLINE_MS = 120_000;

export const runTask = createTask<Ran>();
/** What the run was given, so that its errors can be marked in the editor. */
export const ranSlice = signal<Slice | null>(null);
export const ranName = signal("");

/** Rows that follow each other; `first` is the number of the first, from 0. */
export interface Kept {
  /** Another for each run. */
  run: number;
  columns: string[];
  first: number;
  rows: Cell[][];
}
export const kept = signal<Kept | null>(null);

/** How many rows the result has, once that is known. */
export const end = signal<number | null>(null);

export const pageTask = createTask<number>();
export const cellTask = createTask<WholeCell>();
export const exportTask = createTask<Cell[][]>();

/** The cell that is shown in full. */
export interface Place {
  row: number;
  column: number;
}
export const shownCell = signal<Place | null>(null);

/** True if there are rows behind those in memory, or may be. */
export const hasMore = computed(() => {
  const now = kept.value;
  return now !== null && now.first + now.rows.length < (end.value ?? Number.POSITIVE_INFINITY);
});

/** True if only the beginning of a value is here. */
export function isCut(cell: Cell): boolean {
  if (cell.type === "text") return cell.cut_from !== null;
  return cell.type === "blob" && cell.hex.length < cell.bytes * 2;
}

/** Rows that stay in memory, and what they may take there, in characters. */
const KEPT_ROWS = 10_000;
const KEPT_CHARACTERS = 32_000_000;
/** About what a value takes besides its characters. */
const CELL_CHARACTERS = 30;

function charactersOf(row: Cell[]): number {
  let sum = 0;
  for (const cell of row) {
    sum += CELL_CHARACTERS;
    if (cell.type === "blob") sum += cell.hex.length;
    else if (cell.type !== "null") sum += cell.value.length;
  }
  return sum;
}

/** How many of these rows there is room for, counted from the first or the last. */
function fitting(rows: Cell[][], from: "first" | "last"): number {
  let left = KEPT_CHARACTERS;
  let count = 0;
  while (count < Math.min(rows.length, KEPT_ROWS)) {
    left -= charactersOf(rows[from === "first" ? count : rows.length - 1 - count] ?? []);
    if (left < 0 && count > 0) break;
    count++;
  }
  return count;
}

/** The rows with those that were read put where they belong; what is far from them leaves memory. */
export function withPage(now: Kept, first: number, rows: Cell[][]): Kept {
  const behind = now.first + now.rows.length;
  if (first === behind) {
    const all = [...now.rows, ...rows];
    const count = fitting(all, "last");
    return { ...now, first: behind + rows.length - count, rows: all.slice(all.length - count) };
  }
  if (first + rows.length === now.first) {
    const all = [...rows, ...now.rows];
    return { ...now, first, rows: all.slice(0, fitting(all, "first")) };
  }
  return { ...now, first, rows };
}
