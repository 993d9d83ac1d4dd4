/** Plans: as they follow typing, under switches, and of a pasted text. */

import { batch } from "@preact/signals";
import type { Explained } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { scope } from "./advisor";
import { chosenDdl } from "./chosen";
import { opened } from "./database";
import { active, type Slice, selection, sliceOf, statements, text } from "./editor";
import { engineState } from "./engine";
import { keep } from "./keep";
import { withEdited } from "./live";
import { pasted, pastedError, pastedNode, pasteText } from "./pasted";
import { explained, planError, rested, withChosen } from "./plan";
import { DEADLINE_MS, PAGE_ROWS } from "./results";
import { planUnder, runUnderTask, switched, switches, underError, whyTask, whyText } from "./why";

let ticket = 0;

/** The text changed: a plan that is on its way is of an earlier one. */
export function outdatePlan(): void {
  ticket++;
}

/**
 * Plans the statement that is being edited, at once; of several wishes only the newest is granted. What can not be
 * planned, as in the middle of a word, waits until typing rests: `refreshPlan` then tells it.
 */
export async function planEdited(): Promise<void> {
  const mine = ticket;
  const before = explained.value;
  if (engineState.value.type !== "ready" || !opened.value || !before || withChosen.value) return;
  try {
    const params: [string, number] = [text.value, selection.value.to];
    const answer = await engine().call("explain_at", params, { lane: "edited" }).answer;
    const next = mine === ticket && before === explained.value ? withEdited(before, answer) : null;
    if (next) showPlans(next);
  } catch {
    // A newer wish took its place, or the whole text will be refused, too, and that is told then.
  }
}

function showPlans(next: Explained): void {
  batch(() => {
    const all = keep(explained.value, next);
    explained.value = all;
    const list = all?.statements.map((plan) => plan.statement) ?? [];
    if (list.length !== statements.value.length || list.some((one, at) => one !== statements.value[at]))
      statements.value = list;
    planError.value = null;
  });
}

/** Plans all statements. */
export async function refreshPlan(): Promise<void> {
  const mine = ++ticket;
  const sql = text.value;
  const lane = { lane: "plan" };
  if (engineState.value.type !== "ready") return;
  try {
    if (!opened.value) {
      const list = await engine().call("statements", [sql], lane).answer;
      if (mine !== ticket) return;
      batch(() => {
        statements.value = list;
        explained.value = null;
        rested.value = null;
        planError.value = null;
      });
      return;
    }
    const answer = withChosen.value
      ? await engine().call("explain_with", [sql, chosenDdl.value], lane).answer
      : await engine().call("explain", [sql], lane).answer;
    if (mine !== ticket) return;
    batch(() => {
      showPlans(answer);
      rested.value = explained.value;
    });
  } catch (cause) {
    if (mine !== ticket) return;
    const error = asWireError(cause);
    if (error.code === "cancelled") return;
    batch(() => {
      explained.value = null;
      rested.value = null;
      planError.value = error;
    });
  }
}

/** The statements of the text as it is now, not as it was a moment ago. */
export async function freshStatements(): Promise<void> {
  const sql = text.value;
  const list = await engine().call("statements", [sql]).answer;
  if (sql === text.value) statements.value = list;
}

export function activeSlice(): Slice {
  const statement = active.value;
  return statement ? sliceOf(statements.value, statement, text.value) : { text: text.value, offset: 0 };
}

export async function scopedText(): Promise<string> {
  if (scope.value === "all") return text.value;
  await freshStatements();
  return activeSlice().text;
}

/** Reads the plan that was pasted, without a database. */
export async function readPasted(): Promise<void> {
  const given = pasteText.value;
  try {
    const value = await engine().call("read_plan", [given], { lane: "pasted" }).answer;
    if (given !== pasteText.value) return;
    batch(() => {
      pasted.value = value;
      pastedError.value = null;
      pastedNode.value = null;
    });
  } catch (cause) {
    const error = asWireError(cause);
    if (error.code === "cancelled" || given !== pasteText.value) return;
    batch(() => {
      pasted.value = null;
      pastedError.value = given.trim() ? error : null;
    });
  }
}

export const RUN_OPTIONS = { row_cap: PAGE_ROWS, deadline_ms: DEADLINE_MS };

/** The statement that is meant as the engine is to be given it, and whether it can be run. */
export function askedOf(): { sql: string; options: typeof RUN_OPTIONS | null } {
  const planned = active.value ? explained.value?.statements[active.value.index] : undefined;
  const unfit = planned?.notices.some(
    ({ code }) => code === "stand_in" || code === "parameter_without_value",
  );
  const runs = planned?.statement.kind === "read" && !planned.error && !unfit;
  return { sql: activeSlice().text, options: runs ? RUN_OPTIONS : null };
}

export async function refreshUnder(): Promise<void> {
  const { sql } = askedOf();
  const under = switches.value;
  if (!switched.value || !active.value) {
    batch(() => {
      planUnder.value = null;
      underError.value = null;
    });
    return;
  }
  try {
    const answer = await engine().call("explain_under", [sql, under], { lane: "under" }).answer;
    const plan = answer.statements[0];
    if (under !== switches.value || !plan) return;
    batch(() => {
      planUnder.value = { text: sql, plan };
      underError.value = plan.error;
    });
  } catch (cause) {
    const error = asWireError(cause);
    if (error.code !== "cancelled") underError.value = error;
  }
}

/** Tries each switch alone, and runs the statement under those that change its plan. */
export async function askWhy(): Promise<void> {
  const { sql, options } = askedOf();
  const value = await perform(whyTask, () => engine().call("why", [sql, options], report(whyTask)));
  if (value) whyText.value = sql;
}

/** Runs the statement as it is and under the switches. */
export async function runUnder(): Promise<void> {
  const { sql } = askedOf();
  const under = switches.value;
  await perform(runUnderTask, () => {
    const one = { ...RUN_OPTIONS, row_cap: 1 };
    const before = engine().call("run", [sql, one], report(runUnderTask));
    const after = engine().call("run_under", [sql, under, one], report(runUnderTask));
    const answer = Promise.all([before.answer, after.answer]).then(([was, is]) => ({
      text: sql,
      switches: under,
      before: was.stopped === "end" ? was.statement.counters : null,
      after: is.stopped === "end" ? is.statement.counters : null,
    }));
    const cancel = () => {
      after.cancel();
      before.cancel();
    };
    return { answer, cancel };
  });
}
