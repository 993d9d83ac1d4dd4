/** Parts of a plan's view that are the same for a plan of this database and for one that was pasted. */
import type { PlanNode } from "../../engine/types";

/** The chosen step, or else the first of the most serious ones. */
export function meantNode(nodes: PlanNode[], id: number | null): PlanNode | null {
  const chosen = nodes.find((node) => node.id === id);
  const bad = nodes.find((node) => node.tone === "bad");
  const warn = nodes.find((node) => node.tone === "warn");
  return chosen ?? bad ?? warn ?? nodes[0] ?? null;
}

export function NodeHelp({ node }: { node: PlanNode | null }) {
  return (
    <aside class="node-help" aria-label="About this step" aria-live="polite">
      {node && (
        <>
          <p class="mono node-detail">{node.detail}</p>
          <p>{node.help}</p>
          {node.help_url && (
            <a href={node.help_url} target="_blank" rel="noreferrer">
              SQLite's own words on this
            </a>
          )}
        </>
      )}
    </aside>
  );
}
