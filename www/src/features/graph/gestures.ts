/** Drag, pinch and wheel on the graph. */
import { move, zoom } from "./camera";

/** Pixels a press may move and still be a click. */
const STILL = 4;

/** Listens on the frame; returns what stops it. `dragged` tells of the last press whether it was no click. */
export function followGestures(frame: HTMLElement | SVGElement): {
  stop: () => void;
  dragged: () => boolean;
} {
  const pressed = new Map<number, { x: number; y: number }>();
  let way = 0;
  const place = (event: { clientX: number; clientY: number }) => {
    const { left, top } = frame.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    if (pressed.size === 0) way = 0;
    pressed.set(event.pointerId, place(event));
  };
  const drag = (event: PointerEvent) => {
    const before = pressed.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
    way += Math.hypot(dx, dy);
    // Only once it is a drag, else a click on a card would go to the frame.
    if (way > STILL && !frame.hasPointerCapture(event.pointerId)) frame.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, now);
    if (other) {
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(now.x - other.x, now.y - other.y);
      move(dx / 2, dy / 2);
      if (was > 0 && is > 0) zoom(is / was, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else if (way > STILL) move(dx, dy);
  };
  const up = (event: PointerEvent) => {
    pressed.delete(event.pointerId);
  };
  const wheel = (event: Event) => {
    const { deltaY, deltaX, deltaMode, ctrlKey, shiftKey, clientX, clientY } = event as WheelEvent;
    event.preventDefault();
    const lines = deltaMode === 1 ? 16 : 1;
    if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
      move(-(deltaX || deltaY) * lines, 0);
      return;
    }
    // A pinch on a touch pad comes as a wheel with the control key, in small steps.
    zoom(Math.exp(-deltaY * lines * (ctrlKey ? 0.01 : 0.0016)), place({ clientX, clientY }));
  };
  const listeners: [string, (event: never) => void][] = [
    ["pointerdown", down],
    ["pointermove", drag],
    ["pointerup", up],
    ["pointercancel", up],
  ];
  for (const [name, listener] of listeners) frame.addEventListener(name, listener as EventListener);
  frame.addEventListener("wheel", wheel, { passive: false });
  return {
    dragged: () => way > STILL,
    stop: () => {
      for (const [name, listener] of listeners) frame.removeEventListener(name, listener as EventListener);
      frame.removeEventListener("wheel", wheel);
    },
  };
}
