/** A plan as a tree grid: one row per step, with bars for the measured work; sorted by a figure it is a plain grid. */
import { useEffect, useRef } from "preact/hooks";
import type { Counters, Measure, Metric, PlanNode, Work } from "../../engine/types";
import { selectedNode } from "../../store/plan";
import {
  focusRequest,
  fold,
  folded,
  goToText,
  matches,
  metric,
  pointed,
  type SortKey,
  sort,
  steps,
} from "../../store/steps";
import { Badge } from "../../ui/basics";
import { count, percent, plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { Level, SHARE_WORDS } from "../../ui/level";
import { useGradual } from "../../ui/slices";
import { Still } from "../../ui/still";
import { moveFocus } from "../../ui/tree";
import { Estimate } from "./Estimate";

const COLUMNS: { key: SortKey; label: string; title?: string }[] = [
  { key: "rows_visited", label: "Rows visited", title: "Rows looked at, in all loops" },
  { key: "rows_out", label: "Rows out", title: "Those that passed the step's conditions" },
  {
    key: "estimate",
    label: "Estimated per loop",
    title: "Rows that SQLite's planner expected each time the step is entered",
  },
  { key: "vm_steps", label: "VM steps" },
  { key: "page_requests", label: "Page requests" },
  { key: "page_reads", label: "Page reads" },
];

/** Rows drawn at a time. */
const SLICE = 16;
/** From so many steps on, those out of sight are passed over by the browser. */
const LONG = 60;

interface PlanTreeProps {
  measured: boolean;
  /** Of the whole statement, when it ran. */
  counters: Counters | null;
  rest: Work | null;
  /** The id of the step on show. */
  selected: number | null;
}

/** What a step is sorted by; steps without the figure come last. */
function sortValue(node: PlanNode, key: SortKey): number {
  if (key !== "estimate") return figure(node, key)?.value ?? -1;
  const ratio = node.loops?.estimate_ratio ?? null;
  return ratio === null ? -1 : Math.max(ratio, 1 / ratio);
}

function figure(node: PlanNode, key: Metric): Measure | undefined {
  return node.measures.find((measure) => measure.metric === key);
}

/** The rows in their order: without those that are folded away, or all of them by a figure. */
function rowsOf(nodes: PlanNode[]): PlanNode[] {
  const order = sort.value;
  if (order) {
    const by = order.up ? 1 : -1;
    return [...nodes].sort((a, b) => by * (sortValue(a, order.key) - sortValue(b, order.key)));
  }
  const hidden = new Set<number>();
  return nodes.filter((node) => {
    const away = folded.value.has(node.parent) || hidden.has(node.parent);
    if (away) hidden.add(node.id);
    return !away;
  });
}

export function PlanTree({ measured, counters, rest, selected }: PlanTreeProps) {
  const root = useRef<HTMLTableElement>(null);
  const nodes = steps.value;
  const rows = useGradual(rowsOf(nodes), SLICE);
  const parents = new Set(nodes.map((node) => node.parent));
  const found = new Set(matches.value);
  const tabStop = rows.some((node) => node.id === selected) ? selected : (rows[0]?.id ?? null);
  const request = focusRequest.value;
  useEffect(() => {
    const row = request && root.current?.querySelector<HTMLElement>(`[data-node="${request.id}"]`);
    if (!row) return;
    row.focus();
    focusRequest.value = null;
  }, [request, rows]);

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=row][data-node]");
    if (!row || event.target !== row) return;
    const id = Number(row.dataset.node);
    const node = nodes.find((one) => one.id === id);
    const branch = sort.value === null && parents.has(id);
    if (event.key === "Enter") goToText(id);
    else if (event.key === "ArrowRight" && branch && folded.value.has(id)) fold(id, false);
    else if (event.key === "ArrowLeft" && branch && !folded.value.has(id)) fold(id, true);
    else if (event.key === "ArrowLeft" && node) {
      root.current?.querySelector<HTMLElement>(`[data-node="${node.parent}"]`)?.focus();
    } else if (!moveFocus(root.current?.querySelector("tbody") ?? null, row, event.key)) return;
    event.preventDefault();
  };

  return (
    <table
      class={["plan-tree", measured ? "measured" : "", nodes.length >= LONG ? "long" : ""].join(" ").trim()}
      role="treegrid"
      aria-label="Plan"
      ref={root}
      onKeyDown={onKeyDown}
      onMouseLeave={() => {
        pointed.value = [];
      }}
    >
      {/* Drawn as blocks and grids, so the roles of a table have to be said. */}
      <thead role="rowgroup" class={measured ? "" : "sr-only"}>
        <tr role="row">
          <th role="columnheader" scope="col">
            Step
          </th>
          {measured &&
            COLUMNS.map(({ key, label, title }) => (
              <Head key={key} column={key} label={label} title={title} />
            ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((node, place) => (
          <Row
            key={place}
            node={node}
            measured={measured}
            sorted={sort.value !== null}
            folded={parents.has(node.id) ? folded.value.has(node.id) : null}
            selected={selected === node.id}
            tabStop={tabStop === node.id}
            pointed={pointed.value.includes(node.id)}
            found={found.has(node.id)}
          />
        ))}
      </tbody>
      {measured && counters && <Sums rest={rest} counters={counters} />}
    </table>
  );
}

/** A column's head: a press sorts by it, the most first, then the least, then the plan's own order again. */
function Head({ column, label, title }: { column: SortKey; label: string; title: string | undefined }) {
  const order = sort.value?.key === column ? sort.value : null;
  const press = () => {
    sort.value = order === null ? { key: column, up: false } : order.up ? null : { key: column, up: true };
  };
  return (
    <th
      role="columnheader"
      scope="col"
      class={column === metric.value ? "chosen" : ""}
      aria-sort={order === null ? undefined : order.up ? "ascending" : "descending"}
    >
      <button type="button" class="sort" title={title} onClick={press}>
        {label}
        <span class="sort-sign" aria-hidden="true">
          {order === null ? "" : order.up ? "▲" : "▼"}
        </span>
      </button>
    </th>
  );
}

interface RowProps {
  node: PlanNode;
  measured: boolean;
  sorted: boolean;
  /** Null if there is nothing to fold. */
  folded: boolean | null;
  selected: boolean;
  tabStop: boolean;
  pointed: boolean;
  found: boolean;
}

class Row extends Still<RowProps> {
  render({ node, measured, sorted, folded, selected, tabStop, pointed: marked, found }: RowProps) {
    const depth = sorted ? 0 : node.depth;
    const choose = () => {
      selectedNode.value = node.id;
    };
    return (
      <tr
        role="row"
        class={marked ? "pointed" : ""}
        data-node={node.id}
        aria-level={depth + 1}
        aria-selected={selected}
        aria-expanded={sorted || folded === null ? undefined : !folded}
        tabIndex={tabStop ? 0 : -1}
        onClick={choose}
        onFocus={choose}
        onMouseEnter={() => {
          pointed.value = [node.id];
        }}
      >
        <td role="gridcell">
          <div class="step">
            {Array.from({ length: depth }, (_, level) => (
              <span key={level} class="guide" />
            ))}
            <div class="step-body">
              <div class="step-head">
                {!sorted && folded !== null && (
                  <button
                    type="button"
                    class={folded ? "fold" : "fold open"}
                    tabIndex={-1}
                    aria-label={folded ? "Unfold" : "Fold"}
                    onClick={(event) => {
                      event.stopPropagation();
                      fold(node.id, !folded);
                    }}
                  >
                    <Icon name="chevron" size={14} />
                  </button>
                )}
                <Badge tone={node.tone}>{node.badge}</Badge>
                <span class={found ? "mono step-detail found" : "mono step-detail"}>{node.detail}</span>
              </div>
              <p class="step-sentence">{node.sentence}</p>
            </div>
          </div>
        </td>
        {measured &&
          COLUMNS.map(({ key, label }) => <Figure key={key} node={node} column={key} label={label} />)}
      </tr>
    );
  }
}

function Figure({ node, column, label }: { node: PlanNode; column: SortKey; label: string }) {
  const chosen = column === metric.value;
  return (
    <td role="gridcell" class={chosen ? "figure chosen" : "figure"} data-label={label}>
      {column === "estimate" ? (
        node.loops ? (
          <Estimate loops={node.loops} />
        ) : (
          "–"
        )
      ) : (
        <Share measure={figure(node, column)} chosen={chosen} />
      )}
      {column === "rows_visited" && node.loops && node.loops.loops > 1 && (
        <span class="figure-note">in {plural(node.loops.loops, "loop")}</span>
      )}
    </td>
  );
}

/** A figure over a bar of its share; in the column that steps are compared by, with the share in words. */
function Share({ measure, chosen }: { measure: Measure | undefined; chosen: boolean }) {
  if (!measure) return <>–</>;
  return (
    <div class="bar">
      <span>{count(measure.value)}</span>
      <span class="bar-track" aria-hidden="true">
        <span
          class={`bar-fill level-${measure.level}`}
          style={{ width: `${Math.max(measure.share * 100, measure.value > 0 ? 1 : 0)}%` }}
        />
      </span>
      {chosen && (
        <span class="figure-share">
          {percent(measure.share)}
          <Level level={measure.level} words={SHARE_WORDS} />
        </span>
      )}
    </div>
  );
}

/** What belongs to no step, and the sum of all, which is what the statement's counters say. */
function Sums({ rest, counters }: { rest: Work | null; counters: Counters }) {
  return (
    <tfoot role="rowgroup">
      {rest && (
        <SumRow
          name="Expressions and control"
          title="Work of no single step: comparing and computing values, jumping, and giving rows back."
          work={rest}
        />
      )}
      <SumRow name="The whole statement" work={counters} />
    </tfoot>
  );
}

function SumRow({ name, title, work }: { name: string; title?: string; work: Work }) {
  return (
    <tr role="row">
      <th role="rowheader" scope="row" title={title}>
        {name}
      </th>
      {COLUMNS.map(({ key, label }) =>
        key === "vm_steps" || key === "page_requests" || key === "page_reads" ? (
          <td key={key} role="gridcell" class="figure" data-label={label}>
            {count(work[key])}
          </td>
        ) : (
          <td key={key} role="gridcell" class="figure none" />
        ),
      )}
    </tr>
  );
}
