/** All of a large graph in a corner, with the part in view; dragging in it moves the view. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Graph } from "../../engine/types";
import { room } from "../../store/steps";
import { camera, centre, MAP } from "./camera";

export function Minimap({ graph }: { graph: Graph }) {
  const root = useRef<SVGSVGElement>(null);
  const view = useRef<SVGRectElement>(null);
  const scale = Math.min(MAP.width / graph.width, MAP.height / graph.height);
  useSignalEffect(() => {
    const { x, y, scale: shown } = camera.value;
    const { width, height } = room.value;
    const set = (name: string, value: number) => view.current?.setAttribute(name, String(value));
    set("x", -x / shown);
    set("y", -y / shown);
    set("width", width / shown);
    set("height", height / shown);
    const all = x >= 0 && y >= 0 && x + graph.width * shown <= width && y + graph.height * shown <= height;
    root.current?.classList.toggle("all", all);
  });
  const go = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const { left, top } = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    centre((event.clientX - left) / scale, (event.clientY - top) / scale);
    event.stopPropagation();
  };
  return (
    <svg
      class="minimap"
      ref={root}
      aria-hidden="true"
      data-testid="minimap"
      width={Math.max(12, graph.width * scale)}
      height={Math.max(12, graph.height * scale)}
      viewBox={`0 0 ${graph.width} ${graph.height}`}
      preserveAspectRatio="xMinYMin"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={go}
    >
      {graph.cards.map((card) => (
        <rect
          key={`${card.kind} ${card.id}`}
          class={`mini mini-${card.tone}`}
          x={card.x}
          y={card.y}
          width={card.width}
          height={card.height}
        />
      ))}
      <rect class="mini-view" ref={view} />
    </svg>
  );
}
