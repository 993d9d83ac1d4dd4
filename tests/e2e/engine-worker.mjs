/** The worker of engine.mjs: one engine, driven by messages. */
import init, { Workbench } from "/engine/scanseek_wasm.js";

let flag = new Int32Array(1);
let engine = null;
let memory = null;

async function scratch() {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(crypto.randomUUID(), { create: true });
  return { file: await handle.createSyncAccessHandle(), limit_bytes: 8e9 };
}

async function start() {
  if (engine) return engine;
  ({ memory } = await init());
  engine = new Workbench({
    now_ns: () => performance.now() * 1e6,
    cancelled: () => Atomics.load(flag, 0) === 1,
    progress() {},
    reading() {},
    rows() {},
  });
  engine.spill_to((await scratch()).file);
  return engine;
}

const beside = (files, end) => files.find((file) => file.name.endsWith(end)) ?? null;

const calls = {
  /** Opens the files picked; how long that took, without the engine's own start. */
  async open(files) {
    const workbench = await start();
    const kept = await scratch();
    const database = files.find((file) => !/-(wal|journal)$/.test(file.name));
    const from = performance.now();
    const opened = workbench.open_file(database.name, {
      database,
      wal: beside(files, "-wal"),
      journal: beside(files, "-journal"),
      kept,
    });
    return { opened, ms: performance.now() - from };
  },
  /** Bytes of the engine's own memory. */
  async heap() {
    await start();
    return memory.buffer.byteLength;
  },
  /** Any method of the engine, with the milliseconds it took. */
  async call(_files, method, ...parameters) {
    const workbench = await start();
    const from = performance.now();
    const value = workbench[method](...parameters);
    return { value, ms: performance.now() - from };
  },
};

self.onmessage = async ({ data }) => {
  if (data.flag) {
    flag = data.flag;
    return;
  }
  try {
    self.postMessage({ ok: await calls[data.name](data.files ?? [], ...data.parameters) });
  } catch (cause) {
    self.postMessage({ error: typeof cause?.message === "string" ? { ...cause, message: cause.message } : String(cause) });
  }
};
