/** A log as a workload: read, its queries chosen, its loops shown, what was not understood said. */
import { useId, useRef } from "preact/hooks";
import type { Log } from "../../engine/types";
import { forgetLog, readLog, readPastedLog, takeQueries } from "../../store/actions_log";
import { logName, logOpen, logTask, logText, taken } from "../../store/logs";
import { ErrorNote, Working } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { Loops } from "./Loops";
import { QueriesTable } from "./QueriesTable";

export function LogDialog() {
  return (
    <Dialog title="Import a log" open={logOpen.value} onClose={forgetLog} wide>
      <Body />
    </Dialog>
  );
}

function Body() {
  const log = logTask.value.value;
  const error = logTask.error.value;
  const busy = logTask.startedAt.value !== null;
  return (
    <div class="paste log">
      {busy && <Working label={`Reading ${logName.value}`} work={logTask} />}
      {error && <ErrorNote error={error} />}
      {log ? <Found log={log} /> : !busy && <Given />}
    </div>
  );
}

const EXAMPLE = `(0.004) SELECT "id" FROM "orders" WHERE "customer_id" = 5; args=(5,); alias=default
(0.003) SELECT "id" FROM "orders" WHERE "customer_id" = 7; args=(7,); alias=default`;

/** Where the log comes from. */
function Given() {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void readPastedLog();
      }}
    >
      <label for={id}>What the application or SQLite logged</label>
      <textarea
        id={id}
        class="paste-text mono"
        rows={8}
        placeholder={EXAMPLE}
        spellcheck={false}
        autocapitalize="off"
        value={logText.value}
        onInput={(event) => {
          logText.value = event.currentTarget.value;
        }}
      />
      <p class="fine">
        A file of SQL, a trace of the sqlite3 shell, a debug log of Django, Rails or SQLAlchemy,
        pg_stat_statements as CSV, or one statement a line. Values are read with them. It stays in this
        browser.
      </p>
      <div class="field-row">
        <button type="submit" class="button primary" disabled={logText.value.trim() === ""}>
          Read the log
        </button>
        <button type="button" class="button" onClick={() => input.current?.click()}>
          <Icon name="open" />
          Choose a log file
        </button>
        <input
          ref={input}
          class="sr-only"
          type="file"
          tabIndex={-1}
          aria-label="Log file"
          data-testid="log-input"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file) void readLog(file, file.name);
          }}
        />
      </div>
    </form>
  );
}

function Found({ log }: { log: Log }) {
  const n = taken.value.size;
  return (
    <>
      <p data-testid="log-summary">
        {logName.value} is read as {log.title}: {plural(log.statements, "statement")} in{" "}
        {plural(log.lines, "line")}, {plural(log.queries.length, "different query", "different queries")}.
      </p>
      <div class="field-row">
        <button type="button" class="button primary" disabled={n === 0} onClick={takeQueries}>
          {n === 1 ? "Use this query" : `Use these ${n} queries`}
        </button>
        <button type="button" class="button" onClick={forgetLog}>
          Cancel
        </button>
      </div>
      <Loops log={log} />
      <QueriesTable log={log} />
      <LeftOut log={log} />
    </>
  );
}

function LeftOut({ log }: { log: Log }) {
  const lines = log.first_other_lines;
  if (log.left_out.length === 0 && log.other_lines === 0) return null;
  return (
    <section aria-label="Left out" data-testid="log-left-out">
      <h3>Left out</h3>
      <ul class="left">
        {log.left_out.map((left) => (
          <li key={left.title}>
            <strong>{plural(left.count, "statement")}</strong>
            <span>
              {left.title}; the first on line {left.first_line}: <code>{left.first}</code>
            </span>
          </li>
        ))}
        {log.other_lines > 0 && (
          <li>
            <strong>{plural(log.other_lines, "line")}</strong>
            <span>without a statement{log.other_lines > lines.length ? "; the first ones:" : ":"}</span>
            <ul class="log-lines">
              {lines.map(({ line, text }) => (
                <li key={line}>
                  line {line}: <code>{text}</code>
                </li>
              ))}
            </ul>
          </li>
        )}
      </ul>
    </section>
  );
}
