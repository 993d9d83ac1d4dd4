/** The parameters of the statement that is meant: their values as its `-- param:` comments give them. */
import { batch, computed } from "@preact/signals";
import type { ParameterType, Statement } from "../engine/types";
import { active, selection, statements, text } from "./editor";
import { explained } from "./plan";
import { ranSlice, runTask } from "./results";

export interface Parameter {
  name: string;
  type: ParameterType;
  /** As written; null if there is no comment for it. */
  written: string | null;
  /** The last run was refused for want of this value. */
  wanted: boolean;
}

interface Fact {
  name: string;
  value: string;
  /** The line with what ends it. */
  from: number;
  to: number;
  /** Where the value is. */
  valueFrom: number;
  valueTo: number;
}

const bare = (name: string) => name.replace(/^[:@$?]+/, "");

/** Where a statement begins, and where the comments before it do. */
function head(list: Statement[], statement: Statement, whole: string): { from: number; body: number } {
  let from = list[statement.index - 1]?.span.end ?? 0;
  // A leading EXPLAIN is left out of the span; comments behind it set nothing.
  const before = whole.slice(from, statement.span.start);
  const words =
    /\bEXPLAIN(?:(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+QUERY(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+PLAN)?(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*$/i;
  const tokens = /--[^\n]*|\/\*[\s\S]*?\*\/|;|\w+/g;
  let body = statement.span.start;
  for (const token of before.matchAll(tokens)) {
    if (token[0] === ";") from = (list[statement.index - 1]?.span.end ?? 0) + token.index + 1;
    else if (/^\w/.test(token[0])) {
      if (words.test(before.slice(token.index)))
        body = (list[statement.index - 1]?.span.end ?? 0) + token.index;
      break;
    }
  }
  return { from, body };
}

/** The `-- param:` lines before a statement. */
function factsOf(list: Statement[], statement: Statement, whole: string): Fact[] {
  const { from, body } = head(list, statement, whole);
  const line = /^([ \t]*-+[ \t]*param[ \t]*:[ \t]*([^=\n]*?)[ \t]*=[ \t]*)([^\r\n]*)(?:\r?\n|$)/gim;
  return [...whole.slice(from, body).matchAll(line)].map((match) => {
    const start = from + match.index;
    const valueFrom = start + (match[1] ?? "").length;
    const value = match[3] ?? "";
    return {
      name: match[2] ?? "",
      value: value.trim(),
      from: start,
      to: start + match[0].length,
      valueFrom,
      valueTo: valueFrom + value.length,
    };
  });
}

/** SQLite names the parameters, so they are known once a database is open. */
export const parameters = computed<Parameter[]>(() => {
  const statement = active.value;
  const planned = statement && explained.value?.statements[statement.index]?.statement;
  if (!statement || !planned || planned.sql !== statement.sql || planned.parameters.length === 0) return [];
  const facts = factsOf(statements.value, statement, text.value);
  const refused =
    runTask.error.value?.code === "not_runnable" && ranSlice.value?.text.endsWith(statement.sql) === true;
  return planned.parameters.map((name, at) => {
    // SQLite binds in the order of the comments, so the last one for a name counts.
    const fact = facts.findLast((one) => bare(one.name) === bare(name));
    const written = fact ? fact.value : null;
    return {
      name,
      type: planned.parameter_types[at] ?? "unknown",
      written,
      wanted: refused && written === null,
    };
  });
});

/** Puts a value into the comments before the statement; an empty one takes its line away. */
export function writeParameter(name: string, value: string): void {
  const statement = active.value;
  const whole = text.value;
  if (!statement || whole.slice(statement.span.start, statement.span.end) !== statement.sql) return;
  const fact = factsOf(statements.value, statement, whole).findLast((one) => bare(one.name) === bare(name));
  const clean = value.replace(/[\r\n]+/g, " ").trim();
  if (fact) {
    if (clean === "") replace(fact.from, fact.to, "");
    else replace(fact.valueFrom, fact.valueTo, clean);
    return;
  }
  if (clean === "") return;
  const { body } = head(statements.value, statement, whole);
  const lineStart = whole.lastIndexOf("\n", body - 1) + 1;
  const indent = whole.slice(lineStart, body);
  const comment = `-- param: ${name} = ${clean}`;
  if (indent.trim() === "") replace(body, body, `${comment}\n${indent}`);
  else replace(body, body, `\n${comment}\n`);
}

/** Changes the text, and moves what points into it along until the engine has split it again. */
function replace(from: number, to: number, piece: string): void {
  const by = piece.length - (to - from);
  const moved = (at: number) => (at >= to ? at + by : Math.min(at, from));
  batch(() => {
    statements.value = statements.value.map((statement) => ({
      ...statement,
      span: { start: moved(statement.span.start), end: moved(statement.span.end) },
    }));
    text.value = text.value.slice(0, from) + piece + text.value.slice(to);
    selection.value = { from: moved(selection.value.from), to: moved(selection.value.to) };
  });
}
