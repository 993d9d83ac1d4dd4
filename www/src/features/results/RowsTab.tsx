/** The rows of the last run. */
import type { Cell, Ran } from "../../engine/types";
import { opened } from "../../store/database";
import { ROW_CAP, ranName, runTask } from "../../store/results";
import { Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { CountersRow } from "../../ui/counters";
import { bytes, count, duration, plural } from "../../ui/format";
import { PlanNotices } from "../plan/PlanNotices";

export function RowsTab() {
  const startedAt = runTask.startedAt.value;
  const error = runTask.error.value;
  const ran = runTask.value.value;
  if (startedAt !== null) {
    return <Working label={`Running ${ranName.value || "the query"}`} work={runTask} />;
  }
  if (error) return <ErrorNote error={error} />;
  if (!ran) {
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
  return <Rows ran={ran} />;
}

function Rows({ ran }: { ran: Ran }) {
  const shown = ran.rows.length;
  return (
    <div class="rows">
      <div class="panel-bar">
        <h2>{ranName.value}</h2>
        <span class="state measured" data-testid="rows-count">
          {ran.truncated ? `Showing the first ${count(shown)} of more` : plural(ran.rows_returned, "row")}
        </span>
        <span class="fine">{duration(ran.elapsed_ns)}</span>
      </div>
      {ran.stopped !== "end" && !(ran.truncated && shown >= ROW_CAP) && (
        <Note tone="warn">
          {ran.stopped === "deadline" ? "Stopped after two minutes." : "Stopped by you."} These are the rows
          found so far.
        </Note>
      )}
      <PlanNotices notices={ran.statement.notices} />
      {ran.statement.counters && <CountersRow counters={ran.statement.counters} />}
      {ran.columns.length > 0 && (
        <div class="grid-wrap" tabIndex={0} role="region" aria-label="Result rows">
          <table class="grid">
            <thead>
              <tr>
                <th scope="col" class="row-number">
                  <span class="sr-only">Row</span>
                </th>
                {ran.columns.map((column, index) => (
                  <th scope="col" key={index}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {ran.rows.map((row, index) => (
                <tr key={index}>
                  <td class="row-number">{index + 1}</td>
                  {row.map((cell, at) => (
                    <CellView key={at} cell={cell} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {shown === 0 && <p class="fine no-rows">No rows.</p>}
        </div>
      )}
    </div>
  );
}

/** Longer text is cut in the cell; the whole is in its title. */
const TEXT_SHOWN = 200;

function CellView({ cell }: { cell: Cell }) {
  switch (cell.type) {
    case "null":
      return <td class="null">NULL</td>;
    case "integer":
      return <td class="number">{cell.value}</td>;
    case "real":
      return <td class="number">{String(cell.value)}</td>;
    case "text": {
      const long = cell.value.length > TEXT_SHOWN;
      return (
        <td title={long ? cell.value : undefined}>
          {long ? `${cell.value.slice(0, TEXT_SHOWN)}…` : cell.value}
          {cell.lossy && <span class="tag">not UTF-8</span>}
        </td>
      );
    }
    case "blob":
      return (
        <td class="blob mono">
          x'{cell.hex}
          {cell.hex.length / 2 < cell.bytes ? "…" : "'"} <span class="fine">{bytes(cell.bytes)}</span>
        </td>
      );
  }
}
