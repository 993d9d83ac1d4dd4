/** Calls of the engine: one client, and calls as tasks. */

import { batch } from "@preact/signals";
import type { Call, EngineClient } from "../engine/client";
import { isWireError, wireError } from "../engine/protocol";
import type { Reading, WireError } from "../engine/types";
import { offerReopening } from "./actions_address";
import type { Task } from "./task";

let client: EngineClient;

/** The engine, for the other files of actions. */
export function engine(): EngineClient {
  return client;
}

/** Set once, when the page starts. */
export function setEngine(started: EngineClient): void {
  client = started;
}

export function asWireError(cause: unknown): WireError {
  return isWireError(cause) ? cause : wireError("internal", String((cause as Error)?.message ?? cause));
}

/** Runs a call as a task. Resolves to its answer, or to null when it failed; never rejects. */
export async function perform<T>(
  task: Task<T>,
  begin: (onProgress: Task<T>["progress"]) => Call<T>,
): Promise<T | null> {
  if (task.startedAt.value !== null) return null;
  task.error.value = null;
  task.progress.value = null;
  task.reading.value = null;
  task.startedAt.value = performance.now();
  const call = begin(task.progress);
  task.cancel.value = call.cancel;
  try {
    const value = await call.answer;
    task.value.value = value;
    return value;
  } catch (cause) {
    const error = asWireError(cause);
    task.error.value = error;
    if (error.code === "remote_changed") offerReopening();
    return null;
  } finally {
    batch(() => {
      task.startedAt.value = null;
      task.cancel.value = null;
      task.progress.value = null;
      task.reading.value = null;
    });
  }
}

export function report<T>(task: Task<T>) {
  return {
    onProgress: (progress: NonNullable<Task<T>["progress"]["value"]>) => {
      batch(() => {
        task.progress.value = progress;
        task.reading.value = null;
      });
    },
    onReading: (reading: Reading) => {
      task.reading.value = reading;
    },
  };
}
