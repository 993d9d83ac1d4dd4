/** A bar that divides two panes; dragged, or moved with the arrow keys. Sets a CSS custom property in px. */
import { useEffect, useRef, useState } from "preact/hooks";

interface SplitterProps {
  label: string;
  property: string;
  initial: number;
  min: number;
  max: number;
  direction: "horizontal" | "vertical";
}

export function Splitter({ label, property, initial, min, max, direction }: SplitterProps) {
  const [size, setSize] = useState(initial);
  const drag = useRef<{ at: number; size: number } | null>(null);
  const position = (event: PointerEvent) => (direction === "vertical" ? event.clientY : event.clientX);
  const set = (next: number) => setSize(Math.round(Math.min(max, Math.max(min, next))));
  useEffect(() => {
    document.documentElement.style.setProperty(property, `${size}px`);
  }, [property, size]);
  return (
    <hr
      class={`splitter ${direction}`}
      aria-label={label}
      aria-orientation={direction === "vertical" ? "horizontal" : "vertical"}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { at: position(event), size };
      }}
      onPointerMove={(event) => {
        if (drag.current) set(drag.current.size + position(event) - drag.current.at);
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onKeyDown={(event) => {
        const step = { ArrowUp: -16, ArrowLeft: -16, ArrowDown: 16, ArrowRight: 16 }[event.key];
        if (!step) return;
        event.preventDefault();
        set(size + step);
      }}
    />
  );
}
