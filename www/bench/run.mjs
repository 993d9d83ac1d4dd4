/**
 * `cargo xtask bench`: times the queries of a sample on four engines in one run over the same file: the native
 * program, our WebAssembly package, sql.js and SQLite's official WebAssembly build. docs/benchmarks.md says how.
 *
 * Options: --sample NAME (tpch), --scale N (0.01 for tpch, else the sample's own), --rounds N (21),
 * --json FILE (all samples). SCANSEEK_CHROMIUM names the browser.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser, WWW } from "./browser.mjs";
import { generator } from "./random.mjs";
import { compare, meansTable, median, sizesTable, summarise, timesTable, transferSizes } from "./report.mjs";

const ROOT = join(WWW, "..");
const PROGRAM = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "release/scanseek");
const ENGINES = ["scanseek", "sqljs", "official"];

// Far above the clock's 5 µs.
const SAMPLE_MS = 5;
const SEED = 20_240_229;

const run = (program, ...parameters) =>
  execFileSync(program, parameters, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });

function options() {
  const string = { type: "string" };
  const { values } = parseArgs({ options: { sample: string, scale: string, rounds: string, json: string } });
  const sample = values.sample ?? "tpch";
  const rounds = Number(values.rounds ?? 21);
  if (!Number.isInteger(rounds) || rounds < 2) throw new Error("--rounds takes a whole number from 2 on");
  return { sample, scale: values.scale ?? (sample === "tpch" ? "0.01" : null), rounds, json: values.json };
}

function shuffled(list, random) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

/** Milliseconds of each run, by query; the program leaves out the first run of each itself. */
function timeNative(database, workload, rounds) {
  const times = JSON.parse(run(PROGRAM, "time", database, "-w", workload, "--rounds", String(rounds)));
  return times.map(([, nanoseconds]) => nanoseconds.map((ns) => ns / 1e6));
}

/** Prepares the queries everywhere and finds how often each must run for a sample long enough. */
async function prepare(browser, workload) {
  const versions = {};
  for (const engine of ENGINES) versions[engine] = await browser.call(engine, "open");
  const statements = await browser.call("scanseek", "statements", readFileSync(workload, "utf8"));
  const queries = [];
  for (const [number, { name, sql }] of statements.entries()) {
    const rows = {};
    let fastest = Number.POSITIVE_INFINITY;
    for (const engine of ENGINES) {
      await browser.call(engine, "prepare", sql);
      rows[engine] = await browser.call(engine, "count", number);
      fastest = Math.min(fastest, await browser.call(engine, "time", number, 1));
    }
    if (new Set(Object.values(rows)).size > 1) {
      throw new Error(`${name}: the engines disagree on the number of rows: ${JSON.stringify(rows)}`);
    }
    const batch = Math.ceil(SAMPLE_MS / Math.max(fastest, 0.005));
    queries.push({
      name,
      rows: rows.scanseek,
      batch,
      ms: { native: [], scanseek: [], sqljs: [], official: [] },
    });
  }
  return { versions, queries };
}

/** One sample of every query and engine in each round; round 0 only lets the compilers settle. */
async function timeInBrowser(browser, queries, rounds) {
  const random = generator(SEED);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`\rround ${round} of ${rounds}`);
    for (const [number, { batch, ms }] of queries.entries()) {
      for (const engine of shuffled(ENGINES, random)) {
        const total = await browser.call(engine, "time", number, batch);
        if (round > 0) ms[engine].push(total / batch);
      }
    }
  }
  process.stderr.write("\n");
}

function machine(browser) {
  const model = readFileSync("/proc/cpuinfo", { encoding: "utf8" }).match(/^model name\s*:\s*(.*)$/m);
  const list = cpus();
  const date = new Date().toISOString().slice(0, 10);
  const cpu = model?.[1] ?? list[0]?.model ?? "unknown CPU";
  return `${cpu}, ${list.length} cores; Chromium ${browser.version}; Node.js ${process.version}; ${date}`;
}

async function main() {
  const { sample, scale, rounds, json } = options();
  execFileSync("cargo", ["build", "--release", "--quiet", "-p", "scanseek-cli"], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const folder = mkdtempSync(join(tmpdir(), "scanseek-bench-"));
  let browser = null;
  try {
    run(PROGRAM, "sample", sample, ...(scale ? ["--scale", scale] : []), "-o", folder);
    const [database, workload] = [join(folder, `${sample}.db`), join(folder, "workload.sql")];
    const before = timeNative(database, workload, Math.ceil(rounds / 2));
    browser = await openBrowser(database, ENGINES);
    const { versions, queries } = await prepare(browser, workload);
    await timeInBrowser(browser, queries, rounds);
    const after = timeNative(database, workload, Math.floor(rounds / 2));
    if (before.length !== queries.length) throw new Error("The native program read other statements.");
    for (const [number, { ms }] of queries.entries()) ms.native = [...before[number], ...after[number]];
    const compared = queries.map(compare);
    const summary = summarise(compared);
    // Tells a machine that was busy in one half of the run from one that was not.
    const drift = median(before.map((times, number) => median(after[number]) / median(times)));
    const sizes = transferSizes(await browser.filesOfFirstLoad());
    console.log(`\nSample ${sample}${scale ? ` at scale ${scale}` : ""}, ${rounds} rounds. SQLite:`);
    console.log(`ours ${versions.scanseek}, sql.js ${versions.sqljs}, official ${versions.official}.`);
    console.log(`Native after the browser / before it: ${drift.toFixed(2)}.`);
    console.log(`\n${timesTable(compared)}\n\n${meansTable(summary)}\n\n${sizesTable(sizes)}\n`);
    console.log(machine(browser));
    if (json) {
      const report = { sample, scale, rounds, versions, machine: machine(browser), drift, queries, compared };
      writeFileSync(json, `${JSON.stringify({ ...report, summary, sizes }, null, 1)}\n`);
    }
  } finally {
    await browser?.close();
    rmSync(folder, { recursive: true });
  }
}

await main().catch((cause) => {
  console.error(`error: ${cause.message}`);
  process.exitCode = 1;
});
