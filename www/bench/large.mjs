/**
 * `cargo xtask bench --large`: large files in Chromium. How fast they open, are scanned and indexed, what memory
 * that takes and how soon a wish to cancel is heard; beside two builds that must have the whole file in memory.
 *
 * Options: --rows N (14,000,000, about 1 GB), --rounds N (5), --cancels N (40). SCANSEEK_CHROMIUM names the
 * browser. Needs 2 GB of disk; the file of 10 GB is mostly holes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openChromium } from "../../tests/e2e/engine.mjs";
import { FOLDERS, WWW } from "./browser.mjs";
import { median, table } from "./report.mjs";

const ROOT = join(WWW, "..");
const SCAN = "SELECT sum(amount) FROM events WHERE note = 'x'";
const QUERY = "SELECT id, day FROM events WHERE place_id = 417 AND day >= '2023-01-01' ORDER BY day LIMIT 20";
const INDEX = "CREATE INDEX by_place_and_day ON events(place_id, day)";
const RUN = { row_cap: 20, deadline_ms: 600_000 };

/** What is cancelled at random moments: one opcode that counts, a sort, a loop, and an index build. */
const CANCELLED = {
  "a scan": ["run", SCAN, RUN],
  "count(*)": ["run", "SELECT count(*) FROM events", RUN],
  "a sort": ["run", "SELECT note FROM events ORDER BY note, amount LIMIT 1 OFFSET 9000000", RUN],
  "an index build": ["trial", "SELECT count(*) FROM places", [INDEX], { budget_ms: 100 }],
};

const MIB = 2 ** 20;

function options() {
  const { values } = parseArgs({
    options: {
      large: { type: "boolean" },
      rows: { type: "string", default: "14000000" },
      rounds: { type: "string", default: "5" },
      cancels: { type: "string", default: "40" },
    },
  });
  return { rows: values.rows, rounds: Number(values.rounds), cancels: Number(values.cancels) };
}

function write(path, size, ...rows) {
  const example = ["run", "--quiet", "--release", "--package", "scanseek-engine", "--example", "sparse"];
  execFileSync("cargo", [...example, "--", path, size, ...rows], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

const ms = (number) => (number >= 100 ? Math.round(number).toLocaleString("en") : number.toFixed(1));

async function openTimes(chromium, path, rounds) {
  const times = [];
  let heap = 0;
  for (let round = 0; round < rounds; round += 1) {
    const engine = await chromium.start();
    await engine.call("heap"); // Starts the engine: its own load is not the file's.
    times.push((await engine.open(path)).ms);
    heap = Math.max(heap, await engine.call("heap"));
    await engine.terminate();
  }
  return { median: median(times), worst: Math.max(...times), heap };
}

async function scans(chromium, path, rounds) {
  const bytes = statSync(path).size;
  const rates = { first: [], third: [] };
  for (let round = 0; round < rounds; round += 1) {
    const engine = await chromium.start();
    await engine.open(path);
    const rate = async () =>
      (bytes / 1e3 / (await engine.call("call", "run", SCAN, RUN)).value.elapsed_ns) * 1e6;
    rates.first.push(await rate());
    await rate();
    rates.third.push(await rate());
    await engine.terminate();
  }
  return rates;
}

async function index(chromium, path) {
  const engine = await chromium.start();
  await engine.open(path);
  const before = (await engine.call("call", "run", QUERY, RUN)).value.elapsed_ns / 1e6;
  const { value: trial, ms: all } = await engine.call("call", "trial", QUERY, [INDEX], { budget_ms: 1 });
  const heap = await engine.call("heap");
  const counters = trial.queries[0].arms.map((arm) => arm.counters);
  await engine.terminate();
  return { before, all, heap, counters };
}

async function cancels(chromium, path, count) {
  const rows = [];
  for (const [name, [method, ...parameters]] of Object.entries(CANCELLED)) {
    const engine = await chromium.start();
    await engine.open(path);
    const heard = [];
    for (let i = 0; i < count; i += 1) {
      const after = 20 + ((i * 7919) % 1500);
      const { ms: time, error } = await engine.cancelled(after, "call", method, ...parameters);
      if (time !== null && error?.code === "cancelled") heard.push(time);
      else if (time !== null && method === "run") heard.push(time); // What was read so far is kept.
    }
    await engine.terminate();
    const sorted = heard.sort((a, b) => a - b);
    const at = (share) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
    rows.push([name, String(sorted.length), ms(at(0.5)), ms(at(0.95)), ms(at(1))]);
  }
  return rows;
}

async function peers(chromium, path) {
  const rows = [];
  for (const [id, name] of [
    ["sqljs", "sql.js"],
    ["official", "official"],
  ]) {
    const engine = await chromium.start(`/peer-worker.mjs#${id}`);
    try {
      const { ms: open } = await engine.open(path);
      const { ms: scan } = await engine.call("scan", SCAN);
      rows.push([name, ms(open), `${Math.round(statSync(path).size / 1e3 / scan)}`]);
    } catch (cause) {
      rows.push([name, `fails: ${cause.message.slice(0, 60)}`, "–"]);
    }
    await engine.terminate();
  }
  return rows;
}

async function main() {
  const { rows, rounds, cancels: count } = options();
  const folder = mkdtempSync(join(tmpdir(), "scanseek-large-"));
  let chromium = null;
  try {
    const [full, sparse] = [join(folder, "full.db"), join(folder, "sparse.db")];
    write(full, "1100M", rows);
    write(sparse, "10G");
    chromium = await openChromium({
      "/peer-worker.mjs": join(WWW, "bench/peer-worker.mjs"),
      "/sql-wasm-browser.js": join(FOLDERS.sqljs, "sql-wasm-browser.js"),
      "/sql-wasm-browser.wasm": join(FOLDERS.sqljs, "sql-wasm-browser.wasm"),
      "/official/index.mjs": join(FOLDERS.official, "index.mjs"),
      "/official/sqlite3.wasm": join(FOLDERS.official, "sqlite3.wasm"),
    });
    const opened = [];
    for (const [name, path] of [
      [`${(statSync(full).size / 1e9).toFixed(1)} GB`, full],
      ["10.7 GB, mostly holes", sparse],
    ]) {
      const { median: middle, worst, heap } = await openTimes(chromium, path, rounds);
      opened.push([name, ms(middle), ms(worst), (heap / MIB).toFixed(0)]);
    }
    console.log(`\n${table(["opened with its schema", "median ms", "worst ms", "heap MiB"], opened)}\n`);
    const rates = await scans(chromium, full, Math.min(rounds, 3));
    const ours = await index(chromium, full);
    const line = (name, list) => [
      name,
      ...[median(list), Math.min(...list)].map((rate) => Math.round(rate).toString()),
    ];
    console.log(
      `${table(["full scan of the first file", "median MB/s", "worst MB/s"], [line("from the picked file", rates.first), line("third time, from the copy", rates.third)])}\n`,
    );
    const [as_is, with_index] = ours.counters;
    console.log(
      `Without an index the query takes ${ms(ours.before)} ms and ${as_is.page_requests.toLocaleString("en")} page requests.`,
    );
    console.log(
      `Building one on a copy, counting both: ${ms(ours.all)} ms; with it ${with_index.page_requests} page requests.`,
    );
    console.log(`Heap afterwards: ${(ours.heap / MIB).toFixed(0)} MiB.\n`);
    console.log(
      `${table(["cancelled", "times", "median ms", "p95 ms", "worst ms"], await cancels(chromium, full, count))}\n`,
    );
    console.log(
      `${table(["the whole file in memory", "open ms", "scan MB/s"], await peers(chromium, full))}\n`,
    );
    console.log(
      `${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} cores; Chromium ${chromium.version}; Node.js ${process.version}; ${new Date().toISOString().slice(0, 10)}`,
    );
  } finally {
    await chromium?.close();
    rmSync(folder, { recursive: true });
  }
}

await main().catch((cause) => {
  console.error(`error: ${cause.stack ?? cause}`);
  process.exitCode = 1;
});
