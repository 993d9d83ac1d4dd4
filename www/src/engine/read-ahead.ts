/**
 * Reads a picked file ahead of a scan: SQLite is synchronous and so is the reading it waits for, but another
 * worker can read the next parts meanwhile. Needs shared memory; without it every part is read when it is asked for.
 */
import type { ReadAhead } from "./types";

/** The largest part; the engine asks for no larger ones. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS = 4;

/** Behind the states of the parts: whether the reader has started. It cannot while SQLite keeps this worker busy. */
export const STARTED = PARTS;

export const FREE = 0;
export const PENDING = 1;
export const READY = 2;
export const FAILED = 3;

/** engine's worker → reader: first the file and the shared memory, then a part at a time. */
export type ToReader =
  | { type: "file"; file: Blob; states: SharedArrayBuffer; parts: SharedArrayBuffer }
  | { type: "read"; part: number; at: number; offset: number; length: number };

/** How long to wait for a part before looking whether the person wants to stop. */
const WAIT_MS = 10;

/** After this many waits the engine reads the part itself. */
const WAITS = 300;

interface Part {
  offset: number;
  length: number;
}

/** Starts a reader for a file, or gives null where memory cannot be shared. */
export function readAhead(file: Blob, cancelled: () => boolean): (ReadAhead & { stop(): void }) | null {
  if (!globalThis.crossOriginIsolated) return null;
  const states = new Int32Array(new SharedArrayBuffer(4 * (PARTS + 1)));
  const shared = new SharedArrayBuffer(PARTS * PART_BYTES);
  const parts: (Part | null)[] = new Array(PARTS).fill(null);
  const reader = new Worker(new URL("./reader.ts", import.meta.url), {
    type: "module",
    name: "scanseek reader",
  });
  const send = (message: ToReader) => reader.postMessage(message);
  send({ type: "file", file, states: states.buffer, parts: shared });
  // The oldest part is given up first.
  let next = 0;

  return {
    ahead(offset, length) {
      if (Atomics.load(states, STARTED) === 0) return;
      if (length > PART_BYTES || parts.some((part) => part?.offset === offset && part.length === length))
        return;
      const free = [...parts.keys()]
        .map((i) => (next + i) % PARTS)
        .find((part) => Atomics.load(states, part) !== PENDING);
      if (free === undefined) return;
      next = (free + 1) % PARTS;
      parts[free] = { offset, length };
      Atomics.store(states, free, PENDING);
      send({ type: "read", part: free, at: free * PART_BYTES, offset, length });
    },
    take(offset, length) {
      const at = parts.findIndex((part) => part?.offset === offset && part.length === length);
      if (at < 0) return null;
      for (let wait = 0; Atomics.wait(states, at, PENDING, WAIT_MS) === "timed-out"; wait++) {
        if (cancelled() || wait === WAITS) return null;
      }
      parts[at] = null;
      const read = Atomics.load(states, at) === READY;
      Atomics.store(states, at, FREE);
      // A copy: the place is used again.
      return read ? new Uint8Array(shared, at * PART_BYTES, length).slice() : null;
    },
    stop: () => reader.terminate(),
  };
}
