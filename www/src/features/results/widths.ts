/** How wide the grid's columns are: as wide as their names and first rows need, within limits. */
import type { Cell } from "../../engine/types";
import { drawn } from "./cells";

export const NARROWEST = 56;
const WIDEST = 340;
const WIDEST_BY_HAND = 2000;
/** Room at both sides of a cell's text, and the line after it. */
const PADDING = 25;
/** Room for what stands behind the text of a value that is cut. */
const MARK = 64;

/** Rows looked at. */
const ROWS = 200;
/** Characters of a value that are measured; more would not fit in any case. */
const CHARACTERS = 80;

let context: CanvasRenderingContext2D | null = null;

function measure(text: string, font: string): number {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return text.length * 7;
  context.font = font;
  return context.measureText(text.slice(0, CHARACTERS)).width;
}

export const clampWidth = (width: number, widest = WIDEST_BY_HAND) =>
  Math.min(Math.max(Math.ceil(width), NARROWEST), widest);

/** The width in px that a column's name and first values need. */
export function widthOf(name: string, rows: Cell[][], column: number, family: string): number {
  let longest = "";
  let marked = 0;
  for (const row of rows.slice(0, ROWS)) {
    const cell = row[column];
    if (!cell) continue;
    const text = drawn(cell);
    if (text.length > longest.length) longest = text;
    if (cell.type === "blob" || (cell.type === "text" && (cell.lossy || cell.cut_from))) marked = MARK;
  }
  const needed = Math.max(measure(name, `600 13px ${family}`), measure(longest, `13px ${family}`) + marked);
  return clampWidth(needed + PADDING, WIDEST);
}
