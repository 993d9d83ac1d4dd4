/** Timing the chosen indexes: ratios with intervals, and the figures behind them. */
import { useRef } from "preact/hooks";
import { DotPlot, type DotRow } from "../../charts/dotplot";
import type { Effect, QueryTrial, Trial, Verdict } from "../../engine/types";
import { tryIndexes } from "../../store/actions_advise";
import { scope } from "../../store/advisor";
import { chosenDdl, chosenWords } from "../../store/chosen";
import { opened } from "../../store/database";
import { statements, text } from "../../store/editor";
import { trialTask, triedWith } from "../../store/trial";
import { tab } from "../../store/view";
import { Badge, Empty, ErrorNote, Note, type Tone, Working } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { duration, ratio } from "../../ui/format";
import { useWidth } from "../../ui/width";
import { ScopeChoice } from "../advisor/ScopeChoice";

const VERDICT: Record<Verdict, { tone: Tone; word: string }> = {
  faster: { tone: "good", word: "Faster" },
  slower: { tone: "bad", word: "Slower" },
  no_clear_difference: { tone: "neutral", word: "No clear difference" },
  not_measurable: { tone: "warn", word: "Not measurable" },
};

export function TrialTab() {
  const startedAt = trialTask.startedAt.value;
  const value = trialTask.value.value;
  const error = trialTask.error.value;
  const n = chosenDdl.value.length;
  if (!opened.value) return <Empty icon="open" title="Open a database first." />;
  const tried = triedWith.value;
  const changed =
    tried !== null && (tried.indexes.join() !== chosenDdl.value.join() || !text.value.includes(tried.text));
  return (
    <div class="trial">
      <div class="panel-bar">
        <button
          type="button"
          class="button primary"
          disabled={startedAt !== null || n === 0 || statements.value.length === 0}
          onClick={() => void tryIndexes()}
        >
          {n === 0 ? "Try the chosen indexes" : `Try ${chosenWords.value}`}
        </button>
        <ScopeChoice />
      </div>
      {n === 0 && <NoneChosen />}
      {startedAt !== null && (
        <Working label={scope.value === "all" ? "Timing the queries" : "Timing the query"} work={trialTask} />
      )}
      {error && <ErrorNote error={error} />}
      {value && startedAt === null && (
        <>
          {changed && (
            <Note tone="neutral">The queries or the chosen indexes have changed since this trial.</Note>
          )}
          <TrialResult trial={value} />
        </>
      )}
      {!value && startedAt === null && !error && n > 0 && (
        <Empty icon="run" title="How much faster, and how sure is that?">
          Each query runs many times, as is and with the indexes, in random order. You get the ratio with a 95
          % interval, and a check that the results are the same.
        </Empty>
      )}
    </div>
  );
}

/** What to do when no index is chosen; also used by Patch. */
export function NoneChosen() {
  return (
    <Empty icon="index" title="No index is chosen.">
      <button
        type="button"
        class="button"
        onClick={() => {
          tab.value = "suggest";
        }}
      >
        Go to Suggest
      </button>
    </Empty>
  );
}

function rowsOf(trial: Trial): DotRow[] {
  return trial.queries.flatMap((query) =>
    query.effects
      .filter((effect) => effect.verdict !== "not_measurable")
      .map((effect): DotRow => {
        const tone = effect.verdict === "faster" ? "good" : effect.verdict === "slower" ? "bad" : "neutral";
        return { label: query.name, ratio: effect.ratio, low: effect.low, high: effect.high, tone };
      }),
  );
}

function TrialResult({ trial }: { trial: Trial }) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host, 600);
  const rows = rowsOf(trial);
  if (trial.queries.length === 0) {
    return (
      <>
        <Note tone="warn" testid="none-tried">
          {trial.not_tried.length === 1
            ? "The query could not be tried."
            : "None of the queries could be tried."}
        </Note>
        <NotTriedList trial={trial} />
      </>
    );
  }
  return (
    <>
      <section aria-label="Ratios" class="ratios">
        <h3>Time with indexes ÷ time as is</h3>
        <div ref={host}>
          {rows.length > 0 && (
            <DotPlot
              rows={rows}
              width={Math.min(width, 860)}
              title="Ratios with 95 % intervals; the table below holds the same numbers"
            />
          )}
        </div>
        <div class="table-wrap" role="group" aria-label="Ratios with 95 % intervals" tabIndex={0}>
          <table class="compare" data-testid="trial-table">
            <caption class="sr-only">Ratios with 95 % intervals</caption>
            <thead>
              <tr>
                <th scope="col">Query</th>
                <th scope="col" class="number">
                  Ratio
                </th>
                <th scope="col" class="number">
                  95 % interval
                </th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody>
              {trial.queries.map((query) =>
                query.effects.map((effect) => (
                  <EffectRow key={query.name + effect.arm} query={query} effect={effect} />
                )),
              )}
            </tbody>
          </table>
        </div>
      </section>
      <section aria-label="Query by query">
        <h3>Query by query</h3>
        <ul class="cards">
          {trial.queries.map((query) => (
            <TrialCard key={query.name} query={query} />
          ))}
        </ul>
      </section>
      <NotTriedList trial={trial} />
    </>
  );
}

function NotTriedList({ trial }: { trial: Trial }) {
  if (trial.not_tried.length === 0) return null;
  return (
    <section aria-label="Not tried">
      <h3>Not tried</h3>
      <ul class="left" data-testid="not-tried">
        {trial.not_tried.map(({ name, because }) => (
          <li key={name + because}>
            <strong>{name}</strong>
            <span>{because}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function EffectRow({ query, effect }: { query: QueryTrial; effect: Effect }) {
  const { tone, word } = VERDICT[effect.verdict];
  const known = effect.verdict !== "not_measurable";
  return (
    <tr data-low={effect.low} data-high={effect.high} data-verdict={effect.verdict}>
      <th scope="row">{query.name}</th>
      <td class="number">{known ? ratio(effect.ratio) : "–"}</td>
      <td class="number">{known ? `${ratio(effect.low)} to ${ratio(effect.high)}` : "–"}</td>
      <td>
        <Badge tone={tone}>{word}</Badge>
      </td>
    </tr>
  );
}

function TrialCard({ query }: { query: QueryTrial }) {
  const [before, after] = query.arms;
  const same = query.arms.every((arm) => arm.same_result);
  return (
    <li class="card" data-testid="trial-query">
      <div class="card-head">
        <h4>{query.name}</h4>
        <span class="spacer" />
        <Badge tone={same ? "good" : "bad"}>{same ? "Same result in both" : "The results differ"}</Badge>
      </div>
      {query.effects.map((effect) => (
        <p key={effect.arm}>{effect.sentence}</p>
      ))}
      {query.note && <p class="fine">{query.note}</p>}
      <div class="trial-tables">
        <div class="table-wrap" role="group" aria-label={`Times of ${query.name}`} tabIndex={0}>
          <table class="compare">
            <caption class="sr-only">Times of {query.name}</caption>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col" class="number">
                  Median
                </th>
                <th scope="col" class="number" title="95 of 100 runs were at least this fast">
                  p95
                </th>
                <th scope="col" class="number" title="Timed samples; each may hold several runs">
                  Samples
                </th>
              </tr>
            </thead>
            <tbody>
              {query.arms.map((arm) => (
                <tr key={arm.arm}>
                  <th scope="row">{arm.arm}</th>
                  <td class="number">{duration(arm.median_ns)}</td>
                  <td class="number">{duration(arm.p95_ns)}</td>
                  <td class="number">
                    {arm.samples}
                    {arm.batch > 1 && ` × ${arm.batch}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {before && after && (
          <CountersTable
            before={before.counters}
            after={after.counters}
            caption={`Counters of ${query.name}`}
          />
        )}
      </div>
    </li>
  );
}
