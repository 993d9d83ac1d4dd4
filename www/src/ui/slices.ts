/** Long lists are drawn a part at a time, so that no single task keeps the page from answering. */
import { useEffect, useRef, useState } from "preact/hooks";

/** How many of `total` to draw now; it grows by `size` with each frame. */
export function useSlices(total: number, size: number): number {
  const [drawn, setDrawn] = useState(size);
  useEffect(() => {
    if (drawn >= total) return;
    const frame = requestAnimationFrame(() => setDrawn(drawn + size));
    return () => cancelAnimationFrame(frame);
  }, [drawn, total, size]);
  return Math.min(drawn, total);
}

/**
 * A list as it may be drawn now: with each frame at most `size` places take what stands there in the new list, the
 * first ones first. Until then they keep what they had, so keys have to go by place.
 */
export function useGradual<T>(list: readonly T[], size: number): readonly T[] {
  const drawn = useRef<readonly T[]>([]);
  const [, draw] = useState(0);
  const before = drawn.current;
  const next: T[] = [];
  let changes = 0;
  for (const [place, item] of list.entries()) {
    const was = before[place];
    if (was === item || changes < size) {
      if (was !== item) changes++;
      next.push(item);
    } else if (was !== undefined) next.push(was);
    else break;
  }
  const now =
    next.length === before.length && next.every((item, place) => item === before[place]) ? before : next;
  drawn.current = now;
  const ready = now.length === list.length && now.every((item, place) => item === list[place]);
  useEffect(() => {
    if (ready) return;
    const frame = requestAnimationFrame(() => draw((count) => count + 1));
    return () => cancelAnimationFrame(frame);
  });
  return now;
}
