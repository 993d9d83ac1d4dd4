/** The plans of all statements, as they follow typing. */
import { computed, signal } from "@preact/signals";
import type { Explained, StatementPlan, WireError } from "../engine/types";
import { chosenDdl } from "./chosen";
import { active, sliceOf, statements, text } from "./editor";
import { steady } from "./keep";
import { ranSlice, runTask } from "./results";

export const explained = signal<Explained | null>(null);
/** The same as it was when typing last rested: for what need not follow each letter. */
export const rested = signal<Explained | null>(null);
/** An error that concerns the text as a whole. */
export const planError = signal<WireError | null>(null);
/** Show the plan as it would be with the chosen indexes. */
export const wantChosen = signal(false);
export const withChosen = computed(() => wantChosen.value && chosenDdl.value.length > 0);
export type PlanView = "graph" | "tree" | "text";
export const planView = signal<PlanView>("tree");
export const selectedNode = signal<number | null>(null);

export interface ShownPlan {
  plan: StatementPlan;
  measured: boolean;
}
let lastShown: ShownPlan | null = null;

/** The plan on show: the measured one when the last run was of this very statement. */
export const shownPlan = computed<ShownPlan | null>(() => {
  const next = toShow();
  if (next?.plan !== lastShown?.plan || next?.measured !== lastShown?.measured) lastShown = next;
  return lastShown;
});

/** What the plan of a run lacks, kept with it. */
let completed: { ran: StatementPlan; planned: StatementPlan | undefined; plan: StatementPlan } | null = null;

function toShow(): ShownPlan | null {
  const statement = active.value;
  if (!statement) return null;
  const ran = runTask.value.value?.statement;
  const same =
    ran?.statement.sql === statement.sql &&
    // With other values for its parameters it is another run.
    (ran.statement.parameters.length === 0 ||
      ranSlice.value?.text === sliceOf(statements.value, statement, text.value).text);
  if (!withChosen.value && ran?.counters && same) {
    // Counting all rows is one opcode to SQLite, which then measures no step: the planned steps stay on show.
    const planned = explained.value?.statements[statement.index];
    if (ran.plan.length > 0) return { plan: ran, measured: true };
    if (completed?.ran !== ran || completed.planned !== planned) {
      const plan = { ...ran, plan: planned?.plan ?? [], places: planned?.places ?? [] };
      completed = { ran, planned, plan };
    }
    return { plan: completed.plan, measured: true };
  }
  const plan = explained.value?.statements[statement.index];
  return plan ? { plan, measured: false } : null;
}

export interface Diagnostic {
  from: number;
  to: number;
  message: string;
}

/** Every error that points into the text. */
export const diagnostics = steady<Diagnostic[]>(() => {
  const found: Diagnostic[] = [];
  const add = (error: WireError | null, offset = 0) => {
    if (!error?.span) return;
    const message = error.hint ? `${error.message} ${error.hint}` : error.message;
    const from = error.span.start + offset;
    const to = Math.max(error.span.end + offset, from + 1);
    if (!found.some((other) => other.from === from)) found.push({ from, to, message });
  };
  for (const plan of explained.value?.statements ?? []) add(plan.error);
  add(planError.value);
  const slice = ranSlice.value;
  // A run's error points into the text it was given; after an edit there the mark would be wrong.
  if (slice && text.value.startsWith(slice.text, slice.offset)) add(runTask.error.value, slice.offset);
  return found;
});
