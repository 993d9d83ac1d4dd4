/** How the map is laid out: pages in rows like words on a page, several to a cell where there are many. */

/** One step of the zoom: so many pages a cell, and the size of a cell in px. */
export interface Scale {
  pages: number;
  size: number;
}

const SIZES = [30, 26, 22, 19, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5];
/** The last ones are wide enough for page numbers. */
const CLOSER = [9, 14, 21, 30, 44];
/** Several pages need room to stand side by side. */
const SHARED = 8;

export function columns(scale: Scale, width: number): number {
  return Math.max(1, Math.floor(width / scale.size));
}

export function contentHeight(scale: Scale, width: number, pageCount: number): number {
  return Math.ceil(Math.ceil(pageCount / scale.pages) / columns(scale, width)) * scale.size;
}

/** From the scale that shows the whole file to the one that shows single pages large. */
export function scales(pageCount: number, width: number, height: number): Scale[] {
  const fits = (scale: Scale) => contentHeight(scale, width, pageCount) <= height;
  const found: Scale[] = [];
  const size = SIZES.find((size) => fits({ pages: 1, size }));
  if (size) found.push({ pages: 1, size });
  else {
    let pages = 2;
    while (!fits({ pages, size: SHARED }) && pages < 2 ** 24) pages *= 2;
    // Halfway between, where that fits, too; from there by halves.
    if (pages > 2 && fits({ pages: (pages * 3) / 4, size: SHARED })) {
      found.push({ pages: (pages * 3) / 4, size: SHARED });
      pages /= 2;
    }
    for (; pages >= 1; pages /= 2) found.push({ pages, size: SHARED });
  }
  const last = found.at(-1)?.size ?? SHARED;
  for (const size of CLOSER) if (size > last * 1.25) found.push({ pages: 1, size });
  return found;
}

/** Where a page's cell begins. */
export function placeOf(page: number, scale: Scale, width: number): { x: number; y: number } {
  const cell = Math.floor((page - 1) / scale.pages);
  const across = columns(scale, width);
  return { x: (cell % across) * scale.size, y: Math.floor(cell / across) * scale.size };
}

/** The first page of the cell at a point of the content, or null beside all cells. */
export function pageAt(x: number, y: number, scale: Scale, width: number, pageCount: number): number | null {
  const across = columns(scale, width);
  const column = Math.floor(x / scale.size);
  if (column < 0 || column >= across || y < 0) return null;
  const page = (Math.floor(y / scale.size) * across + column) * scale.pages + 1;
  return page <= pageCount ? page : null;
}
