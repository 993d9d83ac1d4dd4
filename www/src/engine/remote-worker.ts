/** The worker of the page for addresses: the engine's worker, and a reader for each file it opens on a server. */
import {
  ANSWERED,
  BODY_BYTES,
  CELLS,
  type FromReader,
  HEAD_BYTES,
  type Head,
  NO_HEAD,
  type Shared,
  type ToReader,
} from "./parts";
import { wireError } from "./protocol";
import type { Part, RemoteFile } from "./types";
import { cancelled, freshScratch, post, special } from "./worker";

/** How often a wait looks whether it was cancelled. */
const LOOK_MS = 50;

/** Room for the JSON of an answer's headers. */
const HEAD_ROOM = 16 * 1024;

/** The reader of the file that is open. */
let current: Worker | null = null;

async function startReader(url: string, follow: boolean, shared: Shared): Promise<Worker> {
  const reader = new Worker(new URL("./reader.ts", import.meta.url), {
    type: "module",
    name: "scanseek-reader",
  });
  await new Promise<void>((resolve, reject) => {
    reader.onmessage = ({ data }: MessageEvent<FromReader>) => data.type === "ready" && resolve();
    reader.onerror = () =>
      reject(wireError("internal", "The part of the page that reads from servers could not be loaded."));
    reader.postMessage({ type: "open", url, follow, shared } satisfies ToReader);
  });
  return reader;
}

/** Waits for answers as the engine needs it: without returning. */
function remoteFile(reader: Worker, shared: Shared, lent: Pick<RemoteFile, "expected" | "kept">): RemoteFile {
  const control = new Int32Array(shared.control);
  const body = new Uint8Array(shared.body);
  const head = new Uint8Array(shared.head);
  const send = (message: ToReader) => reader.postMessage(message);
  let requests = 0;
  let fetched_bytes = 0;

  function part(offset: number, length: number): Part {
    const id = ++requests;
    send({ type: "part", id, offset, length });
    for (let seen = Atomics.load(control, ANSWERED); seen !== id; seen = Atomics.load(control, ANSWERED)) {
      if (cancelled()) {
        send({ type: "stop" });
        return { ...NO_HEAD, failure: "cancelled", bytes: new Uint8Array(0) };
      }
      Atomics.wait(control, ANSWERED, seen, LOOK_MS);
    }
    // What is shared cannot be decoded, so the text is copied first.
    const text = new TextDecoder().decode(head.slice(0, Atomics.load(control, HEAD_BYTES)));
    const bytes = body.slice(0, Atomics.load(control, BODY_BYTES));
    fetched_bytes += bytes.length;
    post({ type: "fetched", fetched: { bytes: fetched_bytes, requests } });
    return { ...(JSON.parse(text) as Head), bytes };
  }

  function pause(ms: number): boolean {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      if (cancelled()) return false;
      Atomics.wait(control, ANSWERED, requests, LOOK_MS);
    }
    return true;
  }

  const opened = (version: string) => post({ type: "pinned", version });
  return { part, pause, opened, ...lent };
}

special.open_remote = async (workbench, params) => {
  const [name, url, follow, expected] = params as [string, string, boolean, string | null];
  if (!globalThis.crossOriginIsolated) {
    throw wireError(
      "remote_refused",
      "This browser keeps the page's workers from sharing memory, which reading from a server needs.",
      "Download the file yourself and open it from your disk.",
    );
  }
  const shared: Shared = {
    control: new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT),
    body: new SharedArrayBuffer(workbench.longest_part_bytes() + 1),
    head: new SharedArrayBuffer(HEAD_ROOM),
  };
  const reader = await startReader(url, follow, shared);
  try {
    const kept = await freshScratch();
    const opened = workbench.open_remote(name, remoteFile(reader, shared, { expected, kept }));
    current?.terminate();
    current = reader;
    return opened;
  } catch (cause) {
    reader.terminate();
    throw cause;
  }
};
