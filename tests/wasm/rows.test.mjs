/** Rows as the page gets them: in batches, by pages, and single values in full. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGE = process.env.SCANSEEK_PACKAGE ?? join(ROOT, "www/src/engine/pkg/scanseek_wasm");

const { initSync, Workbench } = await import(pathToFileURL(`${PACKAGE}.js`));
initSync({ module: readFileSync(`${PACKAGE}_bg.wasm`) });

let batches = [];
const workbench = new Workbench({
  now_ns: () => performance.now() * 1e6,
  cancelled: () => false,
  progress() {},
  reading() {},
  rows: (batch) => batches.push(batch),
});
workbench.open_sample("store", 0.1);

const DEADLINE = { deadline_ms: 600_000 };

function run(sql, row_cap) {
  batches = [];
  const ran = workbench.run(sql, { row_cap, ...DEADLINE });
  return { ran, rows: batches.flatMap((batch) => batch.rows) };
}

const page = (sql, first_row, row_cap) =>
  workbench.page(sql, { first_row, row_cap, whole: false, ...DEADLINE });

test("batches hold the rows kept, and the counters are those of a run without rows", () => {
  const sql = "SELECT * FROM invoices";
  const { ran, rows } = run(sql, 1000);
  assert.equal(rows.length, 1000);
  assert.equal(ran.rows_kept, 1000);
  assert.ok(ran.rows_returned > 1000 && ran.truncated);
  assert.deepEqual(batches.map((batch) => batch.first_row), [0, 256, 512, 768]);
  assert.deepEqual(batches[0].columns, ran.columns);
  assert.deepEqual(run(sql, 0).ran.statement.counters, ran.statement.counters);
});

test("pages go on where the rows kept end, random() included", () => {
  for (const [sql, varies] of [
    ["SELECT * FROM invoices ORDER BY total_cents", null],
    ["SELECT random(), invoice_id FROM invoices ORDER BY random()", "random"],
  ]) {
    const { ran, rows } = run(sql, 3000);
    assert.equal(ran.varies, varies);
    assert.deepEqual(page(sql, 1000, 1000), { rows: rows.slice(1000, 2000), more: true });
    const last = page(sql, ran.rows_returned - 3, 1000);
    assert.deepEqual([last.rows.length, last.more], [3, false]);
  }
});

test("values cross the boundary exactly", () => {
  const cell = (value) => workbench.cell(`SELECT 0, ${value}`, { row: 0, column: 1, ...DEADLINE });
  const shown = (value) => run(`SELECT ${value}`, 1).rows[0][0];
  assert.deepEqual(cell("NULL").value, { type: "null" });
  for (const integer of ["9007199254740993", "-9223372036854775808"]) {
    assert.deepEqual(cell(integer).value, { type: "integer", value: integer });
    assert.deepEqual(shown(integer), { type: "integer", value: integer });
  }
  for (const [sql, value] of [
    ["0.1 + 0.2", "0.30000000000000004"],
    ["1e0", "1.0"],
    ["9e999", "Inf"],
  ]) {
    assert.deepEqual(cell(sql).value, { type: "real", value });
    assert.deepEqual(shown(sql), { type: "real", value });
  }
  const text = cell("CAST(x'61ff0062' AS TEXT)");
  assert.deepEqual(text.value, {
    type: "text",
    bytes: new Uint8Array([0x61, 0xff, 0, 0x62]),
    characters: 4,
    parts: [
      { type: "text", value: "a" },
      { type: "invalid", hex: "ff" },
      { type: "text", value: "\0b" },
    ],
    parts_are_all: true,
    json: null,
  });
  assert.deepEqual(shown("printf('%.*c', 2000, 'x')"), {
    type: "text",
    value: "x".repeat(1024),
    lossy: false,
    cut_from: 2000,
  });
  const blob = cell("x'89504e470d0a1a0a00'");
  assert.ok(blob.value.bytes instanceof Uint8Array && blob.value.bytes.length === 9);
  assert.deepEqual([blob.guess, blob.extension], ["PNG image", "png"]);
  assert.throws(() => cell("zeroblob(500000000)"), { code: "sql_error" });
});
