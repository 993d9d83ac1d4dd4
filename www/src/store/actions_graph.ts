/** The graph of a plan, as the engine lays it out and draws it. */
import { computed, effect, untracked } from "@preact/signals";
import type { Direction, GraphRequest } from "../engine/types";
import { engine } from "./actions_call";
import { keep } from "./keep";
import { shownPlan } from "./plan";
import { below, direction, folded, graph, measured, metric, room, shape, unfolded } from "./steps";

/** Which way the plan of this shape went when it was first drawn: folding must not turn it. */
let settled: { shape: string; direction: Direction } | null = null;

/** What the graph is drawn from, or null if there is no plan to draw. */
export const graphRequest = computed<GraphRequest | null>(() => {
  const plan = shownPlan.value?.plan;
  if (!plan || plan.plan.length === 0) return null;
  const figures = measured.value;
  return {
    nodes: plan.plan,
    metric: figures ? metric.value : null,
    rows_returned: plan.counters?.rows_returned ?? null,
    rest_measures: plan.rest_measures,
    direction: direction.value ?? (settled?.shape === shape.value ? settled.direction : null),
    room_width: room.value.width,
    room_height: room.value.height,
    collapsed: [...folded.value],
    below: figures ? below.value : 0,
    shown: [...unfolded.value],
  };
});

/** Keeps the graph as the plan and the choices are; returns what stops it. */
export function followGraph(): () => void {
  return effect(() => {
    const wanted = graphRequest.value;
    untracked(() => void refresh(wanted));
  });
}

async function refresh(wanted: GraphRequest | null): Promise<void> {
  if (!wanted) {
    graph.value = null;
    return;
  }
  try {
    const drawn = await engine().call("graph", [wanted], { lane: "graph" }).answer;
    if (wanted !== graphRequest.value) return;
    graph.value = keep(graph.value, drawn);
    settled = { shape: shape.value, direction: drawn.direction };
  } catch {
    // A newer wish took its place, or the worker was replaced: what is drawn stays until the next one.
  }
}
