/** The plan as a graph: cards and lines to look at, and a tree to walk through by keyboard. */
import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Graph, GraphCard, PlanNode } from "../../engine/types";
import { followGraph } from "../../store/actions_graph";
import { selectedNode } from "../../store/plan";
import {
  focusRequest,
  fold,
  folded,
  goToText,
  graph,
  matches,
  pointed,
  room,
  shape,
  steps,
  unfolded,
} from "../../store/steps";
import { Icon } from "../../ui/icon";
import { useSlices } from "../../ui/slices";
import { Card, Line } from "./Card";
import { bringIn, camera, first, fitted, zoom } from "./camera";
import { followGestures } from "./gestures";
import { Minimap } from "./Minimap";

/** Below this scale the words on a card are left out. */
const WORDS_FROM = 0.3;
/** Cards this far out of view, in px of the screen, still have their words. */
const BEYOND = 320;
/** From so many cards on there is a map in the corner. */
const MAP_FROM = 6;
/** Cards drawn at a time. */
const SLICE = 24;

const keyOf = (card: GraphCard) => (card.kind === "more" ? `more-${card.id}` : String(card.id));

function labelOf(card: GraphCard, nodes: Map<number, PlanNode>): string {
  const node = card.kind === "step" ? nodes.get(card.id) : undefined;
  const figure = card.figure && card.percent ? `${card.figure}, ${card.percent}.` : "";
  if (!node) return `${card.badge} ${card.title} ${card.subtitle} ${figure}`.trim();
  const away = card.hidden > 0 ? ` ${card.hidden} steps below are folded away.` : "";
  return `${node.badge}: ${node.sentence} ${figure}${away}`;
}

/** Card and position among the children of its parent, for screen readers. */
function places(cards: GraphCard[]): { setSize: number; position: number }[] {
  const sizes = new Map<string, number>();
  const family = (card: GraphCard) => (card.kind === "result" ? "" : `${card.depth} ${card.parent}`);
  const positions = cards.map((card) => {
    const position = (sizes.get(family(card)) ?? 0) + 1;
    sizes.set(family(card), position);
    return position;
  });
  return cards.map((card, at) => ({ setSize: sizes.get(family(card)) ?? 1, position: positions[at] ?? 1 }));
}

export function GraphView({ selected }: { selected: number | null }) {
  const frame = useRef<HTMLDivElement>(null);
  const drawn = graph.value;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      const now = room.peek();
      if (width > 0 && (now.width !== width || now.height !== height)) room.value = { width, height };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // Only now, so that the first drawing is for the room there really is.
    const stop = followGraph();
    return () => {
      stop();
      observer.disconnect();
    };
  }, []);
  return (
    <div class="graph" ref={frame} data-testid="graph">
      {drawn ? (
        <Drawing graph={drawn} selected={selected} />
      ) : (
        <p class="fine graph-wait">Drawing the plan…</p>
      )}
    </div>
  );
}

function Drawing({ graph: drawn, selected }: { graph: Graph; selected: number | null }) {
  const root = useRef<SVGSVGElement>(null);
  const world = useRef<SVGGElement>(null);
  const dragged = useRef<() => boolean>(() => false);
  const nodes = useMemo(() => new Map(steps.value.map((node) => [node.id, node])), [steps.value]);
  const byKey = useMemo(() => new Map(drawn.cards.map((card) => [keyOf(card), card])), [drawn]);
  const labels = useMemo(() => drawn.cards.map((card) => labelOf(card, nodes)), [drawn, nodes]);
  const positions = useMemo(() => places(drawn.cards), [drawn]);

  const ready = useSlices(drawn.cards.length, SLICE);

  useSignalEffect(() => {
    const { x, y, scale } = camera.value;
    world.current?.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  });
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const gestures = followGestures(element);
    dragged.current = gestures.dragged;
    return gestures.stop;
  }, []);
  useKeptView(drawn, byKey, selected);

  // What is in view, in steps of half the margin, so that moving redraws seldom.
  const view = useComputed(() => {
    const { x, y, scale } = camera.value;
    const step = BEYOND / 2;
    const at = (value: number) => Math.round(value / step) * step;
    const { width, height } = room.value;
    return { x: at(x), y: at(y), scale, width, height };
  });
  const { x, y, scale, width, height } = view.value;
  const words = scale >= WORDS_FROM;
  const inView = (left: number, top: number, wide: number, high: number) =>
    words &&
    left * scale + x < width + BEYOND &&
    top * scale + y < height + BEYOND &&
    (left + wide) * scale + x > -BEYOND &&
    (top + high) * scale + y > -BEYOND;
  const found = new Set(matches.value);
  const stop = byKey.has(String(selected)) ? String(selected) : "0";

  const request = focusRequest.value;
  useEffect(() => {
    const card = request && byKey.get(String(request.id));
    if (card && focusCard(root.current, card)) focusRequest.value = null;
  }, [request, byKey, ready]);

  // Those are drawn last, so that the part they share with others shows it.
  const isLit = (card: GraphCard) =>
    card.kind === "step" && (card.id === selected || pointed.value.includes(card.id));

  const cardAt = (event: Event): GraphCard | undefined => {
    const key = (event.target as Element).closest("[data-card]")?.getAttribute("data-card");
    return key === undefined || key === null ? undefined : byKey.get(key);
  };
  const press = (card: GraphCard) => {
    if (card.kind === "more") unfolded.value = new Set([...unfolded.value, card.id]);
    else if (card.kind === "step") selectedNode.value = card.id;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const card = cardAt(event);
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    if (onKey(event.key, card, drawn, byKey, root.current, press)) event.preventDefault();
  };

  return (
    <>
      <svg
        class="graph-drawing"
        ref={root}
        role="tree"
        aria-label="Plan as a graph"
        aria-orientation={drawn.direction === "down" ? "horizontal" : "vertical"}
        onClick={(event) => {
          if (dragged.current()) return;
          const card = cardAt(event);
          if (!card) return;
          const button = (event.target as Element).closest("[data-fold]");
          if (button) fold(card.id, !folded.value.has(card.id));
          else press(card);
        }}
        onFocusIn={(event) => {
          const card = cardAt(event);
          if (!card) return;
          if (card.kind === "step") selectedNode.value = card.id;
          bringIn(card);
        }}
        onMouseOver={(event) => {
          const card = cardAt(event);
          const ids = card?.kind === "step" ? [card.id] : [];
          if (pointed.peek()[0] !== ids[0]) pointed.value = ids;
        }}
        onMouseLeave={() => {
          pointed.value = [];
        }}
        onKeyDown={onKeyDown}
      >
        <g ref={world} role="none">
          <g aria-hidden="true">
            {[false, true].flatMap((lit) =>
              drawn.edges.map((edge) => {
                const card = drawn.cards[edge.from];
                if (!card || edge.from >= ready || lit !== isLit(card)) return null;
                const full = inView(edge.label_x, edge.label_y, 130, 30);
                return <Line key={keyOf(card)} edge={edge} full={full} lit={lit} />;
              }),
            )}
          </g>
          {drawn.cards.slice(0, ready).map((card, at) => (
            <Card
              key={keyOf(card)}
              card={card}
              label={labels[at] ?? ""}
              place={positions[at] ?? { setSize: 1, position: 1 }}
              full={inView(card.x, card.y, card.width, card.height)}
              selected={card.kind === "step" && card.id === selected}
              pointed={card.kind === "step" && pointed.value.includes(card.id)}
              found={card.kind === "step" && found.has(card.id)}
              tabStop={keyOf(card) === stop}
            />
          ))}
        </g>
      </svg>
      <div class="graph-zoom" role="group" aria-label="Zoom">
        <ZoomButton label="Zoom in" icon="plus" onClick={() => zoom(1.3)} />
        <ZoomButton label="Zoom out" icon="minus" onClick={() => zoom(1 / 1.3)} />
        <ZoomButton
          label="Fit"
          icon="fit"
          onClick={() => {
            camera.value = fitted(drawn);
          }}
        />
      </div>
      {drawn.cards.length >= MAP_FROM && <Minimap graph={drawn} />}
    </>
  );
}

function ZoomButton({
  label,
  icon,
  onClick,
}: {
  label: string;
  icon: "plus" | "minus" | "fit";
  onClick: () => void;
}) {
  return (
    <button type="button" class="button icon-only" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

/** False if it is not drawn yet. */
function focusCard(root: SVGSVGElement | null, card: GraphCard): boolean {
  const element = root?.querySelector<SVGElement>(`[data-card="${keyOf(card)}"]`);
  element?.focus({ preventScroll: true });
  return element != null;
}

/** Walks, folds and zooms. False when the key means nothing here. */
function onKey(
  key: string,
  card: GraphCard,
  drawn: Graph,
  byKey: Map<string, GraphCard>,
  root: SVGSVGElement | null,
  press: (card: GraphCard) => void,
): boolean {
  const cards = drawn.cards;
  const at = cards.indexOf(card);
  const down = drawn.direction === "down";
  const below = cards[at + 1]?.depth === card.depth + 1 ? cards[at + 1] : undefined;
  const above = card.kind === "more" ? byKey.get(String(card.id)) : byKey.get(String(card.parent));
  const ways: Record<string, GraphCard | undefined> = {
    [down ? "ArrowRight" : "ArrowDown"]: cards[at + 1],
    [down ? "ArrowLeft" : "ArrowUp"]: cards[at - 1],
    [down ? "ArrowDown" : "ArrowRight"]: below,
    [down ? "ArrowUp" : "ArrowLeft"]: card.kind === "result" ? undefined : above,
    Home: cards[0],
    End: cards.at(-1),
  };
  if (key in ways) {
    const next = ways[key];
    if (next) focusCard(root, next);
    else if (key === (down ? "ArrowDown" : "ArrowRight") && card.hidden > 0) unfold(card, press);
    return true;
  }
  if (key === "Enter") {
    if (card.kind === "step") goToText(card.id);
    else press(card);
  } else if (key === " ") {
    if (card.kind === "step" && card.has_children) fold(card.id, !folded.value.has(card.id));
    else press(card);
  } else if (key === "+" || key === "=") zoom(1.3);
  else if (key === "-") zoom(1 / 1.3);
  else if (key === "0") camera.value = fitted(drawn);
  else return false;
  return true;
}

function unfold(card: GraphCard, press: (card: GraphCard) => void): void {
  if (card.kind === "step") fold(card.id, false);
  else press(card);
}

/**
 * Another plan comes into view as a whole, or as much of it as can be read. When the same one is folded or
 * turned, the step on show stays where it was.
 */
function useKeptView(drawn: Graph, byKey: Map<string, GraphCard>, selected: number | null): void {
  const before = useRef<{ shape: string; byKey: Map<string, GraphCard>; direction: string } | null>(null);
  useEffect(() => {
    const last = before.current;
    before.current = { shape: shape.value, byKey, direction: drawn.direction };
    const card = byKey.get(String(selected)) ?? drawn.cards[0];
    if (!last || last.shape !== shape.value || last.direction !== drawn.direction) {
      camera.value = first(drawn, card);
      if (card && drawn.cards.length >= MAP_FROM) bringIn(card);
      return;
    }
    const was = card && last.byKey.get(keyOf(card));
    if (!card || !was) return;
    const now = camera.peek();
    camera.value = {
      scale: now.scale,
      x: now.x + (was.x - card.x) * now.scale,
      y: now.y + (was.y - card.y) * now.scale,
    };
  }, [drawn]);
  // Chosen elsewhere, in the text or by the search, it has to be brought into view.
  useEffect(() => {
    const card = byKey.get(String(selected));
    if (card) bringIn(card);
  }, [selected]);
}
