/** All there is to say of one step: its sentence, figures, place in the text, and help. */
import type { PlanNode } from "../../engine/types";
import { opened } from "../../store/database";
import { moveTo } from "../../store/editor";
import { type METRICS, metric, noteOf, piecesOf, ROLES, textOf } from "../../store/steps";
import { tab } from "../../store/view";
import { Badge } from "../../ui/basics";
import { count, percent } from "../../ui/format";
import { Level, SHARE_WORDS } from "../../ui/level";
import { Estimate } from "./Estimate";

const FIGURES: Record<(typeof METRICS)[number]["id"], string> = {
  rows_visited: "Rows visited",
  rows_out: "Rows out",
  vm_steps: "VM steps",
  page_requests: "Page requests",
  page_reads: "Page reads",
};

export function StepDetails({ node }: { node: PlanNode | null }) {
  return (
    <aside class="node-help" aria-label="About this step" aria-live="polite">
      {node && (
        <>
          <p class="node-head">
            <Badge tone={node.tone}>{node.badge}</Badge>
            <span class="mono node-detail">{node.detail}</span>
          </p>
          <p>{node.sentence}</p>
          <Pieces node={node} />
          <Figures node={node} />
          <p class="node-words">{node.help}</p>
          <p class="node-links">
            {node.help_url && (
              <a href={node.help_url} target="_blank" rel="noreferrer">
                SQLite's own words on this
              </a>
            )}
            {opened.value && (
              <button
                type="button"
                class="link-button"
                onClick={() => {
                  tab.value = "bytecode";
                }}
              >
                Its instructions
              </button>
            )}
          </p>
        </>
      )}
    </aside>
  );
}

const LONGEST = 90;

function Pieces({ node }: { node: PlanNode }) {
  const pieces = piecesOf(node.id);
  const note = noteOf(node.id);
  if (pieces.length === 0 && !note) return null;
  return (
    <div class="node-pieces">
      {pieces.map((piece) => {
        const { from, role } = piece;
        const whole = textOf(piece).replace(/\s+/g, " ");
        const label = ROLES.find(({ id }) => id === role)?.label ?? role;
        return (
          <button
            key={`${role} ${from}`}
            type="button"
            class="piece-link"
            title={whole}
            onClick={() => moveTo(from)}
          >
            <span class="piece-role">{label}</span>
            <code class={`piece piece-${role}`}>
              {whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole}
            </code>
          </button>
        );
      })}
      {note && <p class="fine">{note}</p>}
    </div>
  );
}

function Figures({ node }: { node: PlanNode }) {
  if (node.measures.length === 0) return null;
  return (
    <dl class="node-figures">
      {node.loops && (
        <div>
          <dt>Loops</dt>
          <dd>{count(node.loops.loops)}</dd>
        </div>
      )}
      {node.measures.map(({ metric: id, value, share, level }) => (
        <div key={id} class={id === metric.value ? "chosen" : ""}>
          <dt>{FIGURES[id]}</dt>
          <dd>
            {count(value)}
            <span class="fine">
              {percent(share)}
              <Level level={level} words={SHARE_WORDS} />
            </span>
          </dd>
        </div>
      ))}
      {node.loops && (
        <div>
          <dt title="Rows that SQLite's planner expected each time the step is entered">Estimate</dt>
          <dd>
            <Estimate loops={node.loops} />
          </dd>
        </div>
      )}
    </dl>
  );
}
