/**
 * The package as the page gets it, after wasm-opt, loaded in Node.js: it asks its host for nothing
 * but what its own glue gives, and starts. `SCANSEEK_PACKAGE` is its path without an ending.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const fallback = new URL("../../www/src/engine/pkg/scanseek_wasm", import.meta.url);
const path = process.env.SCANSEEK_PACKAGE ?? fileURLToPath(fallback);
const bytes = await readFile(`${path}_bg.wasm`);

test("the module imports from its own glue only", async () => {
  // A C function that nobody defines would not stop the linker: it would become an import from
  // "env", and the page could not load the module.
  const module = await WebAssembly.compile(bytes);
  const from = new Set(WebAssembly.Module.imports(module).map((entry) => entry.module));
  assert.deepEqual([...from], ["./scanseek_wasm_bg.js"]);
});

test("the module was stripped of names and debug information", async () => {
  const module = await WebAssembly.compile(bytes);
  for (const section of ["name", ".debug_info", ".debug_line"]) {
    assert.equal(WebAssembly.Module.customSections(module, section).length, 0, section);
  }
});

test("the package starts and exports its class", async () => {
  const glue = await import(pathToFileURL(`${path}.js`).href);
  await glue.default({ module_or_path: bytes });
  assert.equal(typeof glue.Workbench, "function");
});
