/** The pages of the file and those a query asked for, and what of them is on show. */
import { signal } from "@preact/signals";
import type { TreeLevel, Xray } from "../engine/types";
import { createTask } from "./task";

export interface Recorded {
  /** The statement with its comments, as the engine was given it; "" for the map alone. */
  text: string;
  /** The changes made for the second map. */
  changes: string[];
  value: Xray;
}

export type Arm = "before" | "after";

export const xray = signal<Recorded | null>(null);
export const xrayTask = createTask<Xray>();

/** Files up to this size are mapped as soon as the view is opened; of larger ones it is asked for. */
export const MAP_AT_ONCE_BYTES = 256e6;

export const shownArm = signal<Arm | "both">("before");
/** How many of the recorded requests are shown, or all of them. */
export const step = signal<number | null>(null);
export const chosenPage = signal<number | null>(null);

/** A tree whose levels are on show in place of the map. */
export interface OpenTree {
  arm: Arm;
  tree: number;
  levels: TreeLevel[];
}
export const openTree = signal<OpenTree | null>(null);
