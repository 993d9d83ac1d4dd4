/** Suggested indexes, and which queries they are asked for. */
import { signal } from "@preact/signals";
import type { AdviceSoFar, AdvisedDrop, Suggested } from "../engine/types";
import { choose, isChosen } from "./chosen";
import { createTask } from "./task";

export type Scope = "one" | "all";

export const scope = signal<Scope>("all");
export const suggestTask = createTask<Suggested>();
/** The text the suggestion was made for. */
export const suggestedFor = signal("");
/** The best by now, while the search goes on, and what ends it with that. */
export const soFar = signal<AdviceSoFar | null>(null);
export const enough = signal<(() => void) | null>(null);
/** Indexes that belong to the advice in any case, and suggested ones that are not wanted: statements. */
export const pinned = signal<string[]>([]);
export const forbidden = signal<string[]>([]);
/** What all indexes together may take, in MB, as typed; "" is no limit. */
export const budgetMb = signal("");
/** Limits that the present suggestion does not know of. */
export const limitsChanged = signal(false);
/** What stands in the field for an index of one's own. */
export const ownDraft = signal("");
export const ownIndexError = signal<import("../engine/types").WireError | null>(null);

/** Has the advice keep an index, or decide on it again. */
export function pin(ddl: string, on: boolean): void {
  pinned.value = on
    ? [...pinned.value.filter((one) => one !== ddl), ddl]
    : pinned.value.filter((one) => one !== ddl);
  limitsChanged.value = true;
}

/** Has the advice do without an index, or think of it again. */
export function forbid(ddl: string, on: boolean): void {
  forbidden.value = on ? [...forbidden.value, ddl] : forbidden.value.filter((one) => one !== ddl);
  if (on) {
    pinned.value = pinned.value.filter((one) => one !== ddl);
    choose(ddl, false, "suggested");
  }
  limitsChanged.value = true;
}

/** Takes a suggested index or not; what may go only once it is there stays then. */
export function takeIndex(ddl: string, on: boolean): void {
  choose(ddl, on, "suggested");
  for (const drop of suggestTask.value.value?.drop ?? []) {
    if (!on && drop.needs.includes(ddl) && isChosen(drop.ddl)) choose(drop.ddl, false, "suggested");
  }
}

/** Drops an index or not; those that have to be there for it are taken with it. */
export function takeDrop(drop: AdvisedDrop, on: boolean): void {
  choose(drop.ddl, on, "suggested");
  for (const ddl of on ? drop.needs : []) choose(ddl, true, "suggested");
}
