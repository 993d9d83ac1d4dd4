/** A task: one piece of long work with its progress, answer and error. */
import { type Signal, signal } from "@preact/signals";
import type { Progress, Reading, WireError } from "../engine/types";

export interface Task<T> {
  value: Signal<T | null>;
  error: Signal<WireError | null>;
  progress: Signal<Progress | null>;
  reading: Signal<Reading | null>;
  /** performance.now() at the start, or null when nothing runs. */
  startedAt: Signal<number | null>;
  /** Stops the running call. */
  cancel: Signal<(() => void) | null>;
}

export function createTask<T>(): Task<T> {
  return {
    value: signal<T | null>(null),
    error: signal<WireError | null>(null),
    progress: signal<Progress | null>(null),
    reading: signal<Reading | null>(null),
    startedAt: signal<number | null>(null),
    cancel: signal<(() => void) | null>(null),
  };
}

export function clearTask<T>(task: Task<T>): void {
  task.value.value = null;
  task.error.value = null;
  task.progress.value = null;
  task.reading.value = null;
}
