/** Suggested indexes, and which queries they are asked for. */
import { signal } from "@preact/signals";
import type { Suggested } from "../engine/types";
import { createTask } from "./task";

export type Scope = "one" | "all";

export const scope = signal<Scope>("all");
export const suggestTask = createTask<Suggested>();
/** The text the suggestion was made for. */
export const suggestedFor = signal("");
export const ownIndexError = signal<import("../engine/types").WireError | null>(null);
