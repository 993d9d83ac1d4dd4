/** Why this plan: switches of the planner, the plan under them, and what each alone changes. */
import { computed, signal } from "@preact/signals";
import type { Counters, StatementPlan, Switches, Why, WireError } from "../engine/types";
import { createTask } from "./task";

export const NO_SWITCHES: Switches = { statistics: "as_found", without: [], case_sensitive_like: false };

export const whyOpen = signal(false);
export const switches = signal<Switches>(NO_SWITCHES);
export const switched = computed(() => {
  const { statistics, without, case_sensitive_like } = switches.value;
  return statistics !== "as_found" || without.length > 0 || case_sensitive_like;
});

/** The statement with its comments, as the engine was given it, and what came of it. */
export const planUnder = signal<{ text: string; plan: StatementPlan } | null>(null);
export const underError = signal<WireError | null>(null);

export interface Runs {
  text: string;
  switches: Switches;
  before: Counters | null;
  after: Counters | null;
}
export const runUnderTask = createTask<Runs>();

export const whyTask = createTask<Why>();
export const whyText = signal("");
