/** One query of a suggestion: its plan and counters before and after. */
import type { QueryAdvice } from "../../engine/types";
import { Badge, type Tone } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { brief } from "../../ui/format";
import { PlanText } from "../plan/PlanText";

const VERDICT: Record<QueryAdvice["verdict"], { tone: Tone; word: string }> = {
  faster: { tone: "good", word: "Less work" },
  slower: { tone: "bad", word: "More work" },
  same: { tone: "neutral", word: "No change" },
  not_measured: { tone: "warn", word: "Not measured" },
};

/** `after` heads what the query does with the suggestion. */
export function QueryCard({ query, after }: { query: QueryAdvice; after: string }) {
  const { tone, word } = VERDICT[query.verdict];
  const changed = query.before_text !== query.after_text;
  const ratio = query.after.vm_steps > 0 ? query.before.vm_steps / query.after.vm_steps : null;
  return (
    <li class="card query-card" data-testid="query-advice">
      <div class="card-head">
        <h4>{query.name}</h4>
        {query.weight !== 1 && <span class="weight">×{query.weight}</span>}
        <Badge tone={tone}>{word}</Badge>
        {query.verdict === "faster" && ratio !== null && ratio > 1 && (
          <span class="ratio">{brief(ratio)} × fewer VM steps</span>
        )}
        <span class="spacer" />
        {query.verdict !== "not_measured" && (
          <span class="fine">{query.same_result ? "Same result" : "The results differ"}</span>
        )}
      </div>
      {query.note && <p class="fine">{query.note}</p>}
      {changed ? (
        <>
          <div class="before-after">
            <PlanText label="As is" text={query.before_text} nodes={query.before_plan} query={query.name} />
            <PlanText label={after} text={query.after_text} nodes={query.after_plan} query={query.name} />
          </div>
          {query.verdict !== "not_measured" && (
            <CountersTable
              before={query.before}
              after={query.after}
              caption={`Counters of ${query.name}`}
              heads={["As is", after]}
            />
          )}
        </>
      ) : (
        <PlanText
          label="The plan stays as it is"
          text={query.before_text}
          nodes={query.before_plan}
          query={query.name}
        />
      )}
    </li>
  );
}
