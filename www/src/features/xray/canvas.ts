/** A canvas that stands still in a scrolled box, sharp on every screen, drawn again when something changes. */
import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { theme } from "../../store/theme";
import { Paint } from "./paint";

export interface Size {
  width: number;
  height: number;
}

/** The inner size of an element, as it changes. */
export function useSize(ref: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** The colours of the theme that is on. */
export function usePaint(ref: RefObject<HTMLElement | null>): Paint | null {
  const [paint, setPaint] = useState<Paint | null>(null);
  useEffect(() => {
    const renew = () => ref.current && setPaint(new Paint(ref.current));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", renew);
    const stop = effect(() => {
      theme.value;
      // The attribute it sets has to be there first.
      queueMicrotask(renew);
    });
    return () => {
      dark.removeEventListener("change", renew);
      stop();
    };
  }, [ref]);
  return paint;
}

/** Calls `draw` before the next frame after each render, and when the returned function is called. */
export function useDrawing(
  ref: RefObject<HTMLCanvasElement | null>,
  { width, height }: Size,
  draw: (context: CanvasRenderingContext2D) => void,
): () => void {
  const latest = useRef(draw);
  latest.current = draw;
  const frame = useRef(0);
  const redraw = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const canvas = ref.current;
      const context = canvas?.getContext("2d");
      if (!canvas || !context) return;
      const density = globalThis.devicePixelRatio || 1;
      const [w, h] = [Math.round(width * density), Math.round(height * density)];
      if (canvas.width !== w || canvas.height !== h) {
        canvas.width = w;
        canvas.height = h;
      }
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, width, height);
      latest.current(context);
    });
  };
  useEffect(redraw);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return redraw;
}
