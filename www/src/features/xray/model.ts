/** The packed map and trace of one database as arrays that can be drawn from. */
import type { PackedTrace, PageKind, PagesSummary, PageTree, XrayArm } from "../../engine/types";
import { count, plural } from "../../ui/format";

export interface Trace {
  /** Pages asked for, by number. */
  pages: Uint32Array;
  requests: Float64Array;
  reads: Uint32Array;
  order: Uint32Array;
  orderRequests: Uint32Array;
  orderReads: Uint8Array;
  requestsInOrder: number;
  wholeOrder: boolean;
}

export interface PageModel {
  summary: PagesSummary;
  trees: PageTree[];
  /** Pages are numbered from 1; arrays have an unused first entry. */
  pageCount: number;
  tree: Uint32Array;
  kind: Uint8Array;
  level: Uint8Array;
  /** Percent, or 255. */
  fill: Uint8Array;
  kinds: PageKind[];
  /** Pieces of the file that one tree takes: first page, and behind the last. */
  pieces: { tree: number; from: number; to: number }[];
  trace: Trace | null;
}

const NOT_KNOWN = 255;

const u32 = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const f64 = (bytes: Uint8Array) => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);

export function unpack({ summary, map, trace }: XrayArm): PageModel {
  const size = summary.page_count + 1;
  const tree = new Uint32Array(size);
  const kind = new Uint8Array(size);
  const level = new Uint8Array(size);
  const fill = new Uint8Array(size).fill(NOT_KNOWN);
  fill.set(map.fill, 1);
  const pieces: PageModel["pieces"] = [];
  const runs = u32(map.runs);
  let from = 1;
  for (let at = 0; at + 3 < runs.length; at += 4) {
    const [of = 0, is = 0, depth = 0, pages = 0] = runs.subarray(at, at + 4);
    tree.fill(of, from, from + pages);
    kind.fill(is, from, from + pages);
    level.fill(depth, from, from + pages);
    const last = pieces.at(-1);
    if (last?.tree === of) last.to = from + pages;
    else pieces.push({ tree: of, from, to: from + pages });
    from += pages;
  }
  return {
    summary,
    trees: summary.trees,
    pageCount: summary.page_count,
    tree,
    kind,
    level,
    fill,
    kinds: map.kinds,
    pieces,
    trace: trace && unpackTrace(trace),
  };
}

function unpackTrace(trace: PackedTrace): Trace {
  return {
    pages: u32(trace.pages),
    requests: f64(trace.requests),
    reads: u32(trace.reads),
    order: u32(trace.order),
    orderRequests: u32(trace.order_requests),
    orderReads: trace.order_reads,
    requestsInOrder: trace.requests_in_order,
    wholeOrder: trace.whole_order,
  };
}

/** How often each page was asked for, in all or in the first `step` entries of the order. */
export function countsAt(model: PageModel, step: number | null): Float64Array {
  const counts = new Float64Array(model.pageCount + 1);
  const trace = model.trace;
  if (!trace) return counts;
  if (step === null) {
    trace.pages.forEach((page, at) => {
      counts[page] = trace.requests[at] ?? 0;
    });
    return counts;
  }
  for (let at = 0; at < step && at < trace.order.length; at++) {
    const page = trace.order[at] ?? 0;
    counts[page] = (counts[page] ?? 0) + (trace.orderRequests[at] ?? 0);
  }
  return counts;
}

/** Steps of how often a page was asked for: 0, 1, up to 9, up to 99, more. */
export function countClass(requests: number): number {
  if (requests === 0) return 0;
  if (requests < 2) return 1;
  return requests < 10 ? 2 : requests < 100 ? 3 : 4;
}

export const COUNT_CLASSES = ["not asked for", "once", "2–9 times", "10–99", "100 or more"];

const KIND_WORDS: Record<PageKind, string> = {
  inner: "inner page",
  leaf: "leaf",
  overflow: "overflow page",
  freelist_trunk: "list of free pages",
  freelist_leaf: "free page",
  pointer_map: "pointer map",
  lock_byte: "lock-byte page, never used",
  damaged: "damaged page",
  not_reached: "page that was not reached",
};

export function treeOf(model: PageModel, page: number): PageTree | undefined {
  return model.trees[model.tree[page] ?? -1];
}

export function isBTree(tree: PageTree | undefined): boolean {
  return tree?.kind === "table" || tree?.kind === "index";
}

/** "root of invoices", "leaf of idx_day on invoices". */
export function pageWords(model: PageModel, page: number): string {
  const kind = model.kinds[model.kind[page] ?? 0] ?? "not_reached";
  const tree = treeOf(model, page);
  if (!isBTree(tree) || !tree) return KIND_WORDS[kind];
  const of = tree.kind === "index" ? `${tree.name} on ${tree.table}` : tree.name;
  return page === tree.root ? `root of ${of}` : `${KIND_WORDS[kind]} of ${of}`;
}

/** All that is known of a page, in one line. */
export function pageLine(model: PageModel, page: number, requests: number): string {
  const words = [`Page ${count(page)}: ${pageWords(model, page)}`];
  const tree = treeOf(model, page);
  if (isBTree(tree) && tree && tree.depth > 1) {
    words.push(`level ${(model.level[page] ?? 0) + 1} of ${tree.depth}`);
  }
  const fill = model.fill[page] ?? NOT_KNOWN;
  if (fill !== NOT_KNOWN) words.push(`${fill} % full`);
  if (model.trace) {
    words.push(requests > 0 ? `asked for ${times(requests)}` : "not asked for");
    const reads = readsOf(model.trace, page);
    if (requests > 0 && reads > 0) words.push(`read ${times(reads)}`);
  }
  return words.join(" · ");
}

function times(n: number): string {
  return n === 1 ? "once" : plural(n, "time");
}

function readsOf(trace: Trace, page: number): number {
  let low = 0;
  let high = trace.pages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = trace.pages[middle] ?? 0;
    if (found === page) return trace.reads[middle] ?? 0;
    if (found < page) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** What several pages are: "Pages 1 to 64: 60 of invoices, 4 of payments; 12 asked for". */
export function rangeLine(model: PageModel, from: number, to: number, counts: Float64Array): string {
  const pages = new Map<number, number>();
  let touched = 0;
  let requests = 0;
  for (let page = from; page < to; page++) {
    const tree = model.tree[page] ?? 0;
    pages.set(tree, (pages.get(tree) ?? 0) + 1);
    const asked = counts[page] ?? 0;
    if (asked > 0) touched++;
    requests += asked;
  }
  const parts = [...pages]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
    .map(([tree, n]) => `${count(n)} of ${model.trees[tree]?.name ?? "?"}`);
  const more = pages.size > 4 ? " and others" : "";
  const asked = model.trace
    ? touched > 0
      ? `; ${count(touched)} asked for, ${plural(requests, "request")}`
      : "; none asked for"
    : "";
  return `Pages ${count(from)} to ${count(to - 1)}: ${parts.join(", ")}${more}${asked}`;
}
