/** The plan as a tree grid: one row per step, with bars for the measured work. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Counters, PlanNode, Work } from "../../engine/types";
import { selectedNode } from "../../store/plan";
import { Bar } from "../../ui/bar";
import { Badge } from "../../ui/basics";
import { count } from "../../ui/format";
import { moveFocus } from "../../ui/tree";
import { Estimate } from "./Estimate";

const ROWS = "Rows visited → out";
const ESTIMATE = "Estimated per loop";
const STEPS = "VM steps";
const REQUESTS = "Page requests";
const READS = "Page reads";

interface PlanTreeProps {
  nodes: PlanNode[];
  measured: boolean;
  /** Of the whole statement, when it ran. */
  counters: Counters | null;
  rest: Work | null;
  /** The id of the step on show. */
  selected: number | null;
}

export function PlanTree({ nodes, measured, counters, rest, selected }: PlanTreeProps) {
  const root = useRef<HTMLTableElement>(null);
  const most = (pick: (node: PlanNode) => number | undefined) =>
    Math.max(1, ...nodes.map((node) => pick(node) ?? 0));
  const mostRows = most((node) => node.loops?.rows_visited);
  const mostSteps = most((node) => node.work?.vm_steps);

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=row][data-node]");
    if (!row) return;
    if (moveFocus(root.current?.querySelector("tbody") ?? null, row, event.key)) event.preventDefault();
  };

  return (
    <table
      class={measured ? "plan-tree measured" : "plan-tree"}
      role="treegrid"
      aria-label="Plan"
      ref={root}
      onKeyDown={onKeyDown}
    >
      <thead class={measured ? "" : "sr-only"}>
        <tr>
          <th scope="col">Step</th>
          {measured && (
            <>
              <th scope="col" title="Rows looked at, and those of them that passed the step's conditions">
                {ROWS}
              </th>
              <th scope="col" title="Rows that SQLite's planner expected each time the step is entered">
                {ESTIMATE}
              </th>
              <th scope="col">{STEPS}</th>
              <th scope="col">{REQUESTS}</th>
              <th scope="col">{READS}</th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <tr
            key={node.id}
            role="row"
            data-node={node.id}
            aria-level={node.depth + 1}
            aria-selected={selected === node.id}
            tabIndex={node.id === selected ? 0 : -1}
            onClick={() => {
              selectedNode.value = node.id;
            }}
            onFocus={() => {
              selectedNode.value = node.id;
            }}
          >
            <td role="gridcell">
              <div class="step">
                {Array.from({ length: node.depth }, (_, depth) => (
                  <span key={depth} class="guide" />
                ))}
                <div class="step-body">
                  <div class="step-head">
                    <Badge tone={node.tone}>{node.badge}</Badge>
                    <span class="mono step-detail">{node.detail}</span>
                  </div>
                  <p class="step-sentence">{node.sentence}</p>
                </div>
              </div>
            </td>
            {measured && <Figures node={node} mostRows={mostRows} mostSteps={mostSteps} />}
          </tr>
        ))}
      </tbody>
      {measured && counters && <Sums rest={rest} counters={counters} />}
    </table>
  );
}

interface FiguresProps {
  node: PlanNode;
  mostRows: number;
  mostSteps: number;
}

function Figure({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <td role="gridcell" class="figure" data-label={label}>
      {children}
    </td>
  );
}

function Figures({ node: { loops, work }, mostRows, mostSteps }: FiguresProps) {
  return (
    <>
      <Figure label={ROWS}>
        {loops ? (
          <>
            <Bar value={loops.rows_visited} most={mostRows}>
              {loops.rows_out !== null && (
                <>
                  <span aria-hidden="true"> → </span>
                  <span class="sr-only"> visited, out: </span>
                  {count(loops.rows_out)}
                </>
              )}
            </Bar>
            {loops.loops > 1 && <span class="figure-note">in {count(loops.loops)} loops</span>}
          </>
        ) : (
          "–"
        )}
      </Figure>
      <Figure label={ESTIMATE}>{loops ? <Estimate loops={loops} /> : "–"}</Figure>
      <Figure label={STEPS}>{work ? <Bar value={work.vm_steps} most={mostSteps} /> : "–"}</Figure>
      <Figure label={REQUESTS}>{work ? count(work.page_requests) : "–"}</Figure>
      <Figure label={READS}>{work ? count(work.page_reads) : "–"}</Figure>
    </>
  );
}

/** What belongs to no step, and the sum of all, which is what the statement's counters say. */
function Sums({ rest, counters }: { rest: Work | null; counters: Counters }) {
  return (
    <tfoot>
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
      <td role="gridcell" class="figure none" />
      <td role="gridcell" class="figure none" />
      <Figure label={STEPS}>{count(work.vm_steps)}</Figure>
      <Figure label={REQUESTS}>{count(work.page_requests)}</Figure>
      <Figure label={READS}>{count(work.page_reads)}</Figure>
    </tr>
  );
}
