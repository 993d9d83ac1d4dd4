/** Runs: rows, values in full, and the close look after a run. */

import { batch } from "@preact/signals";
import type { Cell, Rewrite, RowBatch } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { activeSlice, freshStatements, RUN_OPTIONS } from "./actions_explain";
import { offerBack } from "./actions_text";
import { opened } from "./database";
import { active, nameOf, picked, replaceText, selection, statementAt, statements, text } from "./editor";
import { CLOSE_LOOK_MS, findingsTask, lookedAt } from "./findings";
import {
  cellTask,
  DEADLINE_MS,
  end,
  exportTask,
  isCut,
  kept,
  PAGE_ROWS,
  type Place,
  pageTask,
  ranName,
  ranSlice,
  runTask,
  shownCell,
  withPage,
} from "./results";
import { clearTask, type Task } from "./task";
import { tab } from "./view";

/** Runs the selection, or the statement under the cursor. */
export async function run(): Promise<void> {
  if (runTask.startedAt.value !== null) return;
  tab.value = "rows";
  try {
    await freshStatements();
  } catch (cause) {
    clearTask(runTask);
    runTask.error.value = asWireError(cause);
    return;
  }
  stopLooking();
  const range = picked.value;
  const own = range ? text.value.slice(range.from, range.to) : "";
  const slice = range && own.trim() ? { text: own, offset: range.from } : activeSlice();
  const statement = statementAt(statements.value, selection.value.to);
  const previous = kept.value?.run ?? 0;
  batch(() => {
    runTask.value.value = null;
    ranSlice.value = slice;
    ranName.value = own.trim() ? "Selection" : statement ? nameOf(statement) : "";
    forgetRows();
  });
  const onRows = ({ columns, rows }: RowBatch) => {
    const before = kept.value ?? { run: previous + 1, columns, first: 0, rows: [] };
    kept.value = { ...before, rows: [...before.rows, ...rows] };
  };
  const ran = await perform(runTask, () =>
    engine().call("run", [slice.text, RUN_OPTIONS], { ...report(runTask), onRows }),
  );
  if (!ran) return;
  batch(() => {
    kept.value ??= { run: previous + 1, columns: ran.columns, first: 0, rows: [] };
    if (ran.stopped === "end") end.value = ran.rows_returned;
  });
  if (ran.stopped === "end" && active.value?.sql === ran.statement.sql) await look(CLOSE_LOOK_MS);
}

/** Looks closely at the statement that is meant, with as much time as a run may take. */
export async function lookCloser(): Promise<void> {
  await look(DEADLINE_MS);
}

async function look(deadline_ms: number): Promise<void> {
  if (findingsTask.startedAt.value !== null) return;
  clearTask(findingsTask);
  try {
    await freshStatements();
  } catch (cause) {
    findingsTask.error.value = asWireError(cause);
    return;
  }
  const statement = active.value;
  if (!statement || !opened.value) return;
  const slice = activeSlice().text;
  const whole = text.value;
  const options = { row_cap: 0, deadline_ms };
  const value = await perform(findingsTask, () =>
    engine().call("findings", [whole, statement.index, options], report(findingsTask)),
  );
  if (value) lookedAt.value = slice;
}

/** A closer look makes way for what the user wants now, where that does not cost the worker its life. */
export function stopLooking(): void {
  if (globalThis.crossOriginIsolated) findingsTask.cancel.value?.();
}

/** Puts a rewritten statement in the place of those it stands for. */
export function putRewrite(rewrite: Rewrite): void {
  const before = text.value;
  const spans = rewrite.replaces.flatMap((at) => {
    const span = statements.value[at]?.span;
    return span ? [span] : [];
  });
  const first = spans[0];
  if (!first) return;
  let next = before;
  for (const { start, end } of spans.slice(1).reverse()) {
    const behind = next.slice(end).match(/^\s*;[^\S\n]*\n?/)?.[0].length ?? 0;
    next = next.slice(0, start) + next.slice(end + behind);
  }
  next = next.slice(0, first.start) + rewrite.sql + next.slice(first.end);
  replaceText(next, first.start);
  offerBack(before, "The rewritten statement is in the editor now.");
}

export function forgetRows(): void {
  hideCell();
  for (const task of [pageTask, exportTask]) {
    task.cancel.value?.();
    clearTask<unknown>(task as Task<unknown>);
  }
  kept.value = null;
  end.value = null;
}

/** Reads the rows after those in memory, those before, or those from this number on. */
export async function loadPage(from: "next" | "previous" | number): Promise<void> {
  const now = kept.value;
  const sql = ranSlice.value?.text;
  if (!now || sql === undefined) return;
  const first_row =
    from === "next"
      ? now.first + now.rows.length
      : from === "previous"
        ? Math.max(0, now.first - PAGE_ROWS)
        : from;
  const row_cap = from === "previous" ? now.first - first_row : PAGE_ROWS;
  const options = { first_row, row_cap, whole: false, deadline_ms: DEADLINE_MS };
  await perform(pageTask, () => {
    const { answer, cancel } = engine().call("page", [sql, options], report(pageTask));
    const shown = answer.then(({ rows, more }) => {
      if (kept.value?.run !== now.run) return 0;
      batch(() => {
        if (!more && (rows.length > 0 || from === "next")) end.value = first_row + rows.length;
        if (rows.length > 0) kept.value = withPage(kept.value ?? now, first_row, rows);
      });
      return rows.length;
    });
    return { answer: shown, cancel };
  });
}

let cellTicket = 0;

let lastCell: Promise<unknown> = Promise.resolve();

/** Shows one value in full. What the page has already is not read again. */
export async function showCell(place: Place): Promise<void> {
  const now = kept.value;
  const sql = ranSlice.value?.text;
  const cell = now?.rows[place.row - now.first]?.[place.column];
  if (!cell || sql === undefined) return;
  const mine = ++cellTicket;
  cellTask.cancel.value?.();
  shownCell.value = place;
  cellTask.value.value = null;
  await lastCell;
  if (mine !== cellTicket) return;
  clearTask(cellTask);
  const ask = () => {
    const known = bytesOf(cell);
    return known
      ? engine().call("describe", [known, cell.type === "blob"], report(cellTask))
      : engine().call("cell", [sql, { ...place, deadline_ms: DEADLINE_MS }], report(cellTask));
  };
  if (cell.type === "text" || cell.type === "blob") lastCell = perform(cellTask, ask);
  else cellTask.value.value = { value: cell, guess: "", extension: "txt" };
}

export function hideCell(): void {
  cellTicket++;
  shownCell.value = null;
  cellTask.cancel.value?.();
}

/** All bytes of a value, if they are here. */
function bytesOf(cell: Cell): Uint8Array | null {
  if (cell.type === "text" && !cell.lossy && !isCut(cell)) return new TextEncoder().encode(cell.value);
  if (cell.type !== "blob" || isCut(cell)) return null;
  return Uint8Array.from(cell.hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Gives these rows with all their values whole, some at a time. False if they could not all be read. */
export async function wholeRows(
  first: number,
  count: number,
  each: (rows: Cell[][]) => void,
): Promise<boolean> {
  const now = kept.value;
  const sql = ranSlice.value?.text;
  if (!now || sql === undefined) return false;
  const rows = now.rows.slice(first - now.first, first - now.first + count);
  if (!rows.some((row) => row.some(isCut))) {
    each(rows);
    return true;
  }
  for (let done = 0; done < count; ) {
    const options = { first_row: first + done, row_cap: count - done, whole: true, deadline_ms: DEADLINE_MS };
    const read = await perform(exportTask, () => {
      const { answer, cancel } = engine().call("page", [sql, options], report(exportTask));
      return { answer: answer.then((page) => page.rows), cancel };
    });
    exportTask.value.value = null;
    if (!read || kept.value?.run !== now.run) return false;
    if (read.length === 0) break;
    each(read);
    done += read.length;
  }
  return true;
}
