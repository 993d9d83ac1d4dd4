/** The statistics of a run, the transfer sizes, and both as Markdown. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { minifySync } from "vite";
import { FOLDERS } from "./browser.mjs";

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);

const line = (cells) => `| ${cells.join(" | ")} |`;
export const table = (head, rows) =>
  [line(head), line(head.map((_, column) => (column ? "---:" : "---"))), ...rows.map(line)].join("\n");

/**
 * Per query the medians and ratios. `ms` holds samples in milliseconds of one run, by engine; samples of the
 * browser's engines at the same place are of the same round, so their ratio is taken round by round. The
 * native program runs before and after them: its ratio is one of medians.
 */
export function compare({ name, batch, rows, ms }) {
  const ratio = (other) => median(ms.scanseek.map((ours, round) => ours / ms[other][round]));
  return {
    name,
    rows,
    batch,
    median_ms: Object.fromEntries(Object.entries(ms).map(([engine, all]) => [engine, median(all)])),
    ratio: {
      native: median(ms.scanseek) / median(ms.native),
      sqljs: ratio("sqljs"),
      official: ratio("official"),
    },
  };
}

/** The geometric mean over queries, the smallest and the largest ratio, by engine. */
export function summarise(queries) {
  const others = ["native", "sqljs", "official"];
  const all = (other) => queries.map((query) => query.ratio[other]);
  return Object.fromEntries(
    others.map((other) => [
      other,
      {
        geometric_mean: geometricMean(all(other)),
        smallest: Math.min(...all(other)),
        largest: Math.max(...all(other)),
      },
    ]),
  );
}

export function timesTable(queries) {
  const rows = queries.map(({ name, median_ms: ms, ratio }) => [
    name,
    ...[ms.native, ms.scanseek, ms.sqljs, ms.official].map((time) => time.toFixed(2)),
    ...[ratio.native, ratio.sqljs, ratio.official].map((number) => number.toFixed(2)),
  ]);
  const engines = ["native ms", "ours ms", "sql.js ms", "official ms"];
  return table(["query", ...engines, "ours/native", "ours/sql.js", "ours/official"], rows);
}

export function meansTable(summary) {
  const names = { native: "ours/native", sqljs: "ours/sql.js", official: "ours/official" };
  const rows = Object.entries(summary).map(([other, mean]) => [
    names[other],
    ...[mean.geometric_mean, mean.smallest, mean.largest].map((number) => number.toFixed(2)),
  ]);
  return table(["ratio of times", "geometric mean", "smallest query", "largest query"], rows);
}

function sizesOf(files) {
  const parts = files.map((bytes) => {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length];
  });
  return [0, 1, 2].map((column) => parts.reduce((sum, part) => sum + part[column], 0));
}

/** Bytes as they are, with gzip -9 and with brotli 11, each file by itself; `pageFiles` are paths in www/dist. */
export function transferSizes(pageFiles) {
  const read = (folder, ...files) => files.map((file) => readFileSync(join(FOLDERS[folder], file)));
  const isEngine = (file) => /^(worker-.*\.js|scanseek_wasm.*\.wasm)$/.test(basename(file));
  const [official] = read("official", "index.mjs");
  const minified = minifySync("index.mjs", official.toString()).code;
  const [wasm] = read("official", "sqlite3.wasm");
  return [
    ["ScanSeek, engine only: wasm and worker", read("page", ...pageFiles.filter(isEngine))],
    ["ScanSeek, all of the first load", read("page", ...pageFiles)],
    ["sql.js: wasm and script", read("sqljs", "sql-wasm-browser.wasm", "sql-wasm-browser.js")],
    ["official: wasm and module, as published", [wasm, official]],
    ["official: wasm and module, minified by Vite", [wasm, Buffer.from(minified)]],
  ].map(([name, files]) => ({ name, bytes: sizesOf(files) }));
}

export function sizesTable(sizes) {
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
  const rows = sizes.map(({ name, bytes }) => [name, ...bytes.map(kilobytes)]);
  return table(["what is sent, kB of 1,000 bytes", "raw", "gzip -9", "brotli 11"], rows);
}
