/** Why this plan: which switches of the planner change it, and the plan under any set of them. */
import type { Counters, Why } from "../../engine/types";
import { askWhy, runUnder } from "../../store/actions_explain";
import { active, sliceOf, statements, text } from "../../store/editor";
import { words } from "../../store/engine";
import { explained } from "../../store/plan";
import {
  NO_SWITCHES,
  planUnder,
  runUnderTask,
  switched,
  switches,
  underError,
  whyTask,
  whyText,
} from "../../store/why";
import { ErrorNote, Note, Working } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { count, plural } from "../../ui/format";
import { Segmented } from "../../ui/segmented";
import { FiguresTable } from "../../ui/table";
import { PlanText } from "../plan/PlanText";
import { WhyNotPart } from "./WhyNotPart";

export function WhyPanel() {
  const statement = active.value;
  if (!statement) return null;
  const now = sliceOf(statements.value, statement, text.value).text;
  return (
    <div class="why-panel">
      <EachAlone now={now} />
      <WhyNotPart />
      <Chosen now={now} index={statement.index} />
    </div>
  );
}

function EachAlone({ now }: { now: string }) {
  const startedAt = whyTask.startedAt.value;
  const value = whyText.value === now ? whyTask.value.value : null;
  const error = whyTask.error.value;
  return (
    <section aria-label="Each switch alone">
      <div class="panel-bar">
        <h3>Each switch alone</h3>
        <button
          type="button"
          class="button small"
          disabled={startedAt !== null}
          onClick={() => void askWhy()}
        >
          Try every switch
        </button>
      </div>
      <p class="fine">
        SQLite plans the query once without each of its optimisations, and with other statistics. What changes
        the plan is run.
      </p>
      <Working label="Trying switches" work={whyTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {value && startedAt === null && <Changes why={value} />}
    </section>
  );
}

function Changes({ why }: { why: Why }) {
  const base = why.base.counters;
  const n = why.changes.length;
  return (
    <>
      <p data-testid="why-summary">
        {n === 0
          ? `None of ${plural(why.tried, "switch", "switches")} changes the plan.`
          : `${count(n)} of ${plural(why.tried, "switch", "switches")} ${n === 1 ? "changes" : "change"} the plan.`}
      </p>
      {n > 0 && (
        <FiguresTable
          label="Switches that change the plan"
          heads={["Switch", { number: "VM steps" }, { number: "Page requests" }, "Plan"]}
          kind="why-table"
          testid="why-table"
        >
          <tr>
            <th scope="row">As it is</th>
            <Work counters={base} base={null} />
            <PlanCell text={why.base.plan_text} />
          </tr>
          {why.changes.map((change) => (
            <tr key={change.switch}>
              <th scope="row">{change.label}</th>
              <Work counters={change.counters} base={base} />
              <PlanCell text={change.plan_text} />
            </tr>
          ))}
        </FiguresTable>
      )}
    </>
  );
}

function PlanCell({ text: plan }: { text: string }) {
  return (
    <td>
      <pre>{plan.trimEnd().replace(/^QUERY PLAN\n/, "")}</pre>
    </td>
  );
}

function Work({ counters, base }: { counters: Counters | null; base: Counters | null }) {
  const cell = (key: "vm_steps" | "page_requests") => {
    if (!counters) return <td class="number">–</td>;
    const tone =
      !base || counters[key] === base[key] ? "" : counters[key] < base[key] ? " fewer" : " more-work";
    return <td class={`number${tone}`}>{count(counters[key])}</td>;
  };
  return (
    <>
      {cell("vm_steps")}
      {cell("page_requests")}
    </>
  );
}

function Chosen({ now, index }: { now: string; index: number }) {
  const set = switches.value;
  const { optimizations, statistics } = words.value;
  const startedAt = runUnderTask.startedAt.value;
  const base = explained.value?.statements[index];
  const under = planUnder.value?.text === now ? planUnder.value.plan : null;
  const runs = runUnderTask.value.value;
  const fits = runs !== null && runs.text === now && runs.switches === set;
  const error = runUnderTask.error.value;
  return (
    <section aria-label="Switches of your own">
      <div class="panel-bar">
        <h3>Switches of your own</h3>
        {switched.value && (
          <button
            type="button"
            class="button quiet small"
            onClick={() => {
              switches.value = NO_SWITCHES;
            }}
          >
            Reset
          </button>
        )}
      </div>
      <div class="panel-bar">
        <span class="fine">Statistics</span>
        <Segmented
          label="Statistics"
          options={statistics}
          current={set.statistics}
          onChange={(id) => {
            switches.value = { ...set, statistics: id };
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={set.case_sensitive_like}
            onChange={(event) => {
              switches.value = { ...set, case_sensitive_like: event.currentTarget.checked };
            }}
          />
          <span class="mono">case_sensitive_like</span>
        </label>
      </div>
      <details class="more">
        <summary>
          Optimisations switched off: {set.without.length} of {optimizations.length}
        </summary>
        <ul class="optimisations">
          {optimizations.map(({ id, label, help }) => (
            <li key={id}>
              <label class="check">
                <input
                  type="checkbox"
                  checked={set.without.includes(id)}
                  onChange={(event) => {
                    const others = set.without.filter((one) => one !== id);
                    const without = event.currentTarget.checked ? [...others, id] : others;
                    switches.value = { ...set, without };
                  }}
                />
                <span>Without {label}</span>
              </label>
              <span class="fine">{help}</span>
            </li>
          ))}
        </ul>
      </details>
      {underError.value && <ErrorNote error={underError.value} />}
      {switched.value && under && base && !under.error && (
        <>
          {under.plan_text === base.plan_text ? (
            <Note tone="neutral" testid="under-same">
              The plan stays as it is.
            </Note>
          ) : (
            <div class="before-after" data-testid="under-plan">
              <PlanText label="As it is" text={base.plan_text} nodes={base.plan} query="Plan" />
              <PlanText label="Under the switches" text={under.plan_text} nodes={under.plan} query="Plan" />
            </div>
          )}
          <div>
            <button
              type="button"
              class="button small"
              disabled={startedAt !== null}
              onClick={() => void runUnder()}
            >
              Run both and count
            </button>
          </div>
          <Working label="Counting both" work={runUnderTask} />
          {error && startedAt === null && <ErrorNote error={error} />}
          {fits && runs.before && runs.after && (
            <CountersTable
              before={runs.before}
              after={runs.after}
              caption="Counters as it is and under the switches"
              heads={["As it is", "Under the switches"]}
            />
          )}
        </>
      )}
    </section>
  );
}
