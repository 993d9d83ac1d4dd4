/** A plan that was printed elsewhere: read, explained and judged without its database. */
import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { PastedPlan, PlanFinding, PlanNode } from "../../engine/types";
import { readPasted } from "../../store/actions_explain";
import { pasted, pastedError, pastedNode, pasteOpen, pasteText } from "../../store/pasted";
import { Badge, CodeBlock, CopyButton, ErrorNote } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Segmented } from "../../ui/segmented";
import { meantNode, NodeHelp } from "../plan/PlanParts";

const SEVERITY = {
  high: { tone: "bad", word: "High" },
  medium: { tone: "warn", word: "Medium" },
  low: { tone: "neutral", word: "Low" },
} as const;

const view = signal<"steps" | "text">("steps");

const EXAMPLE = `QUERY PLAN
|--SCAN orders
\`--USE TEMP B-TREE FOR ORDER BY`;

export function PasteDialog() {
  const close = () => {
    pasteOpen.value = false;
  };
  return (
    <Dialog title="Paste a plan" open={pasteOpen.value} onClose={close} wide>
      <PasteBody />
    </Dialog>
  );
}

function PasteBody() {
  const id = useId();
  const error = pastedError.value;
  const plan = pasted.value;
  return (
    <div class="paste">
      <label for={id}>What EXPLAIN QUERY PLAN printed</label>
      <textarea
        id={id}
        class="paste-text mono"
        rows={6}
        placeholder={EXAMPLE}
        spellcheck={false}
        autocapitalize="off"
        value={pasteText.value}
        onInput={(event) => {
          pasteText.value = event.currentTarget.value;
          void readPasted();
        }}
      />
      <p class="fine">
        The tree of the sqlite3 shell, or the rows in any of its modes, as JSON or from Python. Any version of
        SQLite will do. It stays in this browser.
      </p>
      {error && <ErrorNote error={error} />}
      {plan && <Pasted plan={plan} />}
    </div>
  );
}

function Pasted({ plan }: { plan: PastedPlan }) {
  const node = meantNode(plan.plan, pastedNode.value);
  const select = (id: number) => {
    pastedNode.value = id;
  };
  return (
    <div class="plan" data-testid="pasted-plan">
      <div class="panel-bar">
        <span class="state">Pasted, not run here</span>
        <span class="spacer" />
        <Segmented
          label="View"
          options={[
            { id: "steps", label: "Steps" },
            { id: "text", label: "Text" },
          ]}
          current={view.value}
          onChange={(id) => {
            view.value = id;
          }}
        />
      </div>
      {view.value === "steps" ? (
        <div class="plan-columns">
          <Steps nodes={plan.plan} selected={node?.id ?? null} onSelect={select} />
          <NodeHelp node={node} />
        </div>
      ) : (
        <div class="code-with-bar">
          <CodeBlock code={plan.plan_text} label="Pasted plan as text" />
          <CopyButton text={plan.plan_text} what="the plan" />
        </div>
      )}
      <Findings
        findings={plan.findings}
        onShow={(id) => {
          view.value = "steps";
          select(id);
        }}
      />
    </div>
  );
}

interface StepsProps {
  nodes: PlanNode[];
  selected: number | null;
  onSelect: (node: number) => void;
}

/** Each step with its sentence, set in by its depth. */
function Steps({ nodes, selected, onSelect }: StepsProps) {
  return (
    <ul class="pasted-steps">
      {nodes.map((node) => (
        <li key={node.id} style={{ marginInlineStart: `${node.depth * 18}px` }}>
          <button
            type="button"
            class="pasted-step"
            aria-pressed={selected === node.id}
            onClick={() => onSelect(node.id)}
          >
            <Badge tone={node.tone}>{node.badge}</Badge>
            <span>{node.sentence}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface FindingsProps {
  findings: PlanFinding[];
  onShow: (node: number) => void;
}

function Findings({ findings, onShow }: FindingsProps) {
  if (findings.length === 0) return null;
  return (
    <section aria-label="Findings">
      <h3>Findings</h3>
      <ul class="findings">
        {findings.map((finding) => (
          <li key={`${finding.rule} ${finding.node}`}>
            <Badge tone={SEVERITY[finding.severity].tone}>{SEVERITY[finding.severity].word}</Badge>
            <span title={finding.help}>
              {finding.message}{" "}
              {finding.help_url && (
                <a href={finding.help_url} target="_blank" rel="noreferrer">
                  Why
                </a>
              )}
            </span>
            {finding.node !== null && (
              <button
                type="button"
                class="button quiet small"
                onClick={() => finding.node !== null && onShow(finding.node)}
              >
                Show step
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
