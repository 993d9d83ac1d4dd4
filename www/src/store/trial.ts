/** The last timed trial of the chosen indexes. */
import { signal } from "@preact/signals";
import type { Trial } from "../engine/types";
import { createTask } from "./task";

export const BUDGET_MS = 8_000;

export const trialTask = createTask<Trial>();
/** The text and indexes of that trial, to say when they have changed. */
export const triedWith = signal<{ text: string; indexes: string[] } | null>(null);
