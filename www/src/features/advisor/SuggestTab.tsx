/** Suggested indexes, with the proof for each query. */

import type { Advice, Suggested } from "../../engine/types";
import { addOwnIndex, suggest } from "../../store/actions_advise";
import { ownIndexError, suggestedFor, suggestTask, takeIndex } from "../../store/advisor";
import { ANALYZE, choose, chooseSuggested, chosen, forget, isChosen } from "../../store/chosen";
import { opened } from "../../store/database";
import { statements, text } from "../../store/editor";
import { CopyButton, Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { bytes, count, percent, plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { DropList } from "./DropList";
import { QueryCard } from "./QueryCard";
import { ScopeChoice } from "./ScopeChoice";

export function SuggestTab() {
  const startedAt = suggestTask.startedAt.value;
  const value = suggestTask.value.value;
  const error = suggestTask.error.value;
  if (!opened.value) return <Empty icon="open" title="Open a database first." />;
  return (
    <div class="suggest">
      <div class="panel-bar">
        <button
          type="button"
          class="button primary"
          disabled={startedAt !== null || statements.value.length === 0}
          onClick={() => void suggest()}
        >
          Suggest indexes
        </button>
        <ScopeChoice />
      </div>
      {startedAt !== null && <Working label="Looking for indexes" work={suggestTask} />}
      {error && <ErrorNote error={error} />}
      {value && startedAt === null && <Suggestion value={value} />}
      {!value && startedAt === null && !error && (
        <Empty icon="index" title="Which indexes would help?">
          Each candidate is built on a copy of your data and the queries are run with and without it. Only
          what makes a measured difference is suggested.
        </Empty>
      )}
      <OwnIndex />
    </div>
  );
}

function Suggestion({ value }: { value: Suggested }) {
  const stale = !text.value.includes(suggestedFor.value);
  const drops = value.drop.filter((drop) => drop.taken).length;
  const helped = value.queries.filter((query) => query.verdict === "faster").length;
  return (
    <>
      {stale && <Note tone="neutral">The queries have changed since. Ask again to see what fits now.</Note>}
      {value.queries.length > 1 && value.create.length + drops > 0 && (
        <section aria-label="All queries together">
          <h3>All queries together</h3>
          <CountersTable
            before={value.baseline}
            after={value.advised}
            caption="All queries, before and after"
          />
        </section>
      )}
      {value.create.length === 0 ? (
        <Note
          tone="neutral"
          testid="no-advice"
          hint="That is not a clean bill of health: only single indexes and short sets were tried, on this data."
        >
          {value.analyze
            ? "No new index is needed: fresh statistics are enough."
            : `No index was found that helps ${value.queries.length === 1 ? "this query" : "these queries"}.`}
          {value.drop.length > 0 && " But there are some that may go."}
        </Note>
      ) : (
        <section aria-label="Suggested indexes">
          <h3>
            {plural(value.create.length, "index", "indexes")} for {plural(helped, "query", "queries")}
          </h3>
          <ul class="cards">
            {value.create.map((advice) => (
              <AdviceCard key={advice.ddl} advice={advice} />
            ))}
          </ul>
        </section>
      )}
      <DropList drops={value.drop} />
      {value.analyze && (
        <section aria-label="Statistics">
          <h3>Statistics</h3>
          <div class="card advice" data-testid="analyze">
            <div class="advice-head">
              <label class="check">
                <input
                  type="checkbox"
                  checked={isChosen(ANALYZE)}
                  onChange={(event) => choose(ANALYZE, event.currentTarget.checked, "suggested")}
                />
                <span>Use</span>
              </label>
              <code class="ddl">{ANALYZE}</code>
            </div>
            {value.analyze_because.length > 0 && (
              <ul class="reasons">
                {value.analyze_because.map((because) => (
                  <li key={because}>{because}</li>
                ))}
              </ul>
            )}
            <p class="fine">
              {value.create.length === 0
                ? "It counts the data, so that SQLite picks the right one of the indexes there are. The queries were measured with it and take fewer steps."
                : "It counts the data once the indexes are there, so that SQLite picks the right one. The queries were measured with it and take fewer steps."}
            </p>
          </div>
        </section>
      )}
      {value.queries.length > 0 && (
        <section aria-label="Query by query">
          <h3>Query by query</h3>
          <ul class="cards">
            {value.queries.map((query) => (
              <QueryCard key={query.name + query.sql} query={query} after={after(value)} />
            ))}
          </ul>
        </section>
      )}
      <Curve value={value} />
      <Left
        title="Not analysed"
        rows={value.not_analysed.map(({ name, sql, because }) => ({ name, code: sql, because }))}
      />
      <Left
        title="Not advised, because"
        rows={value.not_advised.map(({ ddl, because }) => ({ code: ddl, because }))}
      />
    </>
  );
}

/** What a query is run with, as a heading. */
function after(value: Suggested): string {
  if (value.create.length > 0) return "With indexes";
  if (!value.drop.some((drop) => drop.taken)) return "With ANALYZE";
  return value.analyze ? "With the changes" : "Without duplicates";
}

/** What fewer bytes would give, or more: each set can be taken in place of the one suggested. */
function Curve({ value }: { value: Suggested }) {
  if (value.curve.length < 3) return null;
  return (
    <section aria-label="Bytes against work">
      <h3>Bytes against work</h3>
      <p class="fine">
        The work of the queries that read, as a share of before (geometric mean). With the best plan that was
        measured for each query, whatever it takes, it would be {percent(value.bound.best_seen)}.
      </p>
      <ul class="cards" data-testid="curve">
        {value.curve.map((point) => (
          <li key={point.changes.join()} class="card advice-point">
            <meter min={0} max={1} value={Math.min(1, point.work)} aria-label="Work left" />
            <span>
              {bytes(point.bytes)},{" "}
              {plural(point.changes.filter((change) => change !== ANALYZE).length, "index", "indexes")}:{" "}
              {percent(point.work)} of the work
            </span>
            {point.advised ? (
              <span class="fine">Suggested</span>
            ) : (
              <button type="button" class="button" onClick={() => chooseSuggested(point.changes)}>
                Use {point.changes.length === 0 ? "none" : "these"}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function AdviceCard({ advice }: { advice: Advice }) {
  return (
    <li class="card advice" data-testid="advice">
      <div class="advice-head">
        <label class="check">
          <input
            type="checkbox"
            checked={isChosen(advice.ddl)}
            onChange={(event) => takeIndex(advice.ddl, event.currentTarget.checked)}
          />
          <span>
            Use<span class="sr-only"> {advice.name}</span>
          </span>
        </label>
        <code class="ddl">{advice.ddl}</code>
        <CopyButton text={advice.ddl} what={advice.name} />
      </div>
      <ul class="reasons">
        {advice.reasons.map((reason) => (
          <li key={reason.rule + reason.text}>{reason.text}</li>
        ))}
      </ul>
      {advice.warning && <Note tone="warn">{advice.warning}</Note>}
      <p class="fine">
        Takes {bytes(advice.bytes)}, {percent(advice.share_of_file)} of the file.{" "}
        {advice.steps_per_insert !== null && (
          <>Each inserted row takes {count(advice.steps_per_insert)} VM steps more. </>
        )}
        {advice.helps.length > 0 && <>Helps: {advice.helps.join("; ")}.</>}
      </p>
    </li>
  );
}

interface LeftRow {
  name?: string;
  code: string;
  because: string;
}

function Left({ title, rows }: { title: string; rows: LeftRow[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul class="left">
        {rows.map(({ name, code, because }, index) => (
          <li key={index}>
            {name && <strong>{name}</strong>}
            <code>{code}</code>
            <span>{because}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An index of the user's own, and all chosen ones that did not come from the list above. */
function OwnIndex() {
  const suggestion = suggestTask.value.value;
  const listed = suggestion ? [...suggestion.create, ...suggestion.drop] : [];
  const suggestedNow = new Set(listed.map((advice) => advice.ddl));
  if (suggestion?.analyze) suggestedNow.add(ANALYZE);
  const others = chosen.value.filter((index) => !suggestedNow.has(index.ddl));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = form.elements.namedItem("ddl") as HTMLInputElement;
    if (field.value.trim() && (await addOwnIndex(field.value.trim()))) form.reset();
  };
  return (
    <section class="own" aria-label="Your own index">
      <h3>An index of your own</h3>
      {others.length > 0 && (
        <ul class="cards">
          {others.map((index) => (
            <li key={index.ddl} class="card advice">
              <div class="advice-head">
                <label class="check">
                  <input
                    type="checkbox"
                    checked={index.on}
                    onChange={(event) => choose(index.ddl, event.currentTarget.checked, index.origin)}
                  />
                  <span>Use</span>
                </label>
                <code class="ddl">{index.ddl}</code>
                <span class="tag">{index.origin === "link" ? "from the link" : "yours"}</span>
                <button
                  type="button"
                  class="button quiet icon-only"
                  aria-label={`Remove ${index.ddl}`}
                  onClick={() => forget(index.ddl)}
                >
                  <Icon name="close" />
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
      <form class="own-form" onSubmit={submit}>
        <input
          name="ddl"
          class="mono"
          type="text"
          aria-label="CREATE INDEX statement"
          placeholder="CREATE INDEX … ON …(…)"
          autocomplete="off"
          spellcheck={false}
        />
        <button type="submit" class="button">
          <Icon name="plus" />
          Add
        </button>
      </form>
      {ownIndexError.value && <ErrorNote error={ownIndexError.value} />}
    </section>
  );
}
