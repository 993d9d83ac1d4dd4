/** The worker that reads a file ahead of a scan; see read-ahead.ts. */
import { FAILED, READY, STARTED, type ToReader } from "./read-ahead";

let file: Blob;
let states: Int32Array;
let parts: Uint8Array;

async function read(part: number, at: number, offset: number, length: number): Promise<void> {
  let state = FAILED;
  try {
    const bytes = new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
    if (bytes.length === length) {
      parts.set(bytes, at);
      state = READY;
    }
  } catch {
    // The engine reads it again itself, and says what is wrong.
  }
  Atomics.store(states, part, state);
  Atomics.notify(states, part);
}

self.onmessage = ({ data }: MessageEvent<ToReader>) => {
  if (data.type === "file") {
    file = data.file;
    states = new Int32Array(data.states);
    parts = new Uint8Array(data.parts);
    Atomics.store(states, STARTED, 1);
  } else void read(data.part, data.at, data.offset, data.length);
};
