/** What part of the graph is in view: moved, zoomed and fitted. Lengths are CSS pixels. */
import { signal } from "@preact/signals";
import type { Graph, GraphCard } from "../../engine/types";
import { room } from "../../store/steps";

/** A point p of the drawing is shown at p · scale + (x, y). */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export const camera = signal<Camera>({ x: 0, y: 0, scale: 1 });

/** Small enough for a column of some hundred cards. */
const LEAST = 0.004;
const MOST = 2.5;
const MARGIN = 20;
/** Where the tools lie over the graph. */
const TOP = 48;
export const MAP = { width: 120, height: 78 };
/** Below this the words on the cards cannot be read. */
const READABLE = 0.6;

function clamped(scale: number): number {
  return Math.min(MOST, Math.max(LEAST, scale));
}

/** All of the graph, no larger than life. */
export function fitted(graph: Graph): Camera {
  const { width, height } = room.peek();
  const scale = clamped(
    Math.min((width - 2 * MARGIN) / graph.width, (height - TOP - MARGIN) / graph.height, 1),
  );
  return {
    scale,
    x: (width - graph.width * scale) / 2,
    y: TOP + (height - TOP - MARGIN - graph.height * scale) / 2,
  };
}

/** All of it if that can be read, else a readable part with this card in it. */
export function first(graph: Graph, card: GraphCard | undefined): Camera {
  const all = fitted(graph);
  if (all.scale >= READABLE || !card) return all;
  const { width, height } = room.peek();
  const scale = 0.75;
  const across = (size: number, whole: number, middle: number, before: number) =>
    whole * scale + before + MARGIN <= size
      ? before + (size - before - MARGIN - whole * scale) / 2
      : Math.min(before, Math.max(size - whole * scale - MARGIN, size / 2 - middle * scale));
  return {
    scale,
    x: across(width, graph.width, card.x + card.width / 2, MARGIN),
    y: across(height, graph.height, card.y + card.height / 2, TOP),
  };
}

/** Zooms by a factor and keeps a point of the frame where it is; without one, the middle. */
export function zoom(by: number, at?: { x: number; y: number }): void {
  const now = camera.peek();
  const { width, height } = room.peek();
  const { x, y } = at ?? { x: width / 2, y: height / 2 };
  const scale = clamped(now.scale * by);
  const real = scale / now.scale;
  camera.value = { scale, x: x - (x - now.x) * real, y: y - (y - now.y) * real };
}

export function move(dx: number, dy: number): void {
  const now = camera.peek();
  camera.value = { ...now, x: now.x + dx, y: now.y + dy };
}

/** Puts a point of the drawing into the middle. */
export function centre(x: number, y: number): void {
  const { scale } = camera.peek();
  const { width, height } = room.peek();
  camera.value = { scale, x: width / 2 - x * scale, y: height / 2 - y * scale };
}

/** Moves as little as brings all of a card into view. */
export function bringIn(card: GraphCard): void {
  const { x, y, scale } = camera.peek();
  const { width, height } = room.peek();
  const by = (start: number, size: number, whole: number, before: number) => {
    const end = start + size;
    if (start >= before && end <= whole - MARGIN) return 0;
    return start < before || size > whole - before - MARGIN ? before - start : whole - MARGIN - end;
  };
  const dx = by(card.x * scale + x, card.width * scale, width, MARGIN);
  let dy = by(card.y * scale + y, card.height * scale, height, TOP);
  // Not below the map in the lower left corner either.
  const above = height - MAP.height - MARGIN - ((card.y + card.height) * scale + y + dy);
  if (card.x * scale + x + dx < MAP.width + MARGIN && above < 0) dy += above;
  if (dx !== 0 || dy !== 0) move(dx, dy);
}
