/** The plan as a tree grid: one row per step, with bars for the measured work. */
import { useRef } from "preact/hooks";
import type { LoopStats, PlanNode } from "../../engine/types";
import { selectedNode } from "../../store/plan";
import { Badge } from "../../ui/basics";
import { brief, count } from "../../ui/format";
import { moveFocus } from "../../ui/tree";

interface PlanTreeProps {
  nodes: PlanNode[];
  measured: boolean;
  /** The id of the step on show. */
  selected: number | null;
}

export function PlanTree({ nodes, measured, selected }: PlanTreeProps) {
  const root = useRef<HTMLTableElement>(null);
  const most = (pick: (loops: LoopStats) => number | null) =>
    Math.max(1, ...nodes.map((node) => (node.loops ? (pick(node.loops) ?? 0) : 0)));
  const mostRows = most((loops) => loops.rows_visited);
  const mostSteps = most((loops) => loops.vm_steps);

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
              <th scope="col">Rows visited</th>
              <th scope="col">Rows out</th>
              <th scope="col">VM steps</th>
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
            {measured && <Figures loops={node.loops} mostRows={mostRows} mostSteps={mostSteps} />}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FiguresProps {
  loops: LoopStats | null;
  mostRows: number;
  mostSteps: number;
}

function Figures({ loops, mostRows, mostSteps }: FiguresProps) {
  if (!loops) {
    return (
      <>
        <td role="gridcell" class="figure" data-label="Rows visited">
          –
        </td>
        <td role="gridcell" class="figure" data-label="Rows out">
          –
        </td>
        <td role="gridcell" class="figure" data-label="VM steps">
          –
        </td>
      </>
    );
  }
  return (
    <>
      <td role="gridcell" class="figure" data-label="Rows visited">
        <Bar value={loops.rows_visited} most={mostRows} />
        {loops.loops > 1 && <span class="figure-note">in {count(loops.loops)} loops</span>}
      </td>
      <td role="gridcell" class="figure" data-label="Rows out">
        <span>{loops.rows_out === null ? "–" : count(loops.rows_out)}</span>
        <span class="figure-note">estimate {brief(loops.rows_estimated)}</span>
      </td>
      <td role="gridcell" class="figure" data-label="VM steps">
        {loops.vm_steps === null ? "–" : <Bar value={loops.vm_steps} most={mostSteps} />}
        {loops.page_requests !== null && <span class="figure-note">{count(loops.page_requests)} pages</span>}
      </td>
    </>
  );
}

function Bar({ value, most }: { value: number; most: number }) {
  const share = value / most;
  return (
    <div class="bar">
      <span>{count(value)}</span>
      <span class="bar-track" aria-hidden="true">
        <span
          class={share > 0.4 ? "bar-fill much" : "bar-fill"}
          style={{ width: `${Math.max(share * 100, value > 0 ? 1 : 0)}%` }}
        />
      </span>
    </div>
  );
}
