/** A database of 6 GB, most of it holes: opened, indexed and queried in the browser with little memory. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openChromium } from "./engine.mjs";
import { pathOf, python } from "./page.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HEAP_LIMIT_BYTES = 64 * 2 ** 20;
const QUERY = "SELECT id, day, amount FROM events WHERE place_id = 417 AND day >= '2023-01-01' ORDER BY day, id";
const INDEX = "CREATE INDEX by_place_and_day ON events(place_id, day)";

let chromium;
let path;
before(async () => {
  path = pathOf("sparse.db");
  const example = ["run", "--quiet", "--release", "--package", "scanseek-engine", "--example", "sparse"];
  execFileSync("cargo", [...example, "--", path, "6G"], { cwd: ROOT });
  chromium = await openChromium();
});
after(async () => {
  await chromium?.close();
  rmSync(path, { force: true });
});

test("6 GB: opened, indexed and queried within 64 MiB, and the file is as it was", async () => {
  const before_ = python("contents", path);
  const engine = await chromium.start();
  const { opened } = await engine.open(path);
  assert.equal(opened.database.size_bytes, 6 * 2 ** 30);
  assert.deepEqual(
    opened.schema.tables.map((table) => table.name),
    ["places", "events"],
  );
  assert.ok((await engine.call("heap")) <= HEAP_LIMIT_BYTES, "heap after opening");

  const native = JSON.parse(
    execFileSync(
      "cargo",
      ["run", "--quiet", "--package", "scanseek-cli", "--", "explain", path, "-q", QUERY, "--run", "--format", "json"],
      { cwd: ROOT, encoding: "utf8" },
    ),
  ).statements[0];
  const run = { row_cap: 1000, deadline_ms: 600_000 };
  const { value: ran } = await engine.call("call", "run", QUERY, run);
  assert.deepEqual(ran.statement.counters, native.counters, "counters here and natively");
  assert.ok(ran.rows_kept > 20);

  const { value: trial } = await engine.call("call", "trial", QUERY, [INDEX], { budget_ms: 200 });
  const [as_is, with_index] = trial.queries[0].arms;
  assert.equal(as_is.counters.page_requests, ran.statement.counters.page_requests);
  assert.ok(with_index.counters.page_requests * 20 < as_is.counters.page_requests);
  assert.equal(with_index.counters.rows_returned, ran.rows_kept);
  const heap = await engine.call("heap");
  assert.ok(heap <= HEAP_LIMIT_BYTES, `${heap} bytes of heap after building an index`);
  assert.equal(python("contents", path), before_, "the file changed");
});
