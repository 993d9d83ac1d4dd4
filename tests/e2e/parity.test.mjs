/** The third place of the parity test: a picked file in Chromium counts the same work as the native program. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { openChromium } from "./engine.mjs";
import { pathOf } from "./page.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function scanseek(...args) {
  const command = ["run", "--quiet", "--package", "scanseek-cli", "--", ...args];
  return execFileSync("cargo", command, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });
}

let chromium;
before(async () => {
  chromium = await openChromium();
});
after(() => chromium?.close());

for (const [sample, scale] of [
  ["store", 0.1],
  ["tpch", 0.01],
]) {
  test(`${sample}: a picked file in Chromium gives the counters of the native program`, async () => {
    const folder = pathOf(`parity-${sample}`);
    scanseek("sample", sample, "--scale", String(scale), "-o", folder);
    const [path, workload] = [join(folder, `${sample}.db`), join(folder, "workload.sql")];
    const native = JSON.parse(scanseek("explain", path, "-w", workload, "--run", "--format", "json")).statements;
    const engine = await chromium.start();
    await engine.open(path);
    assert.ok(native.length >= 12);
    for (const { name, sql, counters, plan, plan_text } of native) {
      const options = { row_cap: 0, deadline_ms: 600_000 };
      const { statement } = (await engine.call("call", "run", sql, options)).value;
      assert.deepEqual(statement.counters, counters, name);
      assert.equal(statement.plan_text, plan_text, name);
      assert.deepEqual(
        statement.plan.map((node) => node.loops),
        plan.map((node) => node.loops),
        name,
      );
    }
    await engine.terminate();
  });
}
