/** The last timed trial of the chosen indexes. */
import { signal } from "@preact/signals";
import type { Trial } from "../engine/types";
import { createTask } from "./task";

/** How long a trial of this many queries may take in all. */
export function budgetMs(queries: number): number {
  return Math.min(30_000, Math.max(6_000, queries * 1_000));
}

export const trialTask = createTask<Trial>();
/** The text and indexes of that trial, to say when they have changed. */
export const triedWith = signal<{ text: string; indexes: string[] } | null>(null);
