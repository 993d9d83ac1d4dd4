/** What stands out in a statement: each finding with its cost, proof and advice, and the rewrite that was proven. */
import { useState } from "preact/hooks";
import type { Finding, Rewrite, StatementPlan } from "../../engine/types";
import { lookCloser, putRewrite } from "../../store/actions_run";
import { active, markRange } from "../../store/editor";
import {
  bringBack,
  closeLook,
  dismissalOf,
  dismissFinding,
  findingsTask,
  pieceOf,
  REASONS,
} from "../../store/findings";
import { withChosen } from "../../store/plan";
import { reveal } from "../../store/steps";
import { Badge, CodeBlock, CopyButton, ErrorNote, Working } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { count, percent, plural } from "../../ui/format";
import { useSlices } from "../../ui/slices";

/** Findings drawn at a time. */
const SLICE = 8;

const SEVERITY = {
  high: { tone: "bad", word: "High" },
  medium: { tone: "warn", word: "Medium" },
  low: { tone: "neutral", word: "Low" },
} as const;

export function Findings({ plan, measured }: { plan: StatementPlan; measured: boolean }) {
  const close = closeLook(plan);
  const all = close?.findings ?? plan.findings;
  const notLookedAt = close?.not_looked_at ?? (measured ? plan.not_looked_at : []);
  const shown = all.filter((finding) => !dismissalOf(plan.sql, finding));
  const drawn = useSlices(shown.length, SLICE);
  const busy = findingsTask.startedAt.value !== null;
  const error = findingsTask.error.value;
  if (all.length === 0 && !measured && !close) return null;
  return (
    <section aria-label="Findings" data-testid="findings">
      <div class="panel-bar">
        <h3>Findings</h3>
        <span class="spacer" />
        {!withChosen.value && (!close || notLookedAt.length > 0) && (
          <button type="button" class="button small" disabled={busy} onClick={() => void lookCloser()}>
            {close ? "Look again with more time" : "Look closer"}
          </button>
        )}
      </div>
      <Working label="Asking SQLite about variants" work={findingsTask} />
      {error && error.code !== "cancelled" && !busy && <ErrorNote error={error} />}
      {shown.length === 0 && (
        <p class="fine">
          {all.length > 0
            ? "All findings are set aside."
            : close
              ? "No rule was met. That is no proof that nothing can be better."
              : "Nothing stands out at first sight."}
        </p>
      )}
      <ol class="findings">
        {shown.slice(0, drawn).map((finding, place) => (
          <Card
            key={`${finding.rule} ${pieceOf(plan.sql, finding)} ${place}`}
            sql={plan.sql}
            finding={finding}
          />
        ))}
      </ol>
      {all.length > shown.length && <SetAside plan={plan} findings={all} />}
      {notLookedAt.length > 0 && (
        <div class="fine" data-testid="not-looked-at">
          Not looked at:
          <ul class="plain-list">
            {notLookedAt.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Card({ sql, finding }: { sql: string; finding: Finding }) {
  const { tone, word } = SEVERITY[finding.severity];
  const [asking, ask] = useState(false);
  return (
    <li class={`finding tone-${tone}`} data-rule={finding.rule}>
      <div class="finding-head">
        <Badge tone={tone}>{word}</Badge>
        <button type="button" class="finding-title" onClick={() => show(finding)}>
          {finding.title}
          <span class="sr-only">: show the step and the piece of the query</span>
        </button>
        {finding.cost && <Share finding={finding} />}
        <span class="spacer" />
        <button
          type="button"
          class="button quiet small"
          aria-expanded={asking}
          aria-label={`Set aside: ${finding.title}`}
          onClick={() => ask(!asking)}
        >
          Set aside
        </button>
      </div>
      {asking && (
        <div class="button-row" role="group" aria-label="Why is it set aside?">
          {REASONS.map((reason) => (
            <button
              key={reason}
              type="button"
              class="button small"
              onClick={() => dismissFinding(sql, finding, reason)}
            >
              {reason}
            </button>
          ))}
        </div>
      )}
      <p class="finding-message">{finding.message}</p>
      <dl class="finding-facts">
        <dt>Proof</dt>
        <dd>{finding.proof}</dd>
        <dt>What to do</dt>
        <dd>{finding.advice}</dd>
      </dl>
      {finding.rewrite && <Rewritten rewrite={finding.rewrite} />}
      <details class="more">
        <summary>About this rule</summary>
        <p class="fine">
          {finding.help}{" "}
          <a href={finding.help_url} target="_blank" rel="noreferrer">
            SQLite's own words on this
          </a>
        </p>
      </details>
    </li>
  );
}

function Share({ finding }: { finding: Finding }) {
  const cost = finding.cost;
  if (!cost) return null;
  const words = `${count(cost.vm_steps)} VM steps, ${plural(cost.page_requests, "page request")}`;
  return (
    <span class="finding-share" title={words}>
      <span class="bar-track" aria-hidden="true">
        <span
          class={cost.share > 0.4 ? "bar-fill much" : "bar-fill"}
          style={{ width: `${Math.max(cost.share * 100, 1)}%` }}
        />
      </span>
      <span>{percent(cost.share)} of the work</span>
      <span class="sr-only">: {words}</span>
    </span>
  );
}

function Rewritten({ rewrite }: { rewrite: Rewrite }) {
  const [plans, showPlans] = useState(false);
  return (
    <details class="finding-rewrite" open>
      <summary>A rewrite with the same rows and less work</summary>
      <CodeBlock code={rewrite.sql} label="Rewritten statement" />
      <p>{rewrite.why}</p>
      <CountersTable
        before={rewrite.before}
        after={rewrite.after}
        caption="Counters as it is and rewritten"
        heads={["As it is", "Rewritten"]}
      />
      <div class="button-row">
        <button type="button" class="button primary" onClick={() => putRewrite(rewrite)}>
          Put it into the editor
        </button>
        <CopyButton text={`${rewrite.sql};\n`} what="the rewritten statement" />
        <button type="button" class="button small" aria-expanded={plans} onClick={() => showPlans(!plans)}>
          {plans ? "Hide the plans" : "Show both plans"}
        </button>
      </div>
      {plans && (
        <div class="before-after">
          <CodeBlock code={rewrite.before_plan_text} label="Plan as it is" />
          <CodeBlock code={rewrite.after_plan_text} label="Plan rewritten" />
        </div>
      )}
    </details>
  );
}

function SetAside({ plan, findings }: { plan: StatementPlan; findings: Finding[] }) {
  const aside = findings.flatMap((finding) => {
    const why = dismissalOf(plan.sql, finding);
    return why ? [`${finding.title} (${why.reason.toLowerCase()})`] : [];
  });
  return (
    <p class="fine">
      Set aside: {aside.join(", ")}.{" "}
      <button type="button" class="button quiet small" onClick={() => bringBack(plan.sql)}>
        Bring back
      </button>
    </p>
  );
}

/** The step in the plan, and the piece in the editor. */
function show(finding: Finding): void {
  if (finding.node !== null) reveal(finding.node);
  const statement = active.value;
  if (statement && finding.span) {
    markRange(statement.span.start + finding.span.start, statement.span.start + finding.span.end);
  }
}
