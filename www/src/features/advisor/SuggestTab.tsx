/** Suggested indexes, with the proof for each query. */

import type { Advice, Suggested } from "../../engine/types";
import { addOwnIndex, suggest } from "../../store/actions_advise";
import {
  forbid,
  ownDraft,
  ownIndexError,
  pin,
  pinned,
  suggestedFor,
  suggestTask,
  takeIndex,
} from "../../store/advisor";
import { ANALYZE, choose, chosen, forget, isChosen } from "../../store/chosen";
import { opened } from "../../store/database";
import { statements, text } from "../../store/editor";
import { CopyButton, Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { bytes, count, percent, plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { Billed } from "./Billed";
import { Curve } from "./Curve";
import { DropList } from "./DropList";
import { Limits } from "./Limits";
import { QueryCard } from "./QueryCard";
import { ScopeChoice } from "./ScopeChoice";
import { SoFar } from "./SoFar";

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
      <Limits />
      {startedAt !== null && <Working label="Looking for indexes" work={suggestTask} />}
      {startedAt !== null && <SoFar />}
      {error && <ErrorNote error={error} />}
      {value && startedAt === null && <Suggestion value={value} />}
      {!value && startedAt === null && !error && (
        <Empty icon="index" title="Which indexes would help?">
          Each candidate is built on a copy of your data and the queries are run with and without it. Only
          what makes a measured difference is suggested.
        </Empty>
      )}
      <OwnIndex />
      <Billed />
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
      {value.holds.length > 0 && value.create.length > 0 && (
        <section aria-label="With other statistics">
          <h3>With other statistics</h3>
          <ul class="reasons" data-testid="holds">
            {value.holds.map((holds) => (
              <li key={holds.statistics} class={holds.slower.length > 0 ? "warn" : ""}>
                {holds.text}
              </li>
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
      <div class="advice-actions">
        <button
          type="button"
          class="button small"
          aria-pressed={pinned.value.includes(advice.ddl)}
          onClick={() => pin(advice.ddl, !pinned.value.includes(advice.ddl))}
        >
          Keep<span class="sr-only"> {advice.name}</span>
        </button>
        <button type="button" class="button small" onClick={() => forbid(advice.ddl, true)}>
          Not this one<span class="sr-only">: {advice.name}</span>
        </button>
        <button type="button" class="button small" onClick={() => edit(advice.ddl)}>
          Edit<span class="sr-only"> {advice.name}</span>
        </button>
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

/** Has the person change an index: it is left out, and its text stands in the field for one's own. */
function edit(ddl: string): void {
  takeIndex(ddl, false);
  ownDraft.value = ddl;
  document.querySelector<HTMLInputElement>(".own-form input")?.focus();
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
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("ddl") as HTMLInputElement;
    if (field.value.trim() && (await addOwnIndex(field.value.trim()))) ownDraft.value = "";
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
          value={ownDraft.value}
          onInput={(event) => {
            ownDraft.value = event.currentTarget.value;
          }}
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
