/** The rows of the last run, as they come and after it. */
import type { Ran, Varies } from "../../engine/types";
import { showCell } from "../../store/actions_run";
import { opened } from "../../store/database";
import { end, kept, ranName, runTask, shownCell } from "../../store/results";
import { Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { CountersRow } from "../../ui/counters";
import { count, duration, plural } from "../../ui/format";
import { PlanNotices } from "../plan/PlanNotices";
import { CellViewer } from "./CellViewer";
import { Grid } from "./Grid";
import { Pager } from "./Pager";
import { copyRange, Said, SaveRows } from "./SaveRows";

export function RowsTab() {
  const running = runTask.startedAt.value !== null;
  const error = runTask.error.value;
  const ran = runTask.value.value;
  if (!running && !error && !ran) {
    return (
      <Empty icon="table" title={opened.value ? "Run a query to see its rows." : "Open a database first."}>
        {opened.value && (
          <>
            <kbd>Ctrl</kbd> or <kbd>⌘</kbd> + <kbd>Enter</kbd> runs the selection, or the statement under the
            cursor. Only statements that read are run.
          </>
        )}
      </Empty>
    );
  }
  return (
    <div class="rows">
      {running && <Working label={`Running ${ranName.value || "the query"}`} work={runTask} />}
      {error && <ErrorNote error={error} />}
      {(ran || kept.value) && <Bar ran={ran} />}
      {ran && <Facts ran={ran} />}
      {kept.value && <Rows />}
    </div>
  );
}

function Bar({ ran }: { ran: Ran | null }) {
  const shown = kept.value?.rows.length ?? 0;
  const whole = end.value;
  return (
    <div class="panel-bar">
      <h2>{ranName.value}</h2>
      <span class={ran ? "state measured" : "state"} data-testid="rows-count">
        {whole !== null ? plural(whole, "row") : `${plural(shown, "row")} so far`}
      </span>
      {ran && <span class="fine">{duration(ran.elapsed_ns)}</span>}
      <span class="spacer" />
      {shown > 0 && <SaveRows />}
    </div>
  );
}

const VARIES: Record<Varies, string> = {
  random: "random() starts alike in every run here, so rows that are read later follow those read before.",
  clock:
    "This query asks for the date or the time of day: rows and values read later may not fit those read before.",
};

function Facts({ ran }: { ran: Ran }) {
  return (
    <>
      {ran.stopped !== "end" && (
        <Note tone="warn">
          {ran.stopped === "deadline" ? "Stopped after two minutes." : "Stopped by you."}{" "}
          {ran.rows_returned > ran.rows_kept
            ? `It had found ${plural(ran.rows_returned, "row")}, and there may be more.`
            : "These are the rows found so far."}
        </Note>
      )}
      <PlanNotices notices={ran.statement.notices} />
      {ran.varies && ran.truncated && <Note tone="neutral">{VARIES[ran.varies]}</Note>}
      {ran.statement.counters && <CountersRow counters={ran.statement.counters} />}
    </>
  );
}

function Rows() {
  const now = kept.value;
  if (!now) return null;
  const none = now.rows.length === 0;
  return (
    <>
      <div class="sheet-wrap" role="region" aria-label="Result rows">
        <Grid
          key={now.run}
          kept={now}
          total={end.value}
          onOpen={(place) => void showCell(place)}
          onCopy={(range) => void copyRange(range)}
        />
        {none && runTask.startedAt.value === null && <p class="fine no-rows">No rows.</p>}
      </div>
      <Said />
      <Pager />
      {shownCell.value && <CellViewer place={shownCell.value} columns={now.columns} />}
      <span class="sr-only" role="status">
        {runTask.startedAt.value === null && `${count(now.rows.length)} rows are shown.`}
      </span>
    </>
  );
}
