/** The queries of a log: how often, how long, with which values, and which of them are taken. */
import { useSignal } from "@preact/signals";
import type { Log, LoggedQuery } from "../../engine/types";
import { rows, SORTS, type SortId, sort, sortBy, take, taken } from "../../store/logs";
import { count, duration } from "../../ui/format";

/** Rows that are shown before all are asked for. */
const FIRST_ROWS = 100;

const TITLE: Record<SortId, string> = {
  name: "Query",
  calls: "Calls",
  total: "Total",
  mean: "Mean",
  max: "Max",
};

export function QueriesTable({ log }: { log: Log }) {
  const all = useSignal(false);
  const timed = log.queries.some((query) => query.times !== null);
  const columns = timed ? SORTS : SORTS.slice(0, 2);
  const shown = all.value ? rows.value : rows.value.slice(0, FIRST_ROWS);
  const everything = log.queries.map((_, at) => at);
  return (
    <section aria-label="Queries">
      <h3>Queries</h3>
      <div class="table-wrap" role="group" aria-label="Queries of the log" tabIndex={0}>
        <table class="compare log-queries" data-testid="log-queries">
          <caption class="sr-only">Queries of the log</caption>
          <thead>
            <tr>
              <td>
                <input
                  type="checkbox"
                  aria-label="Take all queries"
                  checked={taken.value.size === everything.length}
                  onChange={(event) => take(everything, event.currentTarget.checked)}
                />
              </td>
              {columns.map((id) => (
                <Head key={id} id={id} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ at, query }) => (
              <tr key={query.name}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Take ${query.name}`}
                    checked={taken.value.has(at)}
                    onChange={(event) => take([at], event.currentTarget.checked)}
                  />
                </td>
                <th scope="row">
                  {query.name} {query.writes && <span class="tag">writes</span>}
                  <code class="log-sql">{query.sql}</code>
                  <Values query={query} />
                </th>
                <td class="number">{count(query.calls)}</td>
                {timed && <Times query={query} />}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < log.queries.length && (
        <button
          type="button"
          class="button small"
          onClick={() => {
            all.value = true;
          }}
        >
          Show all {count(log.queries.length)}
        </button>
      )}
    </section>
  );
}

function Head({ id }: { id: SortId }) {
  const now = sort.value?.by === id ? sort.value : null;
  return (
    <th
      scope="col"
      class={id === "name" ? undefined : "number"}
      aria-sort={now ? (now.ascending ? "ascending" : "descending") : "none"}
    >
      <button type="button" class="sort" onClick={() => sortBy(id)}>
        {TITLE[id]}
        <span aria-hidden="true">{now ? (now.ascending ? " ↑" : " ↓") : ""}</span>
      </button>
    </th>
  );
}

function Times({ query }: { query: LoggedQuery }) {
  const times = query.times;
  const cells = [times?.total_ns, times?.mean_ns, times?.max_ns];
  return (
    <>
      {cells.map((ns, at) => (
        <td key={at} class="number">
          {ns == null ? "–" : duration(ns)}
        </td>
      ))}
    </>
  );
}

/** What is bound when it is run, and another value that was met. */
function Values({ query }: { query: LoggedQuery }) {
  if (query.values.length === 0 && !query.several_rows) return null;
  return (
    <span class="log-values fine">
      {query.values.map(({ name, value, rare }) => (
        <span key={name}>
          {name} = {value ?? "not in the log"}
          {rare !== null && `, also ${rare}`}
        </span>
      ))}
      {query.several_rows && <span>each inserts several rows; here is one</span>}
    </span>
  );
}
