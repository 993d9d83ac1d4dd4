/** What a run did inside: the program, and the pages of the file. */

import { batch } from "@preact/signals";
import { asWireError, engine, perform, report } from "./actions_call";
import { activeSlice, askedOf, RUN_OPTIONS } from "./actions_explain";
import { chosenDdl } from "./chosen";
import { opened } from "./database";
import { active } from "./editor";
import { shownPlan } from "./plan";
import { COUNT_AT_ONCE_NS, program, programTask } from "./program";
import { runTask } from "./results";
import { tab } from "./view";
import { type Arm, MAP_AT_ONCE_BYTES, openTree, shownArm, xray, xrayTask } from "./xray";

/** Fetches the program of the statement that is meant, counted if it was just run and that was quick. */
export async function refreshProgram(): Promise<void> {
  const sql = active.value ? activeSlice().text : "";
  const quick = (runTask.value.value?.elapsed_ns ?? 0) < COUNT_AT_ONCE_NS;
  const counted = shownPlan.value?.measured === true && quick;
  const known = program.value;
  if (!sql || (known?.text === sql && (known.counted || !counted))) return;
  await loadProgram(sql, counted);
}

/** Runs the statement that is meant, to count how often each instruction is carried out. */
export async function countProgram(): Promise<void> {
  await loadProgram(activeSlice().text, true);
}

async function loadProgram(sql: string, counted: boolean): Promise<void> {
  if (programTask.startedAt.value !== null) return;
  const options = counted ? RUN_OPTIONS : null;
  const value = await perform(programTask, () =>
    engine().call("bytecode", [sql, options], report(programTask)),
  );
  if (value) program.value = { text: sql, counted, value };
  else if (program.value?.text !== sql) program.value = null;
  // While it was fetched, another statement may have become the one that is meant.
  if (tab.value === "bytecode" && active.value && activeSlice().text !== sql) await refreshProgram();
}

/** Maps a file that is not large, and records what was just run if that was quick. */
export async function refreshPages(): Promise<void> {
  const { sql, options } = askedOf();
  const quick = (runTask.value.value?.elapsed_ns ?? 0) < COUNT_AT_ONCE_NS;
  const runs = shownPlan.value?.measured === true && quick && options !== null;
  const known = xray.value;
  if (known?.text === sql || (known && !runs)) return;
  const small = (opened.value?.database.size_bytes ?? 0) <= MAP_AT_ONCE_BYTES;
  if (runs) await loadPages(sql, []);
  else if (small) await loadPages("", []);
}

/** Runs the statement that is meant and records which pages it asks for, without and with the chosen indexes. */
export async function recordPages(sql = activeSlice().text): Promise<void> {
  await loadPages(sql, sql ? chosenDdl.value : []);
}

async function loadPages(sql: string, changes: string[]): Promise<void> {
  if (xrayTask.startedAt.value !== null) return;
  const value = await perform(xrayTask, () =>
    engine().call("xray", [sql, changes, RUN_OPTIONS], report(xrayTask)),
  );
  if (!value) return;
  batch(() => {
    xray.value = { text: sql, changes, value };
    openTree.value = null;
    shownArm.value = value.after ? "after" : "before";
  });
}

/** Shows the levels of a tree of the map in place of the map. */
export async function showTree(arm: Arm, tree: number): Promise<void> {
  const known = xray.value;
  if (!known) return;
  try {
    const changes = arm === "after" ? known.changes : [];
    const levels = await engine().call("tree_levels", [tree, changes]).answer;
    if (known === xray.value && levels.length > 0) openTree.value = { arm, tree, levels };
  } catch (cause) {
    xrayTask.error.value = asWireError(cause);
  }
}

export function closeTree(): void {
  openTree.value = null;
}
