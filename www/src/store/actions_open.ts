/** Opening databases and samples, and attaching further ones. */

import { batch } from "@preact/signals";
import type { Opened, Pattern } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { forgetLog, readLog } from "./actions_log";
import { forgetRows } from "./actions_run";
import { linkOpened } from "./actions_share";
import { offerBack } from "./actions_text";
import { remote } from "./address";
import { forbidden, limitsChanged, ownDraft, ownIndexError, pinned, suggestTask } from "./advisor";
import { billedTask } from "./billed";
import { choose, chosen } from "./chosen";
import { asked, attachTask, opened, openingName, openTask } from "./database";
import { pristine, replaceText, text } from "./editor";
import { type DatabaseFiles, sortFiles } from "./files";
import { findingsTask, lookedAt } from "./findings";
import { logOpen } from "./logs";
import { patch } from "./patch";
import { galleryOpen, patterns } from "./patterns";
import { explained, wantChosen } from "./plan";
import { program, programTask } from "./program";
import { ranSlice, runTask } from "./results";
import { linkState, shareTask } from "./share";
import { clearTask, type Task } from "./task";
import { trialTask } from "./trial";
import { dismiss, notices, notify, tab } from "./view";
import { planUnder, runUnderTask, whyTask } from "./why";
import { chosenPage, openTree, xray, xrayTask } from "./xray";

/** What was found on the databases there were goes, since others are open now. */
function forgetResults(): void {
  for (const task of [
    runTask,
    suggestTask,
    trialTask,
    shareTask,
    programTask,
    whyTask,
    runUnderTask,
    xrayTask,
    findingsTask,
    billedTask,
  ])
    clearTask<unknown>(task as Task<unknown>);
  chosen.value = [];
  wantChosen.value = false;
  patch.value = null;
  ranSlice.value = null;
  forgetRows();
  program.value = null;
  planUnder.value = null;
  lookedAt.value = "";
  xray.value = null;
  openTree.value = null;
  chosenPage.value = null;
  ownIndexError.value = null;
  [pinned.value, forbidden.value] = [[], []];
  limitsChanged.value = false;
  ownDraft.value = "";
}

function showOpened(value: Opened): void {
  batch(() => {
    opened.value = value;
    remote.value = null;
    explained.value = null;
    forgetResults();
    tab.value = "plan";
    if (linkState.value.type !== "waiting_for_file") linkState.value = { type: "none" };
  });
  dismiss("engine");
  dismiss("remote");
  notices.value = notices.value.filter(({ key }) => !key.startsWith("open-"));
  for (const { code, message } of value.notices) {
    notify({ key: `open-${code}`, tone: code === "wal_missing" ? "warn" : "neutral", text: message });
  }
}

/** Time for counting the rows of a large file, in ms. Other requests wait meanwhile. */
const COUNT_ROWS_MS = 400;

/** Rows of a large file are counted once its schema and plan are shown. */
export async function countRows(): Promise<void> {
  const before = opened.value;
  const uncounted = before?.schema.tables.some((table) => table.kind === "table" && table.row_count === null);
  if (!before || !uncounted) return;
  try {
    const schema = await engine().call("count_rows", [COUNT_ROWS_MS], { lane: "count" }).answer;
    if (opened.value === before) opened.value = { ...before, schema };
  } catch {
    // The numbers stay away; whatever is wrong with the file shows where it matters.
  }
}

/** Puts a sample's queries into the editor; text of the user's own can be brought back. */
function loadWorkload(workload: string | null): void {
  const previous = text.value;
  const own = previous.trim() !== "" && previous !== pristine.value;
  if (workload === null) {
    if (!own) replaceText("");
    pristine.value = null;
    return;
  }
  replaceText(workload);
  pristine.value = workload;
  if (own) {
    offerBack(previous, "The sample's queries are in the editor now.");
  }
}

/** Puts a pattern's query into the editor and shows its plan. */
export function showPattern(pattern: Pattern): void {
  batch(() => {
    loadWorkload(pattern.text);
    tab.value = "plan";
    galleryOpen.value = false;
  });
}

export async function openSample(id: string, scale: number, title: string): Promise<boolean> {
  openingName.value = title;
  const value = await perform(openTask, () => engine().call("open_sample", [id, scale], report(openTask)));
  if (!value) return false;
  showOpened(value);
  const first = patterns.value[0];
  loadWorkload(first ? first.text : value.workload);
  galleryOpen.value = first !== undefined;
  return true;
}

/** A file of SQL goes into the editor as it is; a log, or one in which queries repeat, is shown first. */
async function takeText(file: File): Promise<void> {
  const log = await readLog(file, file.name);
  const isScript = log ? log.format === "sql" && !log.repeats : /\.sql$/i.test(file.name);
  if (!isScript) {
    logOpen.value = true;
    return;
  }
  forgetLog();
  const previous = text.value;
  replaceText(await file.text());
  if (previous.trim() && previous !== pristine.value) {
    offerBack(previous, `${file.name} is in the editor now.`);
  }
}

export async function openFiles(files: File[]): Promise<void> {
  const { databases, text: script, left_out } = sortFiles(files);
  notices.value = notices.value.filter(({ key }) => !key.startsWith("left-"));
  for (const line of left_out) notify({ key: `left-${line}`, tone: "warn", text: line });
  if (script) await takeText(script);
  const left = [...databases];
  while (left.length > 0) {
    const link = linkState.value;
    const waits = link.type === "waiting_for_file";
    if (!waits && opened.value) {
      asked.value = left;
      return;
    }
    // Of several files, the one of the name that the link gives.
    const wanted = waits ? (link.attach ?? link.notebook).database : null;
    const isWanted = ({ database }: DatabaseFiles) =>
      wanted?.type === "file" && wanted.name === database.name;
    const [next] = left.splice(Math.max(left.findIndex(isWanted), 0), 1);
    if (!next) return;
    if (waits && link.attach) {
      if (!(await attach(link.attach.name, next, openTask))) return;
      await linkOpened(link.fragment, link.notebook);
    } else if (!(await openDatabase(next, script !== null))) return;
  }
}

/** Opens a database in place of what is open. */
export async function openDatabase(files: DatabaseFiles, keepText = false): Promise<boolean> {
  const { database, wal, journal } = files;
  openingName.value = database.name;
  const value = await perform(openTask, () =>
    engine().call("open_file", [database.name, database, wal, journal], report(openTask)),
  );
  if (!value) return false;
  await showFile(value, keepText);
  await countRows();
  return true;
}

/** Shows a file that is no sample; a link may have waited for it. */
export async function showFile(value: Opened, hasText: boolean): Promise<void> {
  showOpened(value);
  const link = linkState.value;
  if (link.type === "waiting_for_file") {
    for (const ddl of link.notebook.indexes) choose(ddl, true, "link");
    wantChosen.value = link.notebook.indexes.length > 0;
    await linkOpened(link.fragment, link.notebook);
  } else if (!hasText) loadWorkload(null);
}

/** Attaches a database to the open one under a name. */
export async function attach(name: string, files: DatabaseFiles, task = attachTask): Promise<boolean> {
  const { database, wal, journal } = files;
  openingName.value = database.name;
  const value = await perform(task, () =>
    engine().call("attach", [name, database.name, database, wal, journal], report(task)),
  );
  if (!value) return false;
  opened.value = value;
  for (const { code, message } of value.notices) {
    const tone = code === "wal_missing" ? "warn" : "neutral";
    notify({ key: `open-${name}-${code}`, tone, text: `${database.name}: ${message}` });
  }
  void countRows();
  return true;
}

/** Takes an attached database away, and what was found with it. */
export async function detach(name: string): Promise<void> {
  try {
    const value = await engine().call("detach", [name]).answer;
    batch(() => {
      opened.value = value;
      forgetResults();
    });
    notices.value = notices.value.filter(({ key }) => !key.startsWith(`open-${name}-`));
  } catch (cause) {
    openTask.error.value = asWireError(cause);
  }
}
