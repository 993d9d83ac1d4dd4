/** What the engine's worker and the reader agree on: messages, and shared memory in which answers are waited for. */
import type { Part } from "./types";

/** Cells of `Shared.control`: the number of the last request answered, and the lengths of the answer. */
export const ANSWERED = 0;
export const BODY_BYTES = 1;
export const HEAD_BYTES = 2;
export const CELLS = 3;

/** Where an answer is put. */
export interface Shared {
  control: SharedArrayBuffer;
  /** Room for the longest part and one byte more, so that a server that sends more is found out. */
  body: SharedArrayBuffer;
  /** JSON of `Head`. */
  head: SharedArrayBuffer;
}

export type Head = Omit<Part, "bytes">;

export const NO_HEAD: Head = {
  failure: null,
  status: 0,
  content_range: null,
  content_length: null,
  content_encoding: null,
  content_type: null,
  etag: null,
  last_modified: null,
};

/** worker → reader. `follow`: the first request may be sent on to another address, which is used from then on. */
export type ToReader =
  | { type: "open"; url: string; follow: boolean; shared: Shared }
  | { type: "part"; id: number; offset: number; length: number }
  | { type: "stop" };

/** reader → worker. */
export type FromReader = { type: "ready" };

/** Nothing that tells who asks, and nothing from or for the browser's cache, which might mix versions. */
export const ASKING = {
  mode: "cors",
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
} as const satisfies RequestInit;
