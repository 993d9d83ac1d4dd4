/** A plan that was printed elsewhere and pasted here. */
import { signal } from "@preact/signals";
import type { PastedPlan, WireError } from "../engine/types";

export const pasteOpen = signal(false);
export const pasteText = signal("");
export const pasted = signal<PastedPlan | null>(null);
export const pastedError = signal<WireError | null>(null);
/** The step of it that is meant. */
export const pastedNode = signal<number | null>(null);
