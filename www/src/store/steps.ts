/**
 * What the views of a plan share: the step that is chosen or pointed at, the figure they compare by, what
 * is folded, sorted and searched for, and which stretches of the text belong to which step.
 */
import { computed, effect, signal } from "@preact/signals";
import type { Direction, Graph, Metric, PlanNode, Role, StatementPlan } from "../engine/types";
import { active, moveTo, text } from "./editor";
import { steady } from "./keep";
import { selectedNode, shownPlan } from "./plan";
import { tab } from "./view";

export const METRICS: { id: Metric; label: string; help: string }[] = [
  { id: "rows_visited", label: "Visited", help: "Rows that each step looked at, of all rows looked at." },
  { id: "rows_out", label: "Out", help: "Rows that each step handed on, of all rows handed on." },
  {
    id: "vm_steps",
    label: "VM steps",
    help: "SQLite keeps no clock for each step of a plan, so there is no share of time; that of the VM steps is the nearest thing to it.",
  },
  { id: "page_requests", label: "Requests", help: "Pages that each step asked for." },
  { id: "page_reads", label: "Reads", help: "Pages that each step had to read from the file." },
];
export const metric = signal<Metric>("vm_steps");

/** The steps under the mouse, or those of the piece of text under it. */
export const pointed = signal<readonly number[]>([]);
/** A wish to put the keyboard's focus on a step; each is a new object. */
export const focusRequest = signal<{ id: number } | null>(null);

/** Steps whose children are not shown. */
export const folded = signal<ReadonlySet<number>>(new Set());
/** In the graph, steps with less than this share are drawn as one. */
export const below = signal(0);
/** Parents whose small steps are drawn all the same; 0 is the top. */
export const unfolded = signal<ReadonlySet<number>>(new Set());
export const direction = signal<Direction | null>(null);
/** Width and height that the graph has. */
export const room = signal({ width: 900, height: 420 });
export const graph = signal<Graph | null>(null);

export const search = signal("");
export type SortKey = Metric | "estimate";
/** Null is the plan's own order. */
export const sort = signal<{ key: SortKey; up: boolean } | null>(null);

/** Colour the text by the share of the work. */
export const heat = signal(false);

/** The steps in the order of the plan's text. */
export const steps = steady<PlanNode[]>(() =>
  [...(shownPlan.value?.plan.plan ?? [])].sort((a, b) => a.line - b.line),
);

/** The chosen step, or else the one with the most work, or else the first of the most serious ones. */
export const shownNode = computed<PlanNode | null>(() => {
  const nodes = steps.value;
  const chosen = nodes.find((node) => node.id === selectedNode.value);
  const work = (node: PlanNode) => node.work?.vm_steps ?? 0;
  const most = nodes.reduce((most, node) => Math.max(most, work(node)), 0);
  if (!chosen && most > 0) return nodes.find((node) => work(node) === most) ?? null;
  const bad = nodes.find((node) => node.tone === "bad");
  const warn = nodes.find((node) => node.tone === "warn");
  return chosen ?? bad ?? warn ?? nodes[0] ?? null;
});

/** Steps that hold all words of the search, in the order of the text. */
export const matches = computed<number[]>(() => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const holds = ({ detail, badge, sentence, op }: PlanNode) => {
    const all = [detail, badge, sentence, op.table, op.alias, op.index?.name].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return steps.value.filter(holds).map((node) => node.id);
});

/** Shows the next or the one before of what was found, and unfolds what it is in. */
export function nextMatch(by: 1 | -1): void {
  const found = matches.value;
  const at = found.indexOf(selectedNode.value ?? -1);
  const next = found[at < 0 ? (by === 1 ? 0 : found.length - 1) : (at + by + found.length) % found.length];
  if (next !== undefined) reveal(next);
}

/** Chooses a step and unfolds all it is in. */
export function reveal(id: number): void {
  const byId = new Map(steps.value.map((node) => [node.id, node]));
  const open = new Set(folded.value);
  const drawn = new Set(unfolded.value);
  for (let node = byId.get(id); node; node = byId.get(node.parent)) {
    open.delete(node.parent);
    drawn.add(byId.has(node.parent) ? node.parent : 0);
  }
  if (open.size !== folded.value.size) folded.value = open;
  if (below.value > 0) unfolded.value = drawn;
  selectedNode.value = id;
}

export function fold(id: number, hide: boolean): void {
  const next = new Set(folded.value);
  if (hide) next.add(id);
  else next.delete(id);
  folded.value = next;
}

/** The same for plans of the same steps. */
export const shape = computed(() => steps.value.map(({ id, detail }) => `${id} ${detail}`).join("\n"));
// A plan of other steps starts unfolded.
effect(() => {
  shape.value;
  folded.value = new Set();
  unfolded.value = new Set();
  pointed.value = [];
});

// ---- pieces of the text --------------------------------------------------------------------------------

export const ROLES: { id: Role; label: string }[] = [
  { id: "source", label: "read from" },
  { id: "key", label: "looked up by" },
  { id: "filter", label: "checked for each row" },
  { id: "clause", label: "clause" },
  { id: "subquery", label: "subquery" },
];

export interface Mark {
  from: number;
  to: number;
  role: Role;
}

export interface HeatMark {
  from: number;
  to: number;
  share: number;
  level: number;
}

/** The plan on show with the place of its statement in the text that it was made for. */
const placed = computed<{ plan: StatementPlan; offset: number } | null>(() => {
  const statement = active.value;
  const plan = shownPlan.value?.plan;
  if (!statement || !plan || plan.error || plan.sql !== statement.sql) return null;
  return { plan, offset: statement.span.start };
});

/** The same as long as the text is still that one; "late" until there is a plan of the text as it is now. */
const placedNow = computed(() => {
  const at = placed.value;
  return at && !text.value.startsWith(at.plan.sql, at.offset) ? "late" : at;
});

/** Roles that occur in the plan on show. */
export const roles = steady<Role[]>(() => [
  ...new Set(placed.value?.plan.places.flatMap((place) => place.pieces.map((piece) => piece.role)) ?? []),
]);

/** The text of a piece as it was when it was planned. */
export function textOf({ from, to }: Mark): string {
  const at = placed.value;
  return at ? at.plan.sql.slice(from - at.offset, to - at.offset) : "";
}

/** Where a step stands in the text. */
export function piecesOf(id: number): Mark[] {
  const at = placed.value;
  const index = at?.plan.plan.findIndex((node) => node.id === id) ?? -1;
  return (at?.plan.places[index]?.pieces ?? []).map(({ role, span }) => ({
    role,
    from: span.start + (at?.offset ?? 0),
    to: span.end + (at?.offset ?? 0),
  }));
}

export function noteOf(id: number): string | null {
  const plan = shownPlan.value?.plan;
  const index = plan?.plan.findIndex((node) => node.id === id) ?? -1;
  return plan?.places[index]?.note ?? null;
}

/**
 * What is marked in the text: the pieces of the steps pointed at, or else of the one on show. Null while the plan is
 * late: what is marked then moves with the text.
 */
export const marks = steady<Mark[] | null>(() => {
  if (tab.value !== "plan" && tab.value !== "bytecode") return [];
  if (placedNow.value === "late") return null;
  const shown = shownNode.value;
  const ids = pointed.value.length > 0 ? pointed.value : shown ? [shown.id] : [];
  return ids.flatMap(piecesOf);
});

export const measured = computed(() => steps.value.some((node) => node.measures.length > 0));

export const heatMarks = steady<HeatMark[] | null>(() => {
  const at = placedNow.value;
  if (!heat.value || !at) return [];
  if (at === "late") return null;
  return at.plan.heat.flatMap(({ span, measures }) => {
    const found = measures.find((measure) => measure.metric === metric.value);
    return found
      ? [{ from: span.start + at.offset, to: span.end + at.offset, share: found.share, level: found.level }]
      : [];
  });
});

/** The steps of the smallest piece at a place of the text. */
export function stepsAt(offset: number): number[] {
  const at = placedNow.value;
  if (!at || at === "late") return [];
  let smallest = Number.POSITIVE_INFINITY;
  let found: number[] = [];
  for (const { id } of at.plan.plan) {
    for (const { from, to } of piecesOf(id)) {
      if (offset < from || offset > to || to - from > smallest) continue;
      if (to - from < smallest) found = [];
      smallest = to - from;
      if (!found.includes(id)) found.push(id);
    }
  }
  return found;
}

/** Chooses the step that a place of the text belongs to; the next one, if several do. */
export function chooseAt(offset: number): boolean {
  const found = stepsAt(offset);
  const at = found.indexOf(selectedNode.value ?? -1);
  const next = found[(at + 1) % found.length];
  if (next === undefined) return false;
  reveal(next);
  return true;
}

/** From the cursor to the step, with the keyboard's focus. */
export function goToStep(offset: number): boolean {
  if (!chooseAt(offset) || selectedNode.value === null) return false;
  tab.value = "plan";
  focusRequest.value = { id: selectedNode.value };
  return true;
}

/** From a step to its place in the text, with the keyboard's focus. */
export function goToText(id: number): void {
  const first = piecesOf(id)[0];
  if (first) moveTo(first.from);
}
