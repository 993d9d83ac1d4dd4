/** Whether the engine is there, what it is, and which samples it can make. */
import { signal } from "@preact/signals";
import type { About, SampleInfo, Words } from "../engine/types";

export type EngineState =
  | { type: "loading"; size_bytes: number | null }
  | { type: "ready" }
  | { type: "failed"; message: string };

export const engineState = signal<EngineState>({ type: "loading", size_bytes: null });
export const about = signal<About | null>(null);
export const samples = signal<SampleInfo[]>([]);
/** The names of the planner's switches and rules. */
export const words = signal<Words>({ optimizations: [], statistics: [], planner_rules: [] });
