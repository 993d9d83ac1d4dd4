/**
 * The reader: a worker that asks a server for parts of a file, and does nothing else. It alone may reach other
 * sites: a worker's policy is that of its own file, and only this file and the page for addresses have the wide
 * one. The engine's worker waits for the answers in shared memory.
 */
import {
  ANSWERED,
  ASKING,
  BODY_BYTES,
  CELLS,
  type FromReader,
  HEAD_BYTES,
  type Head,
  NO_HEAD,
  type ToReader,
} from "./parts";

/** A server that sends nothing for so long is given up. */
const SILENCE_MS = 15_000;

/** Longer headers are cut; none that is looked at is longer. */
const HEADER_LENGTH = 512;

let url = "";
let follow = false;
let control: Int32Array<ArrayBufferLike> = new Int32Array(CELLS);
let body: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
let head: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
let stop: (reason: "cancelled" | "silent") => void = () => {};
let latest = 0;

function headOf(response: Response): Head {
  const header = (name: string) => response.headers.get(name)?.slice(0, HEADER_LENGTH) ?? null;
  const length = header("content-length");
  return {
    failure: null,
    status: response.status,
    content_range: header("content-range"),
    content_length: length !== null && /^\d+$/.test(length) ? Number(length) : null,
    content_encoding: header("content-encoding"),
    content_type: header("content-type"),
    etag: header("etag"),
    last_modified: header("last-modified"),
  };
}

function answer(id: number, bytes: number, value: Head): void {
  if (id !== latest) return;
  const json = new TextEncoder().encode(JSON.stringify(value)).subarray(0, head.length);
  head.set(json);
  Atomics.store(control, BODY_BYTES, bytes);
  Atomics.store(control, HEAD_BYTES, json.length);
  Atomics.store(control, ANSWERED, id);
  Atomics.notify(control, ANSWERED);
}

async function part(id: number, offset: number, length: number): Promise<void> {
  stop("cancelled");
  latest = id;
  const aborter = new AbortController();
  let stopped: "cancelled" | "silent" | null = null;
  stop = (reason) => {
    stopped ??= reason;
    aborter.abort();
  };
  let timer = 0;
  const heard = () => {
    clearTimeout(timer);
    timer = self.setTimeout(() => stop("silent"), SILENCE_MS);
  };
  let value = NO_HEAD;
  let bytes = 0;
  try {
    heard();
    const response = await fetch(url, {
      ...ASKING,
      headers: { Range: `bytes=${offset}-${offset + length - 1}` },
      redirect: follow ? "follow" : "manual",
      signal: aborter.signal,
    });
    if (response.type === "opaqueredirect") {
      answer(id, 0, { ...NO_HEAD, failure: "redirect" });
      return;
    }
    if (response.redirected) url = response.url;
    follow = false;
    value = headOf(response);
    // Any other status brings something else than the part.
    const stream = response.status === 206 ? response.body?.getReader() : undefined;
    while (stream && bytes <= length) {
      heard();
      const { done, value: chunk } = await stream.read();
      if (done) break;
      const taken = chunk.subarray(0, length + 1 - bytes);
      body.set(taken, bytes);
      bytes += taken.length;
    }
    answer(id, bytes, value);
  } catch {
    // What cannot be unpacked breaks off, too: the header tells more, where it is shown.
    const failure = value.content_encoding ? null : value.status === 0 ? "no_answer" : "broken_off";
    answer(id, bytes, { ...value, failure: stopped ?? failure });
  } finally {
    clearTimeout(timer);
    aborter.abort();
  }
}

self.onmessage = ({ data }: MessageEvent<ToReader>) => {
  if (data.type === "open") {
    ({ url, follow } = data);
    control = new Int32Array(data.shared.control);
    body = new Uint8Array(data.shared.body);
    head = new Uint8Array(data.shared.head);
    self.postMessage({ type: "ready" } satisfies FromReader);
  } else if (data.type === "part") void part(data.id, data.offset, data.length);
  else stop("cancelled");
};
