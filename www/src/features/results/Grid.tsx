/**
 * The rows of a result as a grid of which only the visible part is in the page. The grid itself has the focus;
 * its active cell moves with the keys, and Shift or a drag makes a selection.
 */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Cell } from "../../engine/types";
import type { Kept, Place } from "../../store/results";
import { bytes } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { drawn } from "./cells";
import { clampWidth, widthOf } from "./widths";

/** A rectangle of cells, ends included. */
export interface Range {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

interface GridProps {
  kept: Kept;
  /** Rows of the whole result, or null while that is not known. */
  total: number | null;
  onOpen: (place: Place) => void;
  onCopy: (range: Range) => void;
}

const ROW_PX = 28;
const HEAD_PX = 30;
/** Rows drawn above and below those that are visible. */
const SPARE_ROWS = 8;
/** Width added or taken by a key. */
const STEP_PX = 24;

const px = (length: number) => `${length}px`;

interface View {
  top: number;
  left: number;
  width: number;
  height: number;
}

export function Grid({ kept, total, onOpen, onCopy }: GridProps) {
  const { columns, first, rows } = kept;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const [view, setView] = useState<View>({ top: 0, left: 0, width: 800, height: 600 });
  const [at, setAt] = useState<Place>({ row: first, column: 0 });
  const [anchor, setAnchor] = useState<Place | null>(null);
  const { widths, resize, fit } = useWidths(kept);

  const last = first + rows.length - 1;
  const active = { row: Math.min(Math.max(at.row, first), Math.max(last, first)), column: at.column };
  const from = anchor ?? active;
  const range = {
    top: Math.min(from.row, active.row),
    bottom: Math.max(from.row, active.row),
    left: Math.min(from.column, active.column),
    right: Math.max(from.column, active.column),
  };

  const numberWidth = 24 + 8 * String(Math.max(last + 1, 999)).length;
  const edges = useMemo(() => {
    const sums = [numberWidth];
    for (const width of widths) sums.push((sums.at(-1) ?? 0) + width);
    return sums;
  }, [widths, numberWidth]);
  const edge = (column: number) => edges[column] ?? 0;

  const measure = () => {
    const box = scroller.current;
    if (!box) return;
    setView({ top: box.scrollTop, left: box.scrollLeft, width: box.clientWidth, height: box.clientHeight });
  };
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  // Rows that come or go above those in view must not move them.
  const before = useRef(kept);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = kept;
    const box = scroller.current;
    if (!box || was.first === first) return;
    const apart = was.first > last + 1 || was.first + was.rows.length < first;
    box.scrollTop = apart ? 0 : box.scrollTop + (was.first - first) * ROW_PX;
    if (apart) setAt({ row: first, column: 0 });
    if (apart) setAnchor(null);
    measure();
  }, [kept]);

  const reveal = ({ row, column }: Place) => {
    const box = scroller.current;
    if (!box) return;
    const y = (row - first) * ROW_PX;
    const below = y + ROW_PX + HEAD_PX - box.clientHeight;
    box.scrollTop = Math.min(Math.max(box.scrollTop, below), y);
    const right = edge(column + 1) - box.clientWidth;
    box.scrollLeft = Math.min(Math.max(box.scrollLeft, right), edge(column) - numberWidth);
    measure();
  };

  const move = (place: Place, extend: boolean) => {
    const to = {
      row: Math.min(Math.max(place.row, first), last),
      column: Math.min(Math.max(place.column, 0), columns.length - 1),
    };
    setAnchor(extend ? from : null);
    setAt(to);
    reveal(to);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (rows.length === 0 || event.altKey) return;
    const { row, column } = active;
    const control = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor((view.height - HEAD_PX) / ROW_PX) - 1);
    const moves: Record<string, Place> = {
      ArrowDown: { row: control ? last : row + 1, column },
      ArrowUp: { row: control ? first : row - 1, column },
      ArrowRight: { row, column: control ? columns.length - 1 : column + 1 },
      ArrowLeft: { row, column: control ? 0 : column - 1 },
      Home: { row: control ? first : row, column: 0 },
      End: { row: control ? last : row, column: columns.length - 1 },
      PageDown: { row: row + page, column },
      PageUp: { row: row - page, column },
    };
    const to = moves[event.key];
    const key = event.key.toLowerCase();
    if (to) move(to, event.shiftKey);
    else if (control && key === "a") {
      setAnchor({ row: first, column: 0 });
      setAt({ row: last, column: columns.length - 1 });
    } else if (control && key === "c") onCopy(range);
    else if (control) return;
    else if (event.key === "Enter" || event.key === " ") onOpen(active);
    else if (event.key === "Escape" && anchor) setAnchor(null);
    else if (event.key === "+") resize(column, (widths[column] ?? 0) + STEP_PX);
    else if (event.key === "-") resize(column, (widths[column] ?? 0) - STEP_PX);
    else return;
    event.preventDefault();
  };

  const placeOf = (target: EventTarget | null): Place | null => {
    const cell = (target as Element | null)?.closest<HTMLElement>("[data-row]");
    return cell ? { row: Number(cell.dataset.row), column: Number(cell.dataset.column) } : null;
  };
  const onPointerDown = (event: PointerEvent) => {
    const place = event.button === 0 ? placeOf(event.target) : null;
    if (!place) return;
    setAnchor(event.shiftKey ? from : null);
    setAt(place);
  };
  const onPointerOver = (event: PointerEvent) => {
    const place = event.pointerType === "mouse" && event.buttons === 1 ? placeOf(event.target) : null;
    if (!place || (place.row === active.row && place.column === active.column)) return;
    setAnchor(from);
    setAt(place);
  };
  const onClick = (event: MouseEvent) => {
    const place = (event.target as Element).closest("[data-open]") ? placeOf(event.target) : null;
    if (place) onOpen(place);
  };
  const onDblClick = (event: MouseEvent) => {
    const place = placeOf(event.target);
    if (place) onOpen(place);
  };

  const topRow = Math.max(0, Math.floor(view.top / ROW_PX) - SPARE_ROWS);
  const bottomRow = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW_PX) + SPARE_ROWS);
  const visible = columns.map((_, column) => column);
  const drawnColumns = visible.filter(
    (column) => edge(column + 1) > view.left && edge(column) < view.left + view.width,
  );
  const gap = edge(drawnColumns[0] ?? 0) - numberWidth;
  const width = edge(columns.length);
  const cellId = (row: number, column: number) => `${id}-${row}-${column}`;
  const isDrawn =
    active.row - first >= topRow && active.row - first < bottomRow && drawnColumns.includes(active.column);
  const place = (column: number) => ({
    width: px(widths[column] ?? 0),
    marginLeft: px(column === drawnColumns[0] ? gap : 0),
  });

  return (
    <div
      ref={scroller}
      class="sheet"
      role="grid"
      tabIndex={0}
      aria-label="Rows"
      aria-rowcount={total === null ? -1 : total + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={rows.length > 0 && isDrawn ? cellId(active.row, active.column) : undefined}
      aria-describedby={`${id}-keys`}
      onScroll={measure}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerOver={onPointerOver}
      onClick={onClick}
      onDblClick={onDblClick}
    >
      <div
        class="sheet-all"
        role="presentation"
        style={{ width: px(width), height: px(HEAD_PX + rows.length * ROW_PX) }}
      >
        <div class="sheet-head" role="rowgroup" style={{ height: px(HEAD_PX) }}>
          <div class="sheet-row" role="row" aria-rowindex={1}>
            <div class="row-number" role="columnheader" aria-colindex={1} style={{ width: px(numberWidth) }}>
              <span class="sr-only">Row</span>
            </div>
            {drawnColumns.map((column) => (
              <div
                key={column}
                class="sheet-name"
                role="columnheader"
                aria-colindex={column + 2}
                style={place(column)}
                title={columns[column]}
              >
                <span>{columns[column]}</span>
                <Handle
                  width={widths[column] ?? 0}
                  onResize={(to) => resize(column, to)}
                  onFit={() => fit(column)}
                />
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup">
          {rows.slice(topRow, bottomRow).map((row, index) => {
            const number = first + topRow + index;
            return (
              <div
                key={number}
                class="sheet-row"
                role="row"
                aria-rowindex={number + 2}
                style={{ top: px(HEAD_PX + (topRow + index) * ROW_PX), width: px(width) }}
              >
                <div class="row-number" role="rowheader" aria-colindex={1} style={{ width: px(numberWidth) }}>
                  {number + 1}
                </div>
                {drawnColumns.map((column) => {
                  const cell = row[column];
                  const here = number === active.row && column === active.column;
                  const selected =
                    number >= range.top &&
                    number <= range.bottom &&
                    column >= range.left &&
                    column <= range.right;
                  return cell ? (
                    <div
                      key={column}
                      id={cellId(number, column)}
                      class={`sheet-cell ${kindOf(cell)}${selected && anchor ? " selected" : ""}${here ? " active" : ""}`}
                      role="gridcell"
                      aria-colindex={column + 2}
                      aria-selected={selected}
                      data-row={number}
                      data-column={column}
                      style={place(column)}
                    >
                      <span class="sheet-text">{drawn(cell)}</span>
                      <Mark cell={cell} here={here} />
                    </div>
                  ) : null;
                })}
              </div>
            );
          })}
        </div>
      </div>
      <span class="sr-only" id={`${id}-keys`}>
        Enter shows the whole value, Control C copies, plus and minus change the column's width.
      </span>
    </div>
  );
}

function kindOf(cell: Cell): string {
  if (cell.type === "integer" || cell.type === "real") return "number";
  return cell.type === "blob" ? "blob mono" : cell.type;
}

/** What stands behind a value: how long it is if it is cut, and on the active cell what opens it. */
function Mark({ cell, here }: { cell: Cell; here: boolean }) {
  const size = cell.type === "blob" ? cell.bytes : cell.type === "text" ? cell.cut_from : null;
  return (
    <>
      {cell.type === "text" && cell.lossy && <span class="tag">not UTF-8</span>}
      {size !== null && (
        <span class="sheet-size" data-open>
          {bytes(size)}
        </span>
      )}
      {here && (
        <span class="sheet-open" data-open title="Show the whole value">
          <Icon name="expand" size={14} />
        </span>
      )}
    </>
  );
}

/** The right edge of a column's name: dragged it sets the width, a double click fits it to the values. */
function Handle({
  width,
  onResize,
  onFit,
}: {
  width: number;
  onResize: (width: number) => void;
  onFit: () => void;
}) {
  const start = useRef<{ x: number; width: number } | null>(null);
  return (
    <span
      class="sheet-handle"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
        event.preventDefault();
      }}
      onPointerMove={(event) => {
        if (start.current) onResize(start.current.width + event.clientX - start.current.x);
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
      }}
      onDblClick={(event) => {
        event.stopPropagation();
        onFit();
      }}
    />
  );
}

/** Widths of the columns: from the first rows that came, until someone changes them. */
function useWidths({ columns, rows }: Kept) {
  const family = useMemo(() => getComputedStyle(document.documentElement).fontFamily, []);
  const enough = Math.min(rows.length, 200);
  const [byHand, setByHand] = useState<Record<number, number>>({});
  // Rows come in batches: widths follow until there are enough of them.
  const own = useRef<{ enough: number; widths: number[] }>({ enough: -1, widths: [] });
  if (own.current.enough < enough) {
    own.current = { enough, widths: columns.map((name, at) => widthOf(name, rows, at, family)) };
  }
  const widths = useMemo(
    () => own.current.widths.map((width, column) => byHand[column] ?? width),
    [own.current, byHand],
  );
  const resize = (column: number, to: number) => setByHand({ ...byHand, [column]: clampWidth(to) });
  const fit = (column: number) => resize(column, widthOf(columns[column] ?? "", rows, column, family));
  return { widths, resize, fit };
}
