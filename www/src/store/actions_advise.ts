/** Suggested indexes, trials and the patch. */

import type { AdviceSoFar } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { scopedText } from "./actions_explain";
import {
  budgetMb,
  enough,
  forbidden,
  limitsChanged,
  ownIndexError,
  pinned,
  scope,
  soFar,
  suggestedFor,
  suggestTask,
} from "./advisor";
import { ANALYZE, choose, chooseSuggested, chosenDdl } from "./chosen";
import { statements, text } from "./editor";
import { patch, patchError } from "./patch";
import { budgetMs, trialTask, triedWith } from "./trial";

export async function suggest(): Promise<void> {
  if (suggestTask.startedAt.value !== null) return;
  let sql: string;
  try {
    sql = await scopedText();
  } catch (cause) {
    suggestTask.error.value = asWireError(cause);
    return;
  }
  const mb = Number(budgetMb.value);
  const options = {
    max_indexes: null,
    budget_bytes: budgetMb.value.trim() !== "" && mb >= 0 ? Math.round(mb * 1e6) : null,
    pinned: pinned.value,
    forbidden: forbidden.value,
  };
  soFar.value = null;
  const value = await perform(suggestTask, () => {
    const onAdvice = (best: AdviceSoFar) => {
      soFar.value = best;
    };
    const call = engine().call("suggest", [sql, options], { ...report(suggestTask), onAdvice });
    enough.value = call.enough ?? null;
    return call;
  });
  enough.value = null;
  soFar.value = null;
  if (!value) return;
  limitsChanged.value = false;
  suggestedFor.value = sql;
  const drops = value.drop.filter((drop) => drop.taken);
  const ddls = [...value.create, ...drops].map((advice) => advice.ddl);
  chooseSuggested(value.analyze ? [...ddls, ANALYZE] : ddls);
}

/** Adds an index the user wrote, once the engine has accepted it. */
export async function addOwnIndex(ddl: string): Promise<boolean> {
  ownIndexError.value = null;
  try {
    await engine().call("explain_with", ["SELECT 1", [ddl]]).answer;
    choose(ddl, true, "own");
    return true;
  } catch (cause) {
    ownIndexError.value = asWireError(cause);
    return false;
  }
}

export async function tryIndexes(): Promise<void> {
  if (trialTask.startedAt.value !== null) return;
  const indexes = chosenDdl.value;
  let sql: string;
  try {
    sql = await scopedText();
  } catch (cause) {
    trialTask.error.value = asWireError(cause);
    return;
  }
  const budget_ms = budgetMs(scope.value === "all" ? statements.value.length : 1);
  const value = await perform(trialTask, () =>
    engine().call("trial", [sql, indexes, { budget_ms }], report(trialTask)),
  );
  if (value) triedWith.value = { text: sql, indexes };
}

export async function refreshPatch(): Promise<void> {
  const indexes = chosenDdl.value;
  if (indexes.length === 0) {
    patch.value = null;
    patchError.value = null;
    return;
  }
  try {
    const value = await engine().call("patch", [indexes, suggestedFor.value || text.value], { lane: "patch" })
      .answer;
    if (indexes !== chosenDdl.value) return;
    patch.value = value;
    patchError.value = null;
  } catch (cause) {
    const error = asWireError(cause);
    if (error.code !== "cancelled") patchError.value = error;
  }
}
