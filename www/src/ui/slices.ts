/** Long lists are drawn a part at a time, so that no single task keeps the page from answering. */
import { useEffect, useState } from "preact/hooks";

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
