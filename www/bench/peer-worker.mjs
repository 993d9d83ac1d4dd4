/** A peer that must have the whole file in memory: opens the picked file and scans it. The hash names the peer. */

async function bytesOf(file) {
  return new Uint8Array(await file.arrayBuffer());
}

const peers = {
  async sqljs(file) {
    const script = await (await fetch("/sql-wasm-browser.js")).text();
    const initSqlJs = new Function(`${script}; return initSqlJs;`)();
    const { Database } = await initSqlJs({ locateFile: (name) => `/${name}` });
    const from = performance.now();
    const database = new Database(await bytesOf(file));
    const tables = database.exec("SELECT count(*) FROM sqlite_schema")[0].values[0][0];
    return { tables, ms: performance.now() - from, scan: (sql) => database.exec(sql) };
  },

  async official(file) {
    const { default: initSqlite } = await import("/official/index.mjs");
    const sqlite = await initSqlite();
    const { capi, wasm } = sqlite;
    const from = performance.now();
    const database = new sqlite.oo1.DB();
    const bytes = await bytesOf(file);
    const memory = wasm.allocFromTypedArray(bytes);
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE;
    const code = capi.sqlite3_deserialize(
      database.pointer,
      "main",
      memory,
      bytes.length,
      bytes.length,
      flags,
    );
    database.checkRc(code);
    const tables = database.selectValue("SELECT count(*) FROM sqlite_schema");
    return { tables, ms: performance.now() - from, scan: (sql) => database.selectValue(sql) };
  },
};

let peer = null;

const calls = {
  async open([file]) {
    peer = await peers[location.hash.slice(1)](file);
    return { ms: peer.ms };
  },
  scan(_files, sql) {
    const from = performance.now();
    peer.scan(sql);
    return { ms: performance.now() - from };
  },
};

self.onmessage = async ({ data }) => {
  if ("flag" in data) return; // None of the peers can be stopped.
  try {
    self.postMessage({ ok: await calls[data.name](data.files ?? [], ...data.parameters) });
  } catch (cause) {
    self.postMessage({ error: String(cause?.message ?? cause) });
  }
};
