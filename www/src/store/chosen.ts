/** The chosen indexes: what Plan, Trial, Patch and Share add to the database. */
import { computed, signal } from "@preact/signals";

export interface ChosenIndex {
  ddl: string;
  on: boolean;
  /** Suggested by the engine, written by the user, or brought by a link. */
  origin: "suggested" | "own" | "link";
}

export const chosen = signal<ChosenIndex[]>([]);
export const chosenDdl = computed(() => chosen.value.filter((index) => index.on).map((index) => index.ddl));

/** Gathering statistics is chosen like an index; SQLite's own word stands for it. */
export const ANALYZE = "ANALYZE";
const isDrop = (ddl: string) => /^\s*drop\s/i.test(ddl);
/** Indexes alone, for texts that count them. */
export const chosenCount = computed(
  () => chosenDdl.value.filter((ddl) => ddl !== ANALYZE && !isDrop(ddl)).length,
);
/** Indexes of the database that are left out. */
const leftOut = computed(() => chosenDdl.value.filter(isDrop).length);

/** What is chosen, in words: "2 chosen indexes", "ANALYZE", "1 chosen index and ANALYZE"; "" if nothing is. */
export const chosenWords = computed(() => {
  const n = chosenCount.value;
  const indexes = n === 0 ? [] : [`${n} chosen ${n === 1 ? "index" : "indexes"}`];
  const left = leftOut.value === 0 ? [] : [`${leftOut.value} left out`];
  return [...indexes, ...left, ...(isChosen(ANALYZE) ? [ANALYZE] : [])].join(" and ");
});

export function isChosen(ddl: string): boolean {
  return chosenDdl.value.includes(ddl);
}

/** Adds or switches an index; a known one keeps its origin. */
export function choose(ddl: string, on: boolean, origin: ChosenIndex["origin"]): void {
  const known = chosen.value.some((index) => index.ddl === ddl);
  chosen.value = known
    ? chosen.value.map((index) => (index.ddl === ddl ? { ...index, on } : index))
    : [...chosen.value, { ddl, on, origin }];
}

export function forget(ddl: string): void {
  chosen.value = chosen.value.filter((index) => index.ddl !== ddl);
}

/** Replaces earlier suggestions by new ones; what the user wrote or a link brought stays. */
export function chooseSuggested(ddls: string[]): void {
  const kept = chosen.value.filter((index) => index.origin !== "suggested" && !ddls.includes(index.ddl));
  chosen.value = [...kept, ...ddls.map((ddl): ChosenIndex => ({ ddl, on: true, origin: "suggested" }))];
}
