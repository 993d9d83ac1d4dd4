/** Copying cells, and copying or saving all rows in memory. */
import { signal } from "@preact/signals";
import type { Cell } from "../../engine/types";
import { wholeRows } from "../../store/actions_run";
import { exportTask, kept, ranName } from "../../store/results";
import { ErrorNote, saveFile, Working } from "../../ui/basics";
import { copyText } from "../../ui/clipboard";
import { plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { Menu } from "../../ui/menu";
import { type Format, plain, writer } from "./cells";
import type { Range } from "./Grid";

/** What was done last with the rows of a run, in words. */
const said = signal({ run: 0, words: "" });

function say(words: string): void {
  said.value = { run: kept.value?.run ?? 0, words };
}

async function toClipboard(text: string, what: string): Promise<void> {
  say((await copyText(text)) ? `${what} copied.` : "The browser did not allow copying.");
}

/** Copies a rectangle of cells; more than one as values with tabs between them. */
export async function copyRange({ top, bottom, left, right }: Range): Promise<void> {
  const columns = kept.value?.columns.slice(left, right + 1) ?? [];
  const single = top === bottom && left === right;
  const { rows } = writer("tsv", columns);
  const parts: string[] = [];
  const each = (whole: Cell[][]) => {
    const cells = whole.map((row) => row.slice(left, right + 1));
    parts.push(single ? cells.map(([cell]) => (cell ? plain(cell) : "")).join("") : rows(cells));
  };
  if (!(await wholeRows(top, bottom - top + 1, each))) return;
  await toClipboard(parts.join(""), plural((bottom - top + 1) * columns.length, "value"));
}

async function written(format: Format): Promise<string[] | null> {
  const now = kept.value;
  if (!now) return null;
  const { before, rows, after } = writer(format, now.columns);
  const parts = [before];
  const done = await wholeRows(now.first, now.rows.length, (some) => parts.push(rows(some)));
  return done ? [...parts, after] : null;
}

async function copyAll(format: Format): Promise<void> {
  const shown = kept.value?.rows.length ?? 0;
  const parts = await written(format);
  if (parts) await toClipboard(parts.join(""), plural(shown, "row"));
}

const TYPES: Record<Format, string> = {
  csv: "text/csv",
  json: "application/json",
  tsv: "text/tab-separated-values",
};

async function saveAll(format: Format): Promise<void> {
  const shown = kept.value?.rows.length ?? 0;
  const parts = await written(format);
  if (!parts) return;
  const name = ranName.value.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "rows";
  saveFile(parts, `${name}.${format}`, TYPES[format]);
  say(`${plural(shown, "row")} saved as ${name}.${format}.`);
}

const CHOICES: { label: string; run: () => Promise<void> }[] = [
  { label: "Copy as CSV", run: () => copyAll("csv") },
  { label: "Copy as JSON", run: () => copyAll("json") },
  { label: "Save as CSV", run: () => saveAll("csv") },
  { label: "Save as JSON", run: () => saveAll("json") },
];

export function SaveRows() {
  const shown = kept.value?.rows.length ?? 0;
  return (
    <Menu
      label={
        <>
          <Icon name="download" />
          Copy or save
        </>
      }
      panelLabel="Copy or save the rows"
      disabled={exportTask.startedAt.value !== null}
    >
      {(close) => (
        <div class="menu-choices">
          <p class="fine">
            {shown === 1 ? "The row" : `The ${plural(shown, "row")}`} in memory, values whole
          </p>
          {CHOICES.map(({ label, run }) => (
            <button
              key={label}
              type="button"
              class="button quiet"
              onClick={() => {
                close();
                void run();
              }}
            >
              {label}
            </button>
          ))}
        </div>
      )}
    </Menu>
  );
}

export function Said() {
  return (
    <>
      <Working label="Reading long values" work={exportTask} />
      {exportTask.error.value && <ErrorNote error={exportTask.error.value} />}
      <p class="fine said" role="status" data-testid="said">
        {said.value.run === kept.value?.run && said.value.words}
      </p>
    </>
  );
}
