/**
 * One engine in a worker of its own, driven by messages. The address's hash names the engine.
 *
 * An engine opens the bytes of a database and makes a query of a statement:
 * `count()` steps through its rows once and returns how many there are; `time(times)` steps through all
 * rows `times` times without fetching values, pages cached, and returns milliseconds in total.
 */
import initScanseek, { Workbench } from "/scanseek/scanseek_wasm.js";

// Ours keeps 16,384 pages in memory; so do the others here. Their defaults are smaller.
const CACHE = "PRAGMA cache_size=16384";

/** Times a statement with `step()` and `reset()`, as both other packages have them. */
function query(statement) {
  const drain = () => {
    let rows = 0;
    while (statement.step()) rows += 1;
    statement.reset();
    return rows;
  };
  return {
    count: drain,
    time(times) {
      const start = performance.now();
      for (let run = 0; run < times; run += 1) drain();
      return performance.now() - start;
    },
  };
}

const engines = {
  async scanseek(bytes) {
    await initScanseek();
    // The host of the page's own worker, which looks for a wish to stop in shared memory.
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const workbench = new Workbench({
      now_ns: () => performance.now() * 1e6,
      cancelled: () => Atomics.load(flag, 0) === 1,
      progress() {},
      reading() {},
      rows() {},
    });
    workbench.open_bytes("sample.db", bytes, null);
    return {
      version: workbench.about().sqlite_version,
      statements: (sql) => workbench.statements(sql),
      prepare: (sql) => ({
        count: () =>
          workbench.run(sql, { row_cap: 0, deadline_ms: 600_000 }).statement.counters.rows_returned,
        time: (times) => workbench.time(sql, times) / 1e6,
      }),
    };
  },

  async sqljs(bytes) {
    // Not an ES module, so that `import` would find nothing in it.
    const script = await (await fetch("/sqljs/sql-wasm-browser.js")).text();
    const initSqlJs = new Function(`${script}; return initSqlJs;`)();
    const { Database } = await initSqlJs({ locateFile: (file) => `/sqljs/${file}` });
    const database = new Database(bytes);
    database.run(CACHE);
    const version = database.exec("SELECT sqlite_version()")[0].values[0][0];
    return { version, prepare: (sql) => query(database.prepare(sql)) };
  },

  async official(bytes) {
    const { default: initSqlite } = await import("/official/index.mjs");
    const sqlite = await initSqlite();
    const { capi, wasm } = sqlite;
    const database = new sqlite.oo1.DB();
    // The database owns the memory from here on.
    const memory = wasm.allocFromTypedArray(bytes);
    const { length } = bytes;
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE;
    database.checkRc(capi.sqlite3_deserialize(database.pointer, "main", memory, length, length, flags));
    database.exec(CACHE);
    return { version: capi.sqlite3_libversion(), prepare: (sql) => query(database.prepare(sql)) };
  },
};

let engine = null;
const queries = [];

const calls = {
  async open() {
    const bytes = new Uint8Array(await (await fetch("/sample.db")).arrayBuffer());
    engine = await engines[location.hash.slice(1)](bytes);
    return engine.version;
  },
  statements: (sql) => engine.statements(sql),
  prepare: (sql) => queries.push(engine.prepare(sql)),
  count: (number) => queries[number].count(),
  time: (number, times) => queries[number].time(times),
};

self.onmessage = async ({ data: [name, ...parameters] }) => {
  try {
    self.postMessage({ ok: await calls[name](...parameters) });
  } catch (cause) {
    self.postMessage({ error: String(cause?.message ?? cause) });
  }
};
