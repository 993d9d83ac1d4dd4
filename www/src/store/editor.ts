/** The text, the cursor, the statements in it, and which of them is meant. */
import { batch, computed, signal } from "@preact/signals";
import type { Statement } from "../engine/types";

export interface Range {
  from: number;
  to: number;
}
/** A piece of the text to hand to the engine; `offset` puts its spans back into the whole text. */
export interface Slice {
  text: string;
  offset: number;
}

export const text = signal("");
export const selection = signal<Range>({ from: 0, to: 0 });
/** A wish to move the cursor; each is a new object. */
export const moveRequest = signal<{ at: number; focus: boolean; from?: number } | null>(null);
/** A piece that the page selected, and not the user: it is not meant to be run alone. */
export const marked = signal<Range | null>(null);
export const statements = signal<Statement[]>([]);
/** The text a sample brought along, as long as it is untouched. */
export const pristine = signal<string | null>(null);

/** What the user selected to be run alone. */
export const picked = computed<Range | null>(() => {
  const { from, to } = selection.value;
  const isMark = marked.value?.from === from && marked.value.to === to;
  return from === to || isMark ? null : { from, to };
});

export const active = computed<Statement | null>(() => statementAt(statements.value, selection.value.to));

/** The statement at an offset; comments before a statement belong to it. */
export function statementAt(list: Statement[], offset: number): Statement | null {
  // One past the end, so that a cursor just behind the semicolon still means the statement before it.
  return list.find((statement) => offset <= statement.span.end + 1) ?? list.at(-1) ?? null;
}

/** A statement's text with the comments before it, which carry its name and parameters. */
export function sliceOf(list: Statement[], statement: Statement, whole: string): Slice {
  const start = list[statement.index - 1]?.span.end ?? 0;
  const between = whole.slice(start, statement.span.start);
  const skipped = between.length - between.replace(/^[\s;]+/, "").length;
  return { text: whole.slice(start + skipped, statement.span.end), offset: start + skipped };
}

/** How a statement is called on the page. */
export function nameOf(statement: Statement): string {
  return statement.name;
}

/** What of a text differs from another, as one replacement. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/** Takes what was typed. Until its statements are known, those of the text before move with it. */
export function edit(next: string): void {
  const { from, to, insert } = difference(text.value, next);
  const by = insert.length - (to - from);
  const place = (at: number) => (at >= to ? at + by : Math.min(at, from + insert.length));
  batch(() => {
    text.value = next;
    statements.value = statements.value.map((statement) => {
      const { start, end } = statement.span;
      if (end < from) return statement;
      return { ...statement, span: { start: start < from ? start : place(start), end: place(end) } };
    });
  });
}

export function replaceText(next: string, cursor = 0): void {
  batch(() => {
    text.value = next;
    selection.value = { from: cursor, to: cursor };
    moveRequest.value = { at: cursor, focus: false };
  });
}

export function insertText(piece: string): void {
  const { from, to } = selection.value;
  const before = text.value.slice(0, from);
  const gap = /[\w)"'`\]]$/.test(before) ? " " : "";
  const at = from + gap.length + piece.length;
  batch(() => {
    text.value = before + gap + piece + text.value.slice(to);
    selection.value = { from: at, to: at };
    moveRequest.value = { at, focus: true };
  });
}

export function moveTo(at: number): void {
  batch(() => {
    selection.value = { from: at, to: at };
    moveRequest.value = { at, focus: true };
  });
}

/** Selects a piece of the text, to show it. */
export function markRange(from: number, to: number): void {
  batch(() => {
    marked.value = { from, to };
    selection.value = { from, to };
    moveRequest.value = { at: to, from, focus: false };
  });
}
