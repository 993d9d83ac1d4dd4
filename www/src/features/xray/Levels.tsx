/** One b-tree level by level: the root on top, leaves below in the order of their keys, the searched paths marked. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { chosenPage, type OpenTree } from "../../store/xray";
import { count, plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { type Size, useDrawing, usePaint, useSize } from "./canvas";
import { countClass, type PageModel, pageLine } from "./model";
import { keyOf, type Look, type Paint, PLAIN } from "./paint";
import { firstBehind, type Row, type Tree, treeOfLevels } from "./tree";

interface LevelsProps {
  label: string;
  open: OpenTree;
  model: PageModel;
  looks: Map<string, Look>;
  counts: Float64Array;
  current: number | null;
  onClose: () => void;
}

/** A leaf this wide can hold its number. */
const WIDE = 44;
const BLOCK = 26;
/** Room above a level for its words. */
const TOP = 24;

export function Levels({ label, open, model, looks, counts, current, onClose }: LevelsProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const back = useRef<HTMLButtonElement>(null);
  const size = useSize(box);
  const paint = usePaint(box);
  const [wide, setWide] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  const tree = useMemo(() => treeOfLevels(open.levels, model.pageCount), [open, model]);
  const facts = model.trees[open.tree];
  const look = (facts && looks.get(keyOf(facts))) ?? { colour: 0, hatch: "" as const };

  useEffect(() => back.current?.focus(), []);

  const most = Math.max(1, ...tree.rows.map((row) => row.pages.length));
  const stretches = useMemo(() => {
    const found = [1];
    for (let by = 2; size.width > 0 && (size.width * by) / 2 < most * WIDE && by < 2 ** 16; by *= 2)
      found.push(by);
    return found;
  }, [most, size.width]);
  const at = Math.min(wide, stretches.length - 1);
  const width = size.width * (stretches[at] ?? 1);
  const rowHeight = Math.max(
    BLOCK + 24,
    Math.min(150, (size.height - TOP - BLOCK - 8) / Math.max(1, tree.rows.length - 1)),
  );
  const geometry = { width, rowHeight };

  const chosen = chosenPage.value;
  const marked = current ?? chosen;
  const redraw = useDrawing(canvas, size, (context) => {
    if (!paint) return;
    const left = box.current?.scrollLeft ?? 0;
    draw(context, { model, tree, look, counts, paint, size, left, geometry });
    const path = marked === null ? [] : tree.path(marked);
    drawPath(context, path, {
      tree,
      paint,
      size,
      left,
      geometry,
      colour: current === null ? paint.ink : paint.accent,
    });
    drawWords(context, tree, paint, rowHeight);
    const pointed = hovered === null ? null : tree.find(hovered);
    if (pointed) outline(context, pointed, { tree, left, geometry, colour: paint.soft, line: 1.5 });
  });

  // The page that is meant stays in sight.
  const kept = useRef<{ share: number; x: number } | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const anchor = kept.current;
    kept.current = null;
    const place = marked === null ? null : tree.find(marked);
    if (anchor) element.scrollLeft = anchor.share * width - anchor.x;
    else if (place) {
      const row = tree.rows[place.row];
      const x = ((row?.from[place.at] ?? 0) + (row?.to[place.at] ?? 0)) * (width / 2);
      if (x < element.scrollLeft || x > element.scrollLeft + size.width)
        element.scrollLeft = x - size.width / 2;
    }
    redraw();
  }, [marked, width, size.width]);

  const stretch = (by: number, x = size.width / 2) => {
    const next = Math.max(0, Math.min(stretches.length - 1, at + by));
    const element = box.current;
    if (next === at || !element) return;
    const place = marked === null ? null : tree.find(marked);
    const row = place && tree.rows[place.row];
    const middle = row ? ((row.from[place.at] ?? 0) + (row.to[place.at] ?? 0)) / 2 : null;
    const seen = middle === null ? -1 : middle * width - element.scrollLeft;
    kept.current =
      middle !== null && seen >= 0 && seen <= size.width
        ? { share: middle, x: size.width / 2 }
        : { share: (element.scrollLeft + x) / width, x };
    setWide(next);
  };

  const pageAt = (event: MouseEvent): number | null => {
    const element = box.current;
    if (!element) return null;
    const bounds = element.getBoundingClientRect();
    const y = event.clientY - bounds.top + element.scrollTop - TOP;
    const rowAt = Math.floor(y / rowHeight);
    const row = tree.rows[rowAt];
    if (!row || y - rowAt * rowHeight > BLOCK) return null;
    const share = (event.clientX - bounds.left + element.scrollLeft) / width;
    const first = firstBehind(row, share);
    // Of pages narrower than a pixel, one that was asked for is meant.
    const end = share + 1.5 / width;
    for (let place = first; place < row.pages.length && (row.from[place] ?? 1) < end; place++) {
      const page = row.pages[place] ?? 0;
      if ((counts[page] ?? 0) > 0) return page;
    }
    return row.pages[first] ?? null;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") return stretch(1);
    if (event.key === "-") return stretch(-1);
    if (event.key === "Escape") return onClose();
    const place = (chosen === null ? null : tree.find(chosen)) ?? null;
    const row = place ? tree.rows[place.row] : undefined;
    let to: number | undefined;
    if (!place || !row) to = event.key.startsWith("Arrow") ? tree.rows[0]?.pages[0] : undefined;
    else if (event.key === "ArrowRight") to = row.pages[place.at + 1];
    else if (event.key === "ArrowLeft") to = row.pages[place.at - 1];
    else if (event.key === "Home") to = row.pages[0];
    else if (event.key === "End") to = row.pages.at(-1);
    else if (event.key === "ArrowUp") {
      const parent = tree.path(chosen ?? 0)[1];
      to = parent && tree.rows[parent.row]?.pages[parent.at];
    } else if (event.key === "ArrowDown") {
      const below = tree.rows[place.row + 1];
      const children = below
        ? [...below.above.keys()].filter((child) => below.above[child] === place.at)
        : [];
      // Down the path of the query, if it goes on here.
      const asked = children.find((child) => (counts[below?.pages[child] ?? 0] ?? 0) > 0);
      to = below?.pages[asked ?? children[0] ?? -1];
    } else return;
    event.preventDefault();
    if (to !== undefined) chosenPage.value = to;
  };

  const told = hovered ?? current ?? chosen;
  return (
    <figure class="xray-map">
      <figcaption>
        <button ref={back} type="button" class="button small xray-back" onClick={onClose}>
          <Icon name="chevron" />
          Map
        </button>
        <span class="xray-map-name">{facts?.name}</span>
        <span class="fine xray-scale">
          {label.toLowerCase()}, {plural(facts?.depth ?? 0, "level")}, {plural(facts?.pages ?? 0, "page")}
        </span>
        <span class="spacer" />
        <span class="xray-zoom">
          <button
            type="button"
            class="button small"
            aria-label="Zoom out"
            disabled={at === 0}
            onClick={() => stretch(-1)}
          >
            −
          </button>
          <button
            type="button"
            class="button small"
            aria-label="Zoom in"
            disabled={at === stretches.length - 1}
            onClick={() => stretch(1)}
          >
            +
          </button>
        </span>
      </figcaption>
      <div
        ref={box}
        class="xray-box xray-levels"
        tabIndex={0}
        role="application"
        aria-roledescription="tree of pages"
        aria-label={`Levels of ${facts?.name ?? ""}, ${label.toLowerCase()}`}
        aria-description="Left and right move along a level, up and down between levels, plus and minus zoom, Escape goes back to the map."
        onKeyDown={onKeyDown}
        onScroll={redraw}
        onPointerMove={(event) => event.pointerType !== "touch" && setHovered(pageAt(event))}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => {
          chosenPage.value = pageAt(event);
        }}
      >
        <canvas ref={canvas} style={{ width: `${size.width}px`, height: `${size.height}px` }} />
        <div style={{ width: `${width}px`, height: "1px", marginTop: "-1px" }} />
      </div>
      <p class="xray-line" aria-live={current === null ? "polite" : "off"}>
        {told !== null && tree.find(told)
          ? pageLine(model, told, counts[told] ?? 0)
          : "Keys grow from left to right. Point at a page, or move with the arrow keys."}
      </p>
    </figure>
  );
}

interface Geometry {
  width: number;
  rowHeight: number;
}

interface Place {
  tree: Tree;
  left: number;
  geometry: Geometry;
}

function block(
  { row, at }: { row: number; at: number },
  { tree, left, geometry: { width, rowHeight } }: Place,
): { x: number; y: number; width: number } {
  const from = (tree.rows[row]?.from[at] ?? 0) * width;
  const to = (tree.rows[row]?.to[at] ?? 0) * width;
  const gap = to - from > 6 ? 2 : to - from > 3 ? 1 : 0;
  return { x: from - left, y: TOP + row * rowHeight, width: Math.max(1, to - from - gap) };
}

function draw(
  context: CanvasRenderingContext2D,
  {
    model,
    tree,
    look,
    counts,
    paint,
    size,
    left,
    geometry,
  }: Place & { model: PageModel; look: Look; counts: Float64Array; paint: Paint; size: Size },
): void {
  const { width, rowHeight } = geometry;
  const place = { tree, left, geometry };
  const fill = (asked: number) => paint.fill(context, look, model.trace === null ? PLAIN : countClass(asked));
  const pale = fill(0);
  tree.rows.forEach((row, at) => {
    const y = TOP + at * rowHeight;
    const touched: number[] = [];
    let column = Number.NEGATIVE_INFINITY;
    context.fillStyle = pale;
    for (let of = firstBehind(row, left / width); of < row.pages.length; of++) {
      const x = (row.from[of] ?? 1) * width - left;
      if (x > size.width) break;
      if ((counts[row.pages[of] ?? 0] ?? 0) > 0) {
        touched.push(of);
        continue;
      }
      // Of pages on one pixel, one is drawn.
      if (Math.floor(x) === column) continue;
      column = Math.floor(x);
      const it = block({ row: at, at: of }, place);
      context.fillRect(it.x, y, it.width, BLOCK);
      if (it.width >= WIDE - 4) {
        writeNumber(context, paint, it, size, row.pages[of] ?? 0, 0);
        context.fillStyle = pale;
      }
    }
    // Those that were asked for lie on top, however narrow they are, and hang on the page above.
    context.globalAlpha = touched.length > 400 ? 0.15 : touched.length > 60 ? 0.4 : 1;
    const drawn = new Set<number>();
    for (const of of touched) {
      const parent = row.above[of] ?? -1;
      if (parent < 0 || at === 0 || row.kind === "overflow") continue;
      const it = block({ row: at, at: of }, place);
      const to = middle(it, size);
      if (drawn.has(Math.round(to))) continue;
      drawn.add(Math.round(to));
      const above = block({ row: at - 1, at: parent }, place);
      line(context, middle(above, size), above.y + BLOCK, to, y, paint.line, 1);
    }
    context.globalAlpha = 1;
    for (const of of touched) {
      const asked = counts[row.pages[of] ?? 0] ?? 0;
      const it = block({ row: at, at: of }, place);
      context.fillStyle = fill(asked);
      context.fillRect(it.x, y, Math.max(it.width, 1.5), BLOCK);
      if (it.width >= WIDE - 4) writeNumber(context, paint, it, size, row.pages[of] ?? 0, asked);
    }
  });
}

/** A page's number on its block, and how often it was asked for where there is room. */
function writeNumber(
  context: CanvasRenderingContext2D,
  paint: Paint,
  it: { x: number; y: number; width: number },
  size: Size,
  page: number,
  asked: number,
): void {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "center";
  const text = asked > 1 && it.width > 90 ? `${count(page)} · ${count(asked)} ×` : count(page);
  const room = context.measureText(text).width + 8;
  if (room > it.width) return;
  const x = middle(it, size);
  context.fillStyle = paint.surface;
  context.globalAlpha = 0.88;
  context.fillRect(x - room / 2, it.y + 5, room, BLOCK - 10);
  context.globalAlpha = 1;
  context.fillStyle = paint.ink;
  context.fillText(text, x, it.y + BLOCK / 2 + 0.5);
}

/** What each level is, above it at the left. */
function drawWords(context: CanvasRenderingContext2D, { rows }: Tree, paint: Paint, rowHeight: number): void {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  rows.forEach((row, at) => {
    const words = rowWords(row, at);
    const y = TOP + at * rowHeight - 11;
    context.fillStyle = paint.surface;
    context.fillRect(0, y - 8, context.measureText(words).width + 6, 16);
    context.fillStyle = paint.soft;
    context.fillText(words, 2, y);
  });
}

function rowWords({ kind, pages }: Row, at: number): string {
  if (at === 0) return "root";
  if (kind === "overflow") return plural(pages.length, "overflow page");
  return kind === "inner" ? plural(pages.length, "inner page") : plural(pages.length, "leaf", "leaves");
}

function line(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  toX: number,
  toY: number,
  colour: string,
  width: number,
): void {
  const middle = (y + toY) / 2;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x, y);
  context.bezierCurveTo(x, middle, toX, middle, toX, toY);
  context.stroke();
}

/** The middle of what is seen of a block, so that a line from it is seen, too. */
function middle({ x, width }: { x: number; width: number }, size: Size): number {
  const from = Math.max(x, 0);
  const to = Math.min(x + width, size.width);
  return to > from ? (from + to) / 2 : x + width / 2;
}

function outline(
  context: CanvasRenderingContext2D,
  at: { row: number; at: number },
  { colour, line: width, ...place }: Place & { colour: string; line: number },
): void {
  const { x, y, width: w } = block(at, place);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x - 1, y - 1, Math.max(w, 3) + 2, BLOCK + 2);
}

/** From the root to the page that is meant. */
function drawPath(
  context: CanvasRenderingContext2D,
  path: { row: number; at: number }[],
  { paint, size, colour, ...place }: Place & { paint: Paint; size: Size; colour: string },
): void {
  path.forEach((at, index) => {
    const parent = path[index + 1];
    if (parent) {
      const [from, to] = [block(parent, place), block(at, place)];
      for (const [stroke, width] of [
        [paint.surface, 5],
        [colour, 2.5],
      ] as const) {
        line(context, middle(from, size), from.y + BLOCK, middle(to, size), to.y, stroke, width);
      }
    }
    outline(context, at, { ...place, colour, line: 2.5 });
  });
}
