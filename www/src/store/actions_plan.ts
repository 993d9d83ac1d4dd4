/** What can be asked about a plan beyond itself: other sizes, another side, another index. */
import type { Side, Switches } from "../engine/types";
import { engine, perform, report } from "./actions_call";
import { askedOf } from "./actions_explain";
import { chosenDdl } from "./chosen";
import { compared, compareTask, type SideKind, sides, whyNotIndex, whyNotOf, whyNotTask } from "./compare";
import { growthTask, growthText, scaledTask, scaledText, sizeIndex } from "./size";
import { NO_SWITCHES } from "./why";

/** Plans the statement that is meant at a hundredth to a thousand times the rows. */
export async function planSizes(): Promise<void> {
  const { sql } = askedOf();
  const value = await perform(scaledTask, () => engine().call("scaled", [sql], report(scaledTask)));
  if (!value) return;
  scaledText.value = sql;
  sizeIndex.value = Math.max(
    0,
    value.sizes.findIndex(({ factor }) => factor === 1),
  );
}

/** Runs it on all the data and on parts of it. */
export async function measureGrowth(): Promise<void> {
  const { sql, options } = askedOf();
  if (!options) return;
  const value = await perform(growthTask, () => engine().call("growth", [sql, options], report(growthTask)));
  if (value) growthText.value = sql;
}

function side(kind: SideKind, sql: string): Side {
  const statistics = (which: Switches["statistics"]): Switches => ({ ...NO_SWITCHES, statistics: which });
  switch (kind) {
    case "as_is":
      return { sql, changes: [], switches: null };
    case "chosen":
      return { sql, changes: chosenDdl.value, switches: null };
    case "statistics_none":
      return { sql, changes: [], switches: statistics("none") };
    case "statistics_analyze":
      return { sql, changes: [], switches: statistics("analyze") };
    case "statistics_optimize":
      return { sql, changes: [], switches: statistics("optimize") };
    case "text":
      return { sql: sides.value.other, changes: [], switches: null };
  }
}

/** What the comparison of now would be about. */
export function comparisonKey(): string {
  const { before, after } = sides.value;
  const { sql } = askedOf();
  return JSON.stringify([side(before, sql), side(after, sql)]);
}

/** Plans both sides, and runs them if the statement can be run. */
export async function compareSides(): Promise<void> {
  const { before, after } = sides.value;
  const { sql, options } = askedOf();
  const key = comparisonKey();
  const value = await perform(compareTask, () =>
    engine().call("compare", [side(before, sql), side(after, sql), options], report(compareTask)),
  );
  if (value) compared.value = key;
}

export function whyNotKey(): string {
  return JSON.stringify([askedOf().sql, whyNotIndex.value.trim()]);
}

/** Asks why the statement does not use an index. */
export async function askWhyNot(): Promise<void> {
  const { sql, options } = askedOf();
  const key = whyNotKey();
  const value = await perform(whyNotTask, () =>
    engine().call("why_not", [sql, whyNotIndex.value.trim(), options], report(whyNotTask)),
  );
  if (value) whyNotOf.value = key;
}
