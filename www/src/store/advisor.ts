/** Suggested indexes, and which queries they are asked for. */
import { signal } from "@preact/signals";
import type { AdvisedDrop, Suggested } from "../engine/types";
import { choose, isChosen } from "./chosen";
import { createTask } from "./task";

export type Scope = "one" | "all";

export const scope = signal<Scope>("all");
export const suggestTask = createTask<Suggested>();
/** The text the suggestion was made for. */
export const suggestedFor = signal("");
export const ownIndexError = signal<import("../engine/types").WireError | null>(null);

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
