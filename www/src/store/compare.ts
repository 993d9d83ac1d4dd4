/** Two plans side by side. */
import { signal } from "@preact/signals";
import type { Comparison, WhyNot } from "../engine/types";
import { createTask } from "./task";

/** How a side is made from the statement that is meant. */
export type SideKind =
  | "as_is"
  | "chosen"
  | "statistics_none"
  | "statistics_analyze"
  | "statistics_optimize"
  | "text";

export interface Sides {
  before: SideKind;
  after: SideKind;
  /** The other text, for a side of kind `text`. */
  other: string;
}

export const sides = signal<Sides>({ before: "as_is", after: "statistics_analyze", other: "" });
export const compareTask = createTask<Comparison>();
/** What was compared, as one text: to tell whether an answer still fits. */
export const compared = signal("");

export const whyNotTask = createTask<WhyNot>();
/** The statement and the index that were asked about. */
export const whyNotOf = signal("");
export const whyNotIndex = signal("");
