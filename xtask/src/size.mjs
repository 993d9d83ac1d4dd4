/**
 * Prints the size of every file below a folder: raw, with gzip -9 and with brotli -11, in kB of 1,000 bytes.
 * Fails when the WebAssembly module is larger with brotli than the budget.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder, budget] = process.argv.slice(-2);
const rows = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(file);
    const brotli = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    return {
      name: file.slice(folder.length + 1),
      sizes: [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli.length],
    };
  })
  .sort((a, b) => b.sizes[0] - a.sizes[0]);
const total = [0, 1, 2].map((column) => rows.reduce((sum, row) => sum + row.sizes[column], 0));

const width = Math.max(5, ...rows.map((row) => row.name.length));
const line = (name, cells) =>
  console.log(name.padEnd(width) + cells.map((cell) => cell.padStart(12)).join(""));
const kilobytes = (sizes) => sizes.map((size) => `${(size / 1000).toFixed(1)} kB`);
line("file", ["raw", "gzip", "brotli"]);
for (const row of rows) line(row.name, kilobytes(row.sizes));
line("total", kilobytes(total));

const modules = rows.filter((row) => row.name.endsWith(".wasm"));
const sent = modules.reduce((sum, row) => sum + row.sizes[2], 0) / 1000;
console.log(`\nWebAssembly with brotli: ${sent.toFixed(1)} kB, budget ${budget} kB`);
if (modules.length === 0 || sent > Number(budget)) process.exitCode = 1;
