/**
 * The worker: owns one engine and answers calls one at a time. It is disposable. After a trap the wasm
 * instance may be in any state, so the worker says "fatal" and the page replaces it.
 */
import init, { Workbench } from "./pkg/scanseek_wasm.js";
import wasmUrl from "./pkg/scanseek_wasm_bg.wasm?url";
import { type FromWorker, isWireError, type ToWorker, wireError } from "./protocol";
import type { Workbench as Engine, Host } from "./types";

const post = (message: FromWorker) => self.postMessage(message);

let flag: Int32Array | null = null;
let running = 0;

// The flag holds the id of the call to stop, so a late Cancel can never stop the next call.
const host: Host = {
  now_ns: () => performance.now() * 1e6,
  cancelled: () => flag !== null && Atomics.load(flag, 0) === running,
  progress: (progress) => post({ type: "progress", id: running, progress }),
};

async function load(): Promise<Engine> {
  const response = await fetch(new URL(wasmUrl, self.location.href));
  if (!response.ok) throw new Error(`The server answered ${response.status} for the engine.`);
  const length = Number(response.headers.get("content-length"));
  post({ type: "loading", size_bytes: length > 0 ? length : null });
  await init({ module_or_path: response });
  return new Workbench(host);
}

const engine = load();
engine.then(
  () => post({ type: "ready" }),
  (cause: unknown) => post({ type: "load_failed", message: String((cause as Error)?.message ?? cause) }),
);

async function readBytes(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw wireError(
      "unsupported_file",
      `“${file.name}” could not be read.`,
      "It may have been moved or changed since it was chosen. Open it again.",
    );
  }
}

async function call(id: number, op: string, params: unknown[]): Promise<void> {
  running = id;
  try {
    const workbench = await engine;
    let args = params;
    if (op === "open_file") {
      const [name, file, wal] = params as [string, File, File | null];
      args = [name, await readBytes(file), wal ? await readBytes(wal) : null];
    }
    const method = (workbench as unknown as Record<string, (...args: unknown[]) => unknown>)[op];
    if (!method) throw wireError("internal", `The engine has no operation “${op}”.`);
    post({ type: "ok", id, ok: method.apply(workbench, args) });
  } catch (cause) {
    if (isWireError(cause)) post({ type: "error", id, error: cause });
    else post({ type: "fatal", id, message: String((cause as Error)?.message ?? cause) });
  }
}

let queue = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "init") {
    flag = data.cancel_flag ? new Int32Array(data.cancel_flag) : null;
    return;
  }
  queue = queue.then(() => call(data.id, data.op, data.params));
};
