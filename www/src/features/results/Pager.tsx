/** Which rows of the result are in memory, and the way to the others. */
import { useState } from "preact/hooks";
import { loadPage } from "../../store/actions_run";
import { end, hasMore, kept, PAGE_ROWS, pageTask, runTask } from "../../store/results";
import { ErrorNote, Working } from "../../ui/basics";
import { count } from "../../ui/format";

export function Pager() {
  const [wanted, setWanted] = useState("");
  const now = kept.value;
  const total = end.value;
  if (!now || runTask.startedAt.value !== null || now.rows.length === 0) return null;
  if (now.first === 0 && !hasMore.value) return null;
  const last = now.first + now.rows.length;
  const busy = pageTask.startedAt.value !== null;
  const before = Math.min(PAGE_ROWS, now.first);
  const after = Math.min(PAGE_ROWS, (total ?? Number.POSITIVE_INFINITY) - last);
  const asked = Number(wanted.replaceAll(",", ""));
  const valid = Number.isInteger(asked) && asked >= 1 && asked <= (total ?? Number.MAX_SAFE_INTEGER);
  const go = (event: Event) => {
    event.preventDefault();
    if (valid) void loadPage(asked - 1);
  };
  return (
    <div class="pager" data-testid="pager">
      <span data-testid="pager-range">
        Rows {count(now.first + 1)}–{count(last)} of {total === null ? "more" : count(total)}
      </span>
      <button
        type="button"
        class="button small"
        disabled={busy || before === 0}
        onClick={() => void loadPage("previous")}
      >
        Previous {count(before || PAGE_ROWS)}
      </button>
      <button
        type="button"
        class="button small"
        disabled={busy || !hasMore.value}
        onClick={() => void loadPage("next")}
      >
        Next {count(after > 0 ? after : PAGE_ROWS)}
      </button>
      <form class="pager-go" onSubmit={go}>
        <label>
          From row{" "}
          <input
            inputMode="numeric"
            size={9}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button small" disabled={busy || !valid}>
          Read
        </button>
      </form>
      <p class="fine">
        SQLite keeps no result: other rows are read by running the query again up to them. Up to 10,000 rows
        stay in memory.
      </p>
      <Working label="Reading rows" work={pageTask} />
      {pageTask.error.value && <ErrorNote error={pageTask.error.value} />}
      {!busy && pageTask.value.value === 0 && <p class="fine">There are no such rows.</p>}
    </div>
  );
}
