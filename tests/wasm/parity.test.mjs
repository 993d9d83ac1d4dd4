/**
 * One SQLite on both targets: the built package and the command line report the same source and
 * options, make the same sample and count the same work for the same queries on the same file.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGE = process.env.SCANSEEK_PACKAGE ?? join(ROOT, "www/src/engine/pkg/scanseek_wasm");

const { initSync, Workbench } = await import(pathToFileURL(`${PACKAGE}.js`));
initSync({ module: readFileSync(`${PACKAGE}_bg.wasm`) });
const HOST = { now_ns: () => performance.now() * 1e6, cancelled: () => false, progress() {}, reading() {}, rows() {} };
const folder = mkdtempSync(join(tmpdir(), "scanseek-parity-"));

function scanseek(...args) {
  const command = ["run", "--quiet", "--package", "scanseek-cli", "--", ...args];
  return execFileSync("cargo", command, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** Options that must differ, and why; anything else that differs is a mistake in .cargo/config.toml. */
const DIFFERENT_BY_NATURE = [
  /^COMPILER=/, // another compiler
  /^OS_OTHER$/, // no operating system in the browser; our VFS serves both
  /^THREADSAFE=/, // one thread in the browser
  /^MUTEX_/, // follows from THREADSAFE
  /^MAX_WORKER_THREADS=/, // follows from THREADSAFE; both use none
  /^ATOMIC_INTRINSICS=/, // follows from the compiler's target
  /^HAVE_ISNAN$/, // a libc function used for the same result
  /^MAX_MMAP_SIZE=/, // no memory maps in the browser; off by PRAGMA natively
  /^DEFAULT_MMAP_SIZE=/,
  /^SYSTEM_MALLOC$/,
];

test("both builds are the same SQLite with the same options", () => {
  const native = JSON.parse(scanseek("about", "--format", "json"));
  const wasm = new Workbench(HOST).about();
  assert.equal(wasm.sqlite_version, "3.54.1");
  assert.equal(native.sqlite_version, wasm.sqlite_version);
  assert.equal(native.source_id, wasm.source_id);
  const shared = (options) => options.filter((option) => !DIFFERENT_BY_NATURE.some((rule) => rule.test(option)));
  assert.deepEqual(shared(wasm.compile_options), shared(native.compile_options));
  for (const needed of ["ENABLE_STMT_SCANSTATUS", "ENABLE_STAT4", "ENABLE_FTS5", "ENABLE_RTREE", "ENABLE_DBSTAT_VTAB"]) {
    assert.ok(wasm.compile_options.includes(needed), needed);
  }
});

for (const [sample, scale] of [
  ["store", 0.1],
  ["tpch", 0.01],
]) {
  test(`${sample}: the same file and the same counters`, () => {
    const into = join(folder, sample);
    scanseek("sample", sample, "--scale", String(scale), "-o", into);
    const path = join(into, `${sample}.db`);
    const bytes = readFileSync(path);
    const workload = readFileSync(join(into, "workload.sql"), "utf8");

    const sampler = new Workbench(HOST);
    const made = sampler.open_sample(sample, scale);
    const workbench = new Workbench(HOST);
    const opened = workbench.open_bytes(`${sample}.db`, bytes, null);
    assert.equal(sampler.fingerprint(), workbench.fingerprint());
    assert.equal(opened.database.size_bytes, bytes.length);
    assert.equal(made.database.size_bytes, bytes.length);
    assert.equal(made.workload, workload);

    const args = ["explain", path, "-w", join(into, "workload.sql"), "--run", "--format", "json"];
    const native = JSON.parse(scanseek(...args)).statements;
    const wasm = native.map(({ sql }) => workbench.run(sql, { row_cap: 0, deadline_ms: 600_000 }).statement);
    assert.ok(native.length >= 12);
    for (const [i, { name, counters, plan, plan_text }] of native.entries()) {
      assert.deepEqual(wasm[i].counters, counters, name);
      assert.equal(wasm[i].plan_text, plan_text, name);
      // The work of each node, too.
      assert.deepEqual(wasm[i].plan.map((node) => node.loops), plan.map((node) => node.loops), name);
    }
    // Opening and running never changed the file's bytes.
    assert.equal(createHash("sha256").update(bytes).digest("hex"), createHash("sha256").update(readFileSync(path)).digest("hex"));
  });
}
