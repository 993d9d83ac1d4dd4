/** Values as text: in the grid, for the clipboard, and in files. */
import type { Cell } from "../../engine/types";

/** Characters of a value that the grid draws; its columns are narrower. */
const DRAWN = 300;

/** Control characters as signs that can be seen: line end and tab as arrows, others as Unicode's pictures. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f]/g, (control) => {
    if (control === "\n") return "↵";
    if (control === "\t") return "⇥";
    const code = control.charCodeAt(0);
    return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code);
  });
}

/** One line of a value. */
export function drawn(cell: Cell): string {
  switch (cell.type) {
    case "null":
      return "NULL";
    case "text":
      return `${visible(cell.value.slice(0, DRAWN))}${cell.value.length > DRAWN || cell.cut_from ? "…" : ""}`;
    case "blob":
      return blobLiteral(cell);
    default:
      return cell.value;
  }
}

function blobLiteral(cell: Cell & { type: "blob" }): string {
  return `x'${cell.hex}${cell.hex.length / 2 < cell.bytes ? "…" : "'"}`;
}

/** A value as plain text; NULL has none. */
export function plain(cell: Cell): string {
  if (cell.type === "null") return "";
  return cell.type === "blob" ? blobLiteral(cell) : cell.value;
}

/** A field of separated values. NULL is nothing, an empty text is a pair of quotes. */
function field(cell: Cell, separator: string): string {
  const text = plain(cell);
  const quoted = cell.type === "text" && (text === "" || /["\r\n]/.test(text) || text.includes(separator));
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}

export type Format = "csv" | "json" | "tsv";

/** Numbers as they are written in JSON, all digits kept. Infinity is what SQLite's own JSON has for it. */
function jsonNumber(text: string): string {
  if (text === "Inf") return "9.0e+999";
  return text === "-Inf" ? "-9.0e+999" : text;
}

function jsonValue(cell: Cell): string {
  switch (cell.type) {
    case "null":
      return "null";
    case "integer":
    case "real":
      return jsonNumber(cell.value);
    default:
      return JSON.stringify(plain(cell));
  }
}

/** Keys of an object: a name that repeats gets its number. */
function keysOf(columns: string[]): string[] {
  const seen = new Set<string>();
  return columns.map((column) => {
    let key = column;
    for (let number = 2; seen.has(key); number++) key = `${column} (${number})`;
    seen.add(key);
    return key;
  });
}

/** Writes rows in a format, some at a time: what stands before them, each row, and what stands after them. */
export function writer(format: Format, columns: string[]) {
  if (format === "json") {
    const keys = keysOf(columns).map((key) => JSON.stringify(key));
    let separator = "\n";
    const line = (row: Cell[]) => {
      const members = row.map((cell, at) => `${keys[at]}: ${jsonValue(cell)}`);
      const text = `${separator}  {${members.join(", ")}}`;
      separator = ",\n";
      return text;
    };
    return { before: "[", rows: (rows: Cell[][]) => rows.map(line).join(""), after: "\n]\n" };
  }
  const [separator, end] = format === "csv" ? [",", "\r\n"] : ["\t", "\n"];
  const line = (row: Cell[]) => row.map((cell) => field(cell, separator)).join(separator) + end;
  const names: Cell[] = columns.map((value) => ({ type: "text", value, lossy: false, cut_from: null }));
  return {
    before: format === "csv" ? line(names) : "",
    rows: (rows: Cell[][]) => rows.map(line).join(""),
    after: "",
  };
}
