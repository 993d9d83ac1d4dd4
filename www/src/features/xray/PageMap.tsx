/** The map: a cell a page, or several pages; scrolled, zoomed, and walked through with arrow keys. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { chosenPage } from "../../store/xray";
import { type Size, useDrawing, usePaint, useSize } from "./canvas";
import { columns, contentHeight, pageAt, placeOf, type Scale, scales } from "./layout";
import { countClass, type PageModel, pageLine, rangeLine } from "./model";
import { keyOf, type Look, type Paint, PLAIN } from "./paint";

/** Both maps are zoomed and scrolled together. */
export const zoom = signal(0);
const scrolled = signal(0);
/** The tree that is pointed at in the table; the others are dimmed. */
export const litTree: Signal<string | null> = signal(null);

interface PageMapProps {
  label: string;
  model: PageModel;
  looks: Map<string, Look>;
  counts: Float64Array;
  /** The page the order stands at. */
  current: number | null;
  /** Of both maps, so that they have the same scale. */
  mostPages: number;
  onOpen: (tree: number) => void;
}

export function PageMap({ label, model, looks, counts, current, mostPages, onOpen }: PageMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const { height: most } = useSize(room);
  const paint = usePaint(box);
  const [hovered, setHovered] = useState<number | null>(null);
  const steps = useMemo(() => scales(mostPages, width, most), [mostPages, width, most]);
  const at = Math.min(zoom.value, steps.length - 1);
  const scale = steps[at] ?? { pages: 1, size: 8 };
  const height = contentHeight(scale, width, model.pageCount);
  // No higher than the whole file takes, at any zoom.
  const size = { width, height: Math.min(most, contentHeight(steps[0] ?? scale, width, mostPages)) };
  const chosen = chosenPage.value !== null && chosenPage.value <= model.pageCount ? chosenPage.value : null;
  const bands = useMemo(() => longestPieces(model), [model]);

  const redraw = useDrawing(canvas, size, (context) => {
    if (!paint) return;
    const top = box.current?.scrollTop ?? 0;
    drawCells(context, { model, looks, counts, paint, scale, size, top });
    const ring = (page: number, colour: string, width: number) => {
      const { x, y } = placeOf(page, scale, size.width);
      context.lineWidth = width + 2;
      context.strokeStyle = paint.surface;
      context.strokeRect(x - 1, y - top - 1, scale.size + 1, scale.size + 1);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(x - 1, y - top - 1, scale.size + 1, scale.size + 1);
    };
    if (scale.size < 44) drawNames(context, { model, bands, paint, scale, size, top });
    if (hovered !== null) ring(hovered, paint.soft, 1.5);
    if (chosen !== null) ring(chosen, paint.ink, 2);
    if (current !== null) ring(current, paint.accent, 3);
  });

  // A tree lit in the table, and the other map's scrolling.
  const lit = litTree.value;
  const scroll = scrolled.value;
  useEffect(() => {
    redraw();
  }, [lit]);
  useEffect(() => {
    const element = box.current;
    if (element && Math.abs(element.scrollTop - scroll) > 1) element.scrollTop = scroll;
  }, [scroll]);

  /** What is looked at stays in sight. */
  const kept = useRef<{ page: number; y: number } | null>(null);
  const shown = current ?? chosen;
  useEffect(() => {
    const element = box.current;
    if (!element || size.height === 0) return;
    const anchor = kept.current;
    kept.current = null;
    if (anchor) element.scrollTop = placeOf(anchor.page, scale, size.width).y - anchor.y;
    else if (shown !== null) {
      const { y } = placeOf(shown, scale, size.width);
      const above = y < element.scrollTop;
      const below = y + scale.size > element.scrollTop + size.height;
      if (above || below) element.scrollTop = y - size.height / 2;
    }
    redraw();
  }, [shown, at, size.width, size.height]);

  const zoomBy = (by: number, page: number, y: number) => {
    const next = Math.max(0, Math.min(steps.length - 1, at + by));
    if (next === at) return;
    kept.current = { page, y };
    zoom.value = next;
  };
  const middle = () => {
    const element = box.current;
    if (!element) return { page: 1, y: 0 };
    const y = shown === null ? size.height / 2 : placeOf(shown, scale, size.width).y - element.scrollTop;
    const page = shown ?? pageAt(0, element.scrollTop + y, scale, size.width, model.pageCount) ?? 1;
    return { page, y };
  };

  const at_ = (event: PointerEvent | MouseEvent | WheelEvent): number | null => {
    const element = box.current;
    if (!element) return null;
    const bounds = element.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top + element.scrollTop];
    return pageAt(x, y, scale, size.width, model.pageCount);
  };
  const open = (page: number | null) => {
    if (page !== null) onOpen(model.tree[page] ?? 0);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const across = columns(scale, size.width) * scale.pages;
    const rows = Math.max(1, Math.floor(size.height / scale.size) - 1) * across;
    const from = chosen ?? 1;
    const moves: Record<string, number> = {
      ArrowRight: from + scale.pages,
      ArrowLeft: from - scale.pages,
      ArrowDown: from + across,
      ArrowUp: from - across,
      PageDown: from + rows,
      PageUp: from - rows,
      Home: 1,
      End: model.pageCount,
    };
    const to = moves[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      chosenPage.value = chosen === null ? 1 : Math.max(1, Math.min(model.pageCount, to));
    } else if (event.key === "+" || event.key === "=") zoomBy(1, middle().page, middle().y);
    else if (event.key === "-") zoomBy(-1, middle().page, middle().y);
    else if (event.key === "0") zoom.value = 0;
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && chosen !== null) {
      event.preventDefault();
      open(chosen);
    }
  };

  // Not passive: a pinch on a touch pad is a wheel with Ctrl, and would zoom the whole page.
  const pinch = useRef(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      pinch.current += event.deltaY;
      if (Math.abs(pinch.current) < 24) return;
      const by = pinch.current > 0 ? -1 : 1;
      pinch.current = 0;
      const page = at_(event);
      if (page !== null) zoomBy(by, page, placeOf(page, scale, size.width).y - element.scrollTop);
    };
    let apart = 0;
    const distance = ({ touches }: TouchEvent) => {
      const [a, b] = [touches[0], touches[1]];
      return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
    };
    const onTouchStart = (event: TouchEvent) => {
      apart = distance(event);
    };
    const onTouchMove = (event: TouchEvent) => {
      const now = distance(event);
      if (now === 0 || apart === 0) return;
      event.preventDefault();
      const by = now > apart * 1.3 ? 1 : now < apart / 1.3 ? -1 : 0;
      if (by === 0) return;
      apart = now;
      zoomBy(by, middle().page, middle().y);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("touchstart", onTouchStart, { passive: true });
    element.addEventListener("touchmove", onTouchMove, { passive: false });
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("touchstart", onTouchStart);
      element.removeEventListener("touchmove", onTouchMove);
    };
  });

  const told = hovered ?? current ?? chosen;
  const line = told === null ? null : cellLine(model, told, scale, counts);
  return (
    <figure class="xray-map">
      <figcaption>
        <span class="xray-map-name">{label}</span>
        <span class="fine xray-scale">{scaleWords(scale)}</span>
        <span class="spacer" />
        <span class="xray-zoom">
          <button
            type="button"
            class="button small"
            aria-label="Zoom out"
            disabled={at === 0}
            onClick={() => zoomBy(-1, middle().page, middle().y)}
          >
            −
          </button>
          <button
            type="button"
            class="button small"
            aria-label="Zoom in"
            disabled={at === steps.length - 1}
            onClick={() => zoomBy(1, middle().page, middle().y)}
          >
            +
          </button>
          <button
            type="button"
            class="button small"
            disabled={at === 0}
            onClick={() => {
              zoom.value = 0;
            }}
          >
            Fit
          </button>
        </span>
      </figcaption>
      <div ref={room} class="xray-room" />
      <div
        ref={box}
        class="xray-box"
        style={{ height: `${size.height + 2}px` }}
        tabIndex={0}
        role="application"
        aria-roledescription="map"
        aria-label={`Map of pages, ${label.toLowerCase()}`}
        aria-description="Arrow keys move from page to page, plus and minus zoom, Enter shows the levels of the page's b-tree."
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          scrolled.value = event.currentTarget.scrollTop;
          redraw();
        }}
        onPointerMove={(event) => event.pointerType !== "touch" && setHovered(at_(event))}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => {
          chosenPage.value = at_(event);
        }}
        onDblClick={(event) => open(at_(event))}
      >
        <canvas ref={canvas} style={{ width: `${size.width}px`, height: `${size.height}px` }} />
        <div style={{ height: `${Math.max(0, height - size.height)}px` }} />
      </div>
      <p class="xray-line" aria-live={current === null ? "polite" : "off"}>
        {line ?? "Point at a page, or move with the arrow keys. Double-click or Enter shows its b-tree."}
      </p>
    </figure>
  );
}

function scaleWords({ pages }: Scale): string {
  return pages === 1 ? "a square is a page" : `a square is ${pages} pages`;
}

function cellLine(model: PageModel, page: number, scale: Scale, counts: Float64Array): string {
  const from = Math.floor((page - 1) / scale.pages) * scale.pages + 1;
  if (scale.pages === 1) return pageLine(model, page, counts[page] ?? 0);
  return rangeLine(model, from, Math.min(from + scale.pages, model.pageCount + 1), counts);
}

/** The longest piece of each tree, where its name is written. */
function longestPieces(model: PageModel): PageModel["pieces"] {
  const longest = new Map<number, PageModel["pieces"][number]>();
  for (const piece of model.pieces) {
    const known = longest.get(piece.tree);
    if (!known || piece.to - piece.from > known.to - known.from) longest.set(piece.tree, piece);
  }
  return [...longest.values()].sort((a, b) => b.to - b.from - (a.to - a.from));
}

interface Drawn {
  model: PageModel;
  paint: Paint;
  scale: Scale;
  size: Size;
  top: number;
}

function drawCells(
  context: CanvasRenderingContext2D,
  {
    model,
    looks,
    counts,
    paint,
    scale,
    size,
    top,
  }: Drawn & { looks: Map<string, Look>; counts: Float64Array },
): void {
  const across = columns(scale, size.width);
  const gap = scale.size >= 20 ? 2 : 1;
  const inner = scale.size - gap;
  const plain = model.trace === null;
  const dim = litTree.peek();
  const keys = model.trees.map(keyOf);
  const grey: Look = { colour: 0, hatch: "" };
  const faces = keys.map((key) => looks.get(key) ?? grey);
  const fillOf = (tree: number, strength: number) =>
    paint.fill(context, faces[tree] ?? grey, plain ? PLAIN : strength);
  const firstRow = Math.floor(top / scale.size);
  const lastRow = Math.floor((top + size.height) / scale.size);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = 0; column < across; column++) {
      const from = (row * across + column) * scale.pages + 1;
      if (from > model.pageCount) return;
      const x = column * scale.size;
      const y = row * scale.size - top;
      const to = Math.min(from + scale.pages, model.pageCount + 1);
      let at = from;
      while (at < to) {
        const tree = model.tree[at] ?? 0;
        let touched = 0;
        let most = 0;
        let end = at;
        for (; end < to && model.tree[end] === tree; end++) {
          const asked = counts[end] ?? 0;
          if (asked > 0) touched++;
          if (asked > most) most = asked;
        }
        context.globalAlpha = dim !== null && keys[tree] !== dim ? 0.22 : 1;
        // The part of a cell that stands for pages the file does not have stays empty.
        const left = x + ((at - from) / scale.pages) * inner;
        const width = Math.max(((end - at) / scale.pages) * inner, 1);
        context.fillStyle = fillOf(tree, 0);
        context.fillRect(left, y, width, inner);
        if (touched > 0) {
          const part = Math.max((touched / (end - at)) * inner, Math.min(2, inner));
          context.fillStyle = fillOf(tree, countClass(most));
          context.fillRect(left, y + inner - part, width, part);
        }
        at = end;
      }
      context.globalAlpha = 1;
      if (scale.size >= 44) drawNumber(context, paint, { x, y, inner, page: from, asked: counts[from] ?? 0 });
    }
  }
}

function drawNumber(
  context: CanvasRenderingContext2D,
  paint: Paint,
  cell: { x: number; y: number; inner: number; page: number; asked: number },
): void {
  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "center";
  const write = (text: string, y: number) => {
    const width = Math.min(context.measureText(text).width + 6, cell.inner);
    context.fillStyle = paint.surface;
    context.globalAlpha = 0.85;
    context.fillRect(cell.x + (cell.inner - width) / 2, y - 6, width, 12);
    context.globalAlpha = 1;
    context.fillStyle = paint.ink;
    context.fillText(text, cell.x + cell.inner / 2, y + 0.5, cell.inner - 2);
  };
  write(String(cell.page), cell.y + (cell.asked > 0 ? 13 : cell.inner / 2));
  if (cell.asked > 0) write(`${cell.asked > 9999 ? "9999+" : cell.asked} ×`, cell.y + 29);
}

/** The names of the trees on their longest pieces, as far as they are in sight and there is room. */
function drawNames(
  context: CanvasRenderingContext2D,
  { model, bands, paint, scale, size, top }: Drawn & { bands: PageModel["pieces"] },
): void {
  const across = columns(scale, size.width);
  const taken: { x: number; y: number; to: number }[] = [];
  context.font = "600 11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const { tree, from, to } of bands) {
    const name = model.trees[tree]?.name;
    if (!name) continue;
    const cells = Math.ceil((to - from) / scale.pages);
    const width = context.measureText(name).width + 10;
    const first = placeOf(from, scale, size.width);
    const last = placeOf(to - 1, scale, size.width);
    const rows = Math.round((last.y - first.y) / scale.size) + 1;
    const room = rows === 1 ? cells * scale.size : across * scale.size;
    // Small pieces would vanish under their name.
    if (rows < 3 && room < width * 2) continue;
    // In the middle, since what is asked for most often lies where a piece begins.
    const seenFrom = Math.max(first.y - top, 0);
    const seenTo = Math.min(last.y - top, size.height);
    const middle = rows === 1 ? first.y - top : seenFrom + (seenTo - seenFrom) / 2;
    const y = Math.round(middle / scale.size) * scale.size + scale.size / 2;
    const x = rows === 1 ? first.x + (room - width) / 2 : (room - width) / 2;
    if (seenTo < 0 || seenFrom > size.height || y < 8 || y > size.height - 8) continue;
    if (taken.some((other) => Math.abs(other.y - y) < 17 && x < other.to && other.x < x + width)) continue;
    taken.push({ x, y, to: x + width });
    context.globalAlpha = 0.9;
    context.fillStyle = paint.surface;
    context.beginPath();
    context.roundRect(x, y - 8, width, 16, 4);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = paint.ink;
    context.fillText(name, x + 5, y + 0.5);
  }
}
