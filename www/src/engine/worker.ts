/**
 * The worker: owns one engine and answers calls one at a time. It is disposable. After a trap the wasm
 * instance may be in any state, so the worker says "fatal" and the page replaces it.
 */
import init, { LogReader, Workbench } from "./pkg/scanseek_wasm.js";
import wasmUrl from "./pkg/scanseek_wasm_bg.wasm?url";
import { type FromWorker, isWireError, type ToWorker, wireError } from "./protocol";
import { removeLeftovers, scratchFile } from "./scratch";
import type { Workbench as Engine, Host, PickedFiles, ScratchFile } from "./types";

export const post = (message: FromWorker) => self.postMessage(message);

let flag: Int32Array | null = null;
let running = 0;

// The flag holds the id of the call to stop, so a late Cancel can never stop the next call.
export const cancelled = () => flag !== null && Atomics.load(flag, 0) === running;
// Its negative: the best advice by now will do.
const enough = () => flag !== null && Atomics.load(flag, 0) === -running;

const host: Host = {
  now_ns: () => performance.now() * 1e6,
  cancelled,
  progress: (progress) => post({ type: "progress", id: running, progress }),
  reading: (reading) => post({ type: "reading", id: running, reading }),
  rows: (batch) => post({ type: "rows", id: running, batch }),
  advice_so_far: (so_far) => post({ type: "advice_so_far", id: running, so_far }),
  enough,
};

async function load(): Promise<Engine> {
  const response = await fetch(new URL(wasmUrl, self.location.href));
  if (!response.ok) throw new Error(`The server answered ${response.status} for the engine.`);
  const length = Number(response.headers.get("content-length"));
  post({ type: "loading", size_bytes: length > 0 ? length : null });
  await init({ module_or_path: response });
  const workbench = new Workbench(host);
  await removeLeftovers();
  const spill = await scratchFile();
  if (spill) workbench.spill_to(spill.file);
  return workbench;
}

const engine = load();
engine.then(
  () => post({ type: "ready" }),
  (cause: unknown) => post({ type: "load_failed", message: String((cause as Error)?.message ?? cause) }),
);

/** Smaller files are kept in memory once they are read. */
const LARGE_FILE_BYTES = 64 * 1024 * 1024;

/** A scratch file, once those nobody uses any more have made room. */
export async function freshScratch(): Promise<ScratchFile | null> {
  await removeLeftovers();
  return scratchFile();
}

async function picked(database: File, wal: File | null, journal: File | null): Promise<PickedFiles> {
  const kept = database.size > LARGE_FILE_BYTES ? await freshScratch() : null;
  return { database, wal, journal, kept };
}

/** A log is read in pieces of this size, so that it need not fit into memory and can be cancelled. */
const LOG_PIECE_BYTES = 1024 * 1024;

async function readLog(log: Blob): Promise<unknown> {
  const reader = new LogReader();
  let done = false;
  try {
    for (let at = 0; at < log.size; at += LOG_PIECE_BYTES) {
      if (cancelled()) throw wireError("cancelled", "Cancelled.");
      reader.push(new Uint8Array(await log.slice(at, at + LOG_PIECE_BYTES).arrayBuffer()));
      host.reading({ read_bytes: Math.min(at + LOG_PIECE_BYTES, log.size), total_bytes: log.size });
    }
    // This uses the reader up.
    done = true;
    return reader.finish();
  } finally {
    if (!done) reader.free();
  }
}

/** Calls that need more than the engine. The worker of the page for addresses adds its own. */
export const special: Record<string, (workbench: Engine, params: unknown[]) => Promise<unknown>> = {
  open_file: async (workbench, params) => {
    const [name, ...files] = params as [string, File, File | null, File | null];
    return workbench.open_file(name, await picked(...files));
  },
  attach: async (workbench, params) => {
    const [name, fileName, ...files] = params as [string, string, File, File | null, File | null];
    return workbench.attach(name, fileName, await picked(...files));
  },
  read_log: (_workbench, params) => readLog(params[0] as Blob),
};

async function answer(op: string, params: unknown[]): Promise<unknown> {
  const workbench = await engine;
  const own = special[op];
  if (own) return own(workbench, params);
  const method = (workbench as unknown as Record<string, (...args: unknown[]) => unknown>)[op];
  if (!method) throw wireError("internal", `The engine has no operation “${op}”.`);
  return method.apply(workbench, params);
}

async function call(id: number, op: string, params: unknown[]): Promise<void> {
  running = id;
  try {
    post({ type: "ok", id, ok: await answer(op, params) });
  } catch (cause) {
    if (isWireError(cause)) post({ type: "error", id, error: cause });
    else post({ type: "fatal", id, message: String((cause as Error)?.message ?? cause) });
  }
}

let queue = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "init") {
    flag = data.cancel_flag ? new Int32Array(data.cancel_flag) : null;
    // The page asks for the same lock, and gets it when this worker is gone for whatever reason.
    void navigator.locks?.request(data.life, () => {
      post({ type: "alive" });
      return new Promise(() => {});
    });
    return;
  }
  queue = queue.then(() => call(data.id, data.op, data.params));
};
