/** Values that stay the same objects as long as they are equal: what is drawn from them need not be drawn again. */
import { computed, type ReadonlySignal } from "@preact/signals";

/** `now`, with `was` in the place of itself or of any part that is equal to it. Only for plain data that nobody changes. */
export function keep<T>(was: T, now: T): T {
  if (was === now || !isData(was) || !isData(now) || Array.isArray(was) !== Array.isArray(now)) return now;
  const [old, next] = [was as Record<string, unknown>, now as Record<string, unknown>];
  const keys = Object.keys(next);
  let same = Object.keys(old).length === keys.length;
  for (const key of keys) {
    next[key] = keep(old[key], next[key]);
    same &&= next[key] === old[key];
  }
  return same ? was : now;
}

function isData(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A computed value that changes only when it is not equal to the one before. What it is made of must be new each time. */
export function steady<T>(make: () => T): ReadonlySignal<T> {
  let last: T | undefined;
  return computed(() => {
    const next = make();
    last = last === undefined ? next : keep(last, next);
    return last;
  });
}
