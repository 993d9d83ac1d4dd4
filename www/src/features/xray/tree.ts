/** One b-tree as levels that can be drawn: where each page stands, from 0 at the left to 1 at the right. */
import type { PageKind, TreeLevel } from "../../engine/types";

export interface Row {
  kind: PageKind;
  pages: Uint32Array;
  /** The place of the page above each, on the row above; overflow pages: on the row of their page. */
  above: Int32Array;
  from: Float64Array;
  to: Float64Array;
}

export interface Tree {
  rows: Row[];
  /** Row and place of a page, or null for a page of another tree. */
  find(page: number): { row: number; at: number } | null;
  /** The page and those above it up to the root. */
  path(page: number): { row: number; at: number }[];
}

const u32 = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);

export function treeOfLevels(levels: TreeLevel[], pageCount: number): Tree {
  const rowOf = new Uint8Array(pageCount + 1).fill(NONE);
  const placeOf = new Uint32Array(pageCount + 1);
  const rows = levels.map((level, row): Row => {
    const pages = u32(level.pages);
    pages.forEach((page, at) => {
      rowOf[page] = row;
      placeOf[page] = at;
    });
    return {
      kind: level.kind,
      pages,
      above: Int32Array.from(u32(level.parents), (parent) => (parent === 0 ? -1 : (placeOf[parent] ?? -1))),
      from: new Float64Array(pages.length),
      to: new Float64Array(pages.length),
    };
  });
  const parents = levels.map((level) => u32(level.parents));
  // Leaves and overflow pages are spread evenly; a page above spans its children.
  for (let row = rows.length - 1; row >= 0; row--) {
    const { kind, pages, from, to } = rows[row] as Row;
    const below = rows[row + 1];
    const evenly = kind === "overflow" || !below || below.kind === "overflow";
    if (evenly) {
      pages.forEach((_, at) => {
        from[at] = at / pages.length;
        to[at] = (at + 1) / pages.length;
      });
      continue;
    }
    from.fill(1);
    below.above.forEach((at, child) => {
      from[at] = Math.min(from[at] ?? 1, below.from[child] ?? 0);
      to[at] = Math.max(to[at] ?? 0, below.to[child] ?? 0);
    });
  }
  const find = (page: number) => {
    const row = rowOf[page] ?? NONE;
    return row === NONE ? null : { row, at: placeOf[page] ?? 0 };
  };
  const path = (page: number) => {
    const found: { row: number; at: number }[] = [];
    for (let place = find(page); place; ) {
      found.push(place);
      const parent = parents[place.row]?.[place.at] ?? 0;
      place = parent === 0 ? null : find(parent);
    }
    return found;
  };
  return { rows, find, path };
}

const NONE = 255;

/** The first place whose end lies behind x. */
export function firstBehind(row: Row, x: number): number {
  let low = 0;
  let high = row.pages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((row.to[middle] ?? 1) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
