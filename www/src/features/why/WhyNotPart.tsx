/** Why not that index: what happens when SQLite is made to use it, and what would change its mind. */
import type { Alternative, ForcedUse, WhyNot } from "../../engine/types";
import { askWhyNot, whyNotKey } from "../../store/actions_plan";
import { whyNotIndex, whyNotOf, whyNotTask } from "../../store/compare";
import { tables } from "../../store/database";
import { ErrorNote, Working } from "../../ui/basics";
import { brief, count } from "../../ui/format";
import { PlanText } from "../plan/PlanText";

export function WhyNotPart() {
  const startedAt = whyNotTask.startedAt.value;
  const found = whyNotOf.value === whyNotKey() ? whyNotTask.value.value : null;
  const error = whyNotTask.error.value;
  const names = tables.value.flatMap((table) => table.indexes.map((index) => index.name));
  const ask = (event: Event) => {
    event.preventDefault();
    void askWhyNot();
  };
  return (
    <section aria-label="Why not that index">
      <h3>Why not that index?</h3>
      <form class="panel-bar" onSubmit={ask}>
        <label class="why-not-index">
          <span class="sr-only">The index</span>
          <input
            class="mono"
            list="index-names"
            placeholder="an index, or CREATE INDEX … to try one"
            value={whyNotIndex.value}
            spellcheck={false}
            data-testid="why-not-index"
            onInput={(event) => {
              whyNotIndex.value = event.currentTarget.value;
            }}
          />
          <datalist id="index-names">
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
        <button
          type="submit"
          class="button small"
          disabled={startedAt !== null || whyNotIndex.value.trim() === ""}
        >
          Ask SQLite
        </button>
      </form>
      <Working label="Asking SQLite" work={whyNotTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {found && startedAt === null && <Answer found={found} />}
    </section>
  );
}

function Answer({ found }: { found: WhyNot }) {
  const isAnother = (forced: ForcedUse) => forced.with?.plan_text !== found.chosen.plan_text;
  return (
    <div data-testid="why-not">
      {found.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {found.switches.length > 0 && <p>SQLite itself chooses it under: {found.switch_labels.join(", ")}.</p>}
      <div class="before-after">
        <Plan label="As SQLite chose" alternative={found.chosen} />
        {/* The same plan is not shown twice: SQLite may use an index that is to be made without being made to. */}
        {found.forced.filter(isAnother).map((forced) => (
          <Forced key={forced.sql} forced={forced} index={found.index} />
        ))}
      </div>
    </div>
  );
}

function Forced({ forced, index }: { forced: ForcedUse; index: string }) {
  if (!forced.with) return null;
  return <Plan label={`Made to use ${index} for ${forced.label}`} alternative={forced.with} />;
}

function Plan({ label, alternative }: { label: string; alternative: Alternative }) {
  const { counters, loops, plan } = alternative;
  return (
    <div class="why-not-plan">
      <PlanText label={label} text={alternative.plan_text} nodes={plan} query="Plan" />
      <ul class="fine assumptions">
        {loops.map(({ node, rows, cost }) => (
          <li key={node}>
            {plan.find(({ id }) => id === node)?.detail}: {brief(rows)} {rows === 1 ? "row" : "rows"} expected
            a round
            {cost !== null && `, cost ${brief(cost)}`}
          </li>
        ))}
        {counters && (
          <li>
            Measured: {count(counters.vm_steps)} VM steps, {count(counters.page_requests)} page requests
          </li>
        )}
      </ul>
    </div>
  );
}
