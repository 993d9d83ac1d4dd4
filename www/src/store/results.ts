/** The last run of a query: its rows, and the plan measured with them. */
import { signal } from "@preact/signals";
import type { Ran } from "../engine/types";
import type { Slice } from "./editor";
import { createTask } from "./task";

export const ROW_CAP = 500;
export const DEADLINE_MS = 120_000;

export const runTask = createTask<Ran>();
/** What the run was given, so that its errors can be marked in the editor. */
export const ranSlice = signal<Slice | null>(null);
export const ranName = signal("");
