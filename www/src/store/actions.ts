/** Everything the page can ask of the engine. Only files of actions call engine/. */
import { batch, computed, effect, untracked } from "@preact/signals";
import { type Call, type ClientEvents, EngineClient, type NewWorker, type Reopened } from "../engine/client";
import { download } from "../engine/download";
import { type Fetched, isWireError, wireError } from "../engine/protocol";
import type { Cell, Notebook, Opened, Pattern, Reading, Rewrite, RowBatch, WireError } from "../engine/types";
import {
  addressInFragment,
  addressProblem,
  addressText,
  fragmentOf,
  nameOfAddress,
  onAddressPage,
  readAddress,
  remote,
  triedUrl,
} from "./address";
import { ownIndexError, scope, suggestedFor, suggestTask } from "./advisor";
import { ANALYZE, choose, chooseSuggested, chosen, chosenDdl } from "./chosen";
import { asked, attachTask, opened, openingName, openTask } from "./database";
import {
  active,
  moveRequest,
  nameOf,
  picked,
  pristine,
  replaceText,
  type Slice,
  selection,
  sliceOf,
  statementAt,
  statements,
  text,
} from "./editor";
import { about, engineState, samples, words } from "./engine";
import { type DatabaseFiles, sortFiles } from "./files";
import { CLOSE_LOOK_MS, findingsTask, lookedAt } from "./findings";
import { pasted, pastedError, pastedNode, pasteText } from "./pasted";
import { patch, patchError } from "./patch";
import { galleryOpen, patterns } from "./patterns";
import { explained, planError, selectedNode, shownPlan, wantChosen, withChosen } from "./plan";
import { COUNT_AT_ONCE_NS, program, programTask } from "./program";
import {
  cellTask,
  DEADLINE_MS,
  end,
  exportTask,
  isCut,
  kept,
  PAGE_ROWS,
  type Place,
  pageTask,
  ranName,
  ranSlice,
  runTask,
  shownCell,
  withPage,
} from "./results";
import { linkedStep, linkState, shareOpen, shareTask, splitFragment } from "./share";
import { clearTask, type Task } from "./task";
import { budgetMs, trialTask, triedWith } from "./trial";
import { dismiss, notices, notify, tab } from "./view";
import { planUnder, runUnderTask, switched, switches, underError, whyOpen, whyTask, whyText } from "./why";
import { type Arm, chosenPage, MAP_AT_ONCE_BYTES, openTree, shownArm, xray, xrayTask } from "./xray";

/** Typing rests this long before the plan is asked for. */
const TYPING_PAUSE_MS = 150;

let client: EngineClient;

/** The engine, for the other files of actions. */
export function engine(): EngineClient {
  return client;
}

/** Starts the engine and what follows by itself: the plan after typing, the patch after a choice, links. */
export function start(newWorker?: NewWorker): void {
  const events: ClientEvents = {
    loading: (size_bytes) => {
      engineState.value = { type: "loading", size_bytes };
    },
    ready: () => {
      engineState.value = { type: "ready" };
      if (!about.value) void introduce();
    },
    loadFailed: (message) => {
      engineState.value = { type: "failed", message };
    },
    fetched: (fetched) => {
      if (attempt) {
        attempt.fetched = fetched;
        openTask.reading.value = { read_bytes: fetched.bytes, total_bytes: null };
      } else if (remote.value) remote.value = { ...remote.value, fetched };
    },
    restarted: (reason, { lost, detached }: Reopened) => {
      if (lost) {
        opened.value = null;
        remote.value = null;
      }
      if (detached) {
        opened.value = detached.opened;
        notify({
          key: "engine",
          tone: "bad",
          text: "The engine was restarted, but an attached database could not be opened again.",
          hint: detached.error.message,
        });
      } else if (lost) {
        notify({
          key: "engine",
          tone: "bad",
          text: "The engine was restarted, but the file could not be opened again.",
          hint: lost.message,
        });
      } else if (reason === "crashed") {
        notify({
          key: "engine",
          tone: "warn",
          text: "The engine stopped and was restarted. Your text and your file are still here.",
        });
      }
      void refreshPlan();
    },
  };
  client = new EngineClient(events, newWorker);

  let timer = 0;
  effect(() => {
    text.value;
    ticket++;
    untracked(stopLooking);
    clearTimeout(timer);
    timer = window.setTimeout(() => void refreshPlan(), TYPING_PAUSE_MS);
  });
  effect(() => {
    opened.value;
    withChosen.value;
    if (withChosen.value) chosenDdl.value;
    untracked(() => void refreshPlan());
  });
  // The chosen step goes with its statement, not when the same one was merely planned again.
  const meant = computed(() => `${active.value?.index} ${active.value?.sql}`);
  effect(() => {
    meant.value;
    selectedNode.value = null;
  });
  effect(() => {
    const step = linkedStep.value;
    const planned = step && explained.value?.statements[step.statement];
    if (!planned || planned.statement.sql !== statements.value[step.statement]?.sql) return;
    // Not in this effect: the one that forgets the step of another statement has to run in between.
    queueMicrotask(() => showLinked(planned.statement.span.start, step.node));
  });
  effect(() => {
    chosenDdl.value;
    if (tab.value === "patch" && opened.value) untracked(() => void refreshPatch());
  });

  effect(() => {
    explained.value;
    active.value?.sql;
    runTask.value.value;
    if (tab.value === "bytecode" && opened.value) untracked(() => void refreshProgram());
  });

  effect(() => {
    explained.value;
    active.value?.sql;
    runTask.value.value;
    if (tab.value === "pages" && opened.value) untracked(() => void refreshPages());
  });

  effect(() => {
    explained.value;
    active.value?.sql;
    switches.value;
    if (whyOpen.value && tab.value === "plan" && opened.value) untracked(() => void refreshUnder());
  });

  if (onAddressPage.value) takeAddress();
  window.addEventListener("hashchange", () => {
    if (onAddressPage.value) takeAddress();
    void openLink(location.hash);
  });
  window.addEventListener("scanseek:crash-for-test", () => {
    client.call("crash_for_test", []).answer.catch(() => {});
  });
  window.addEventListener("scanseek:kill-for-test", () => client.killForTest());
}

export function retryEngine(): void {
  engineState.value = { type: "loading", size_bytes: null };
  client.reload();
}

async function introduce(): Promise<void> {
  about.value = await client.call("about", []).answer;
  samples.value = await client.call("samples", []).answer;
  words.value = await client.call("words", []).answer;
  void refreshPlan();
  if (location.hash.startsWith("#v")) void openLink(location.hash);
}

function asWireError(cause: unknown): WireError {
  return isWireError(cause) ? cause : wireError("internal", String((cause as Error)?.message ?? cause));
}

/** Runs a call as a task. Resolves to its answer, or to null when it failed; never rejects. */
export async function perform<T>(
  task: Task<T>,
  begin: (onProgress: Task<T>["progress"]) => Call<T>,
): Promise<T | null> {
  if (task.startedAt.value !== null) return null;
  task.error.value = null;
  task.progress.value = null;
  task.reading.value = null;
  task.startedAt.value = performance.now();
  const call = begin(task.progress);
  task.cancel.value = call.cancel;
  try {
    const value = await call.answer;
    task.value.value = value;
    return value;
  } catch (cause) {
    const error = asWireError(cause);
    task.error.value = error;
    if (error.code === "remote_changed") offerReopening();
    return null;
  } finally {
    batch(() => {
      task.startedAt.value = null;
      task.cancel.value = null;
      task.progress.value = null;
      task.reading.value = null;
    });
  }
}

export function report<T>(task: Task<T>) {
  return {
    onProgress: (progress: NonNullable<Task<T>["progress"]["value"]>) => {
      batch(() => {
        task.progress.value = progress;
        task.reading.value = null;
      });
    },
    onReading: (reading: Reading) => {
      task.reading.value = reading;
    },
  };
}

// ---- opening -------------------------------------------------------------------------------------------

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
async function countRows(): Promise<void> {
  const before = opened.value;
  const uncounted = before?.schema.tables.some((table) => table.kind === "table" && table.row_count === null);
  if (!before || !uncounted) return;
  try {
    const schema = await client.call("count_rows", [COUNT_ROWS_MS], { lane: "count" }).answer;
    if (opened.value === before) opened.value = { ...before, schema };
  } catch {
    // The numbers stay away; whatever is wrong with the file shows where it matters.
  }
}

/** Says what took the place of the user's text, with a button that undoes it. */
function offerBack(previous: string, words: string): void {
  const run = () => {
    replaceText(previous);
    dismiss("text");
  };
  notify({ key: "text", tone: "neutral", text: words, action: { label: "Bring my text back", run } });
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
  const value = await perform(openTask, () => client.call("open_sample", [id, scale], report(openTask)));
  if (!value) return false;
  showOpened(value);
  const first = patterns.value[0];
  loadWorkload(first ? first.text : value.workload);
  galleryOpen.value = first !== undefined;
  return true;
}

export async function openFiles(files: File[]): Promise<void> {
  const { databases, text: script, left_out } = sortFiles(files);
  notices.value = notices.value.filter(({ key }) => !key.startsWith("left-"));
  for (const line of left_out) notify({ key: `left-${line}`, tone: "warn", text: line });
  if (script) {
    const previous = text.value;
    replaceText(await script.text());
    if (previous.trim() && previous !== pristine.value) {
      offerBack(previous, `${script.name} is in the editor now.`);
    }
  }
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
    client.call("open_file", [database.name, database, wal, journal], report(openTask)),
  );
  if (!value) return false;
  await showFile(value, keepText);
  await countRows();
  return true;
}

/** Shows a file that is no sample; a link may have waited for it. */
async function showFile(value: Opened, hasText: boolean): Promise<void> {
  showOpened(value);
  const link = linkState.value;
  if (link.type === "waiting_for_file") {
    for (const ddl of link.notebook.indexes) choose(ddl, true, "link");
    wantChosen.value = link.notebook.indexes.length > 0;
    await linkOpened(link.fragment, link.notebook);
  } else if (!hasText) loadWorkload(null);
}

// ---- files on servers ----------------------------------------------------------------------------------

/** What comes while a file is being opened; it may fail, and another one stays open. */
let attempt: { fetched: Fetched } | null = null;

/** Puts the fragment's address into the field. Nothing is fetched before the person says so. */
function takeAddress(): void {
  const address = addressInFragment(location.hash);
  if (address === null) return;
  addressText.value = address;
  addressProblem.value = null;
}

/** Opens the address in the field. */
export async function openAddress(): Promise<void> {
  const read = readAddress(addressText.value);
  addressProblem.value = "problem" in read ? read.problem : null;
  if ("url" in read) await openUrl(read.url);
}

/** Opens a file on a server; `follow` lets the server send the reader on to another address. */
export async function openUrl(url: string, follow = false): Promise<void> {
  if (openTask.startedAt.value !== null) return;
  const name = nameOfAddress(url);
  triedUrl.value = url;
  openingName.value = name;
  attempt = { fetched: { bytes: 0, requests: 0 } };
  const mine = attempt;
  const value = await perform(openTask, () =>
    client.call("open_remote", [name, url, follow, null], report(openTask)),
  );
  attempt = null;
  if (!value) return;
  history.replaceState(null, "", fragmentOf(url));
  // Rows are not counted: all of them would have to come from the server.
  const shown = showFile(value, false);
  remote.value = { url, fetched: mine.fetched };
  await shown;
}

/** Opens a file that the server sends only as a whole. */
export async function downloadUrl(url: string): Promise<void> {
  const name = nameOfAddress(url);
  openingName.value = name;
  const value = await perform(openTask, () => {
    const aborter = new AbortController();
    let cancel = () => aborter.abort();
    const onReading = (reading: Reading) => {
      openTask.reading.value = reading;
    };
    const answer = download(url, name, onReading, aborter.signal).then((file) => {
      const call = client.call("open_file", [name, file, null, null], report(openTask));
      cancel = call.cancel;
      return call.answer;
    });
    return { answer, cancel: () => cancel() };
  });
  if (!value) return;
  history.replaceState(null, "", fragmentOf(url));
  await showFile(value, false);
  await countRows();
}

/** Checks a link once all it was made with is open; until then asks for what is missing. */
async function linkOpened(fragment: string, notebook: Notebook): Promise<void> {
  const is = new Set(opened.value?.attached.map(({ name }) => name.toLowerCase()));
  const next = notebook.attached.find(({ name }) => !is.has(name.toLowerCase()));
  if (next) linkState.value = { type: "waiting_for_file", fragment, notebook, attach: next };
  else await checkLink(fragment);
}

/** Attaches a database to the open one under a name. */
export async function attach(name: string, files: DatabaseFiles, task = attachTask): Promise<boolean> {
  const { database, wal, journal } = files;
  openingName.value = database.name;
  const value = await perform(task, () =>
    client.call("attach", [name, database.name, database, wal, journal], report(task)),
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
    const value = await client.call("detach", [name]).answer;
    batch(() => {
      opened.value = value;
      forgetResults();
    });
    notices.value = notices.value.filter(({ key }) => !key.startsWith(`open-${name}-`));
  } catch (cause) {
    openTask.error.value = asWireError(cause);
  }
}

function offerReopening(): void {
  const url = remote.value?.url;
  if (!url) return;
  notify({
    key: "remote",
    tone: "warn",
    text: "The file on the server is another one now. What is shown here is of the earlier one.",
    action: { label: "Open it again", run: () => void openUrl(url) },
  });
}

// ---- plan ----------------------------------------------------------------------------------------------

let ticket = 0;

async function refreshPlan(): Promise<void> {
  const mine = ++ticket;
  const sql = text.value;
  const lane = { lane: "plan" };
  if (engineState.value.type !== "ready") return;
  try {
    if (!opened.value) {
      const list = await client.call("statements", [sql], lane).answer;
      if (mine !== ticket) return;
      batch(() => {
        statements.value = list;
        explained.value = null;
        planError.value = null;
      });
      return;
    }
    const answer = withChosen.value
      ? await client.call("explain_with", [sql, chosenDdl.value], lane).answer
      : await client.call("explain", [sql], lane).answer;
    if (mine !== ticket) return;
    batch(() => {
      explained.value = answer;
      statements.value = answer.statements.map((plan) => plan.statement);
      planError.value = null;
    });
  } catch (cause) {
    if (mine !== ticket) return;
    const error = asWireError(cause);
    if (error.code === "cancelled") return;
    batch(() => {
      explained.value = null;
      planError.value = error;
    });
  }
}

/** The statements of the text as it is now, not as it was a moment ago. */
async function freshStatements(): Promise<void> {
  const sql = text.value;
  const list = await client.call("statements", [sql]).answer;
  if (sql === text.value) statements.value = list;
}

function activeSlice(): Slice {
  const statement = active.value;
  return statement ? sliceOf(statements.value, statement, text.value) : { text: text.value, offset: 0 };
}

async function scopedText(): Promise<string> {
  if (scope.value === "all") return text.value;
  await freshStatements();
  return activeSlice().text;
}

/** Reads the plan that was pasted, without a database. */
export async function readPasted(): Promise<void> {
  const given = pasteText.value;
  try {
    const value = await client.call("read_plan", [given], { lane: "pasted" }).answer;
    if (given !== pasteText.value) return;
    batch(() => {
      pasted.value = value;
      pastedError.value = null;
      pastedNode.value = null;
    });
  } catch (cause) {
    const error = asWireError(cause);
    if (error.code === "cancelled" || given !== pasteText.value) return;
    batch(() => {
      pasted.value = null;
      pastedError.value = given.trim() ? error : null;
    });
  }
}

// ---- run, suggest, trial, patch ------------------------------------------------------------------------

/** Runs the selection, or the statement under the cursor. */
export async function run(): Promise<void> {
  if (runTask.startedAt.value !== null) return;
  tab.value = "rows";
  try {
    await freshStatements();
  } catch (cause) {
    clearTask(runTask);
    runTask.error.value = asWireError(cause);
    return;
  }
  stopLooking();
  const range = picked.value;
  const own = range ? text.value.slice(range.from, range.to) : "";
  const slice = range && own.trim() ? { text: own, offset: range.from } : activeSlice();
  const statement = statementAt(statements.value, selection.value.to);
  const previous = kept.value?.run ?? 0;
  batch(() => {
    runTask.value.value = null;
    ranSlice.value = slice;
    ranName.value = own.trim() ? "Selection" : statement ? nameOf(statement) : "";
    forgetRows();
  });
  const onRows = ({ columns, rows }: RowBatch) => {
    const before = kept.value ?? { run: previous + 1, columns, first: 0, rows: [] };
    kept.value = { ...before, rows: [...before.rows, ...rows] };
  };
  const ran = await perform(runTask, () =>
    client.call("run", [slice.text, RUN_OPTIONS], { ...report(runTask), onRows }),
  );
  if (!ran) return;
  batch(() => {
    kept.value ??= { run: previous + 1, columns: ran.columns, first: 0, rows: [] };
    if (ran.stopped === "end") end.value = ran.rows_returned;
  });
  if (ran.stopped === "end" && active.value?.sql === ran.statement.sql) await look(CLOSE_LOOK_MS);
}

/** Looks closely at the statement that is meant, with as much time as a run may take. */
export async function lookCloser(): Promise<void> {
  await look(DEADLINE_MS);
}

async function look(deadline_ms: number): Promise<void> {
  if (findingsTask.startedAt.value !== null) return;
  clearTask(findingsTask);
  try {
    await freshStatements();
  } catch (cause) {
    findingsTask.error.value = asWireError(cause);
    return;
  }
  const statement = active.value;
  if (!statement || !opened.value) return;
  const slice = activeSlice().text;
  const whole = text.value;
  const options = { row_cap: 0, deadline_ms };
  const value = await perform(findingsTask, () =>
    client.call("findings", [whole, statement.index, options], report(findingsTask)),
  );
  if (value) lookedAt.value = slice;
}

/** A closer look makes way for what the user wants now, where that does not cost the worker its life. */
function stopLooking(): void {
  if (globalThis.crossOriginIsolated) findingsTask.cancel.value?.();
}

/** Puts a rewritten statement in the place of those it stands for. */
export function putRewrite(rewrite: Rewrite): void {
  const before = text.value;
  const spans = rewrite.replaces.flatMap((at) => {
    const span = statements.value[at]?.span;
    return span ? [span] : [];
  });
  const first = spans[0];
  if (!first) return;
  let next = before;
  for (const { start, end } of spans.slice(1).reverse()) {
    const behind = next.slice(end).match(/^\s*;[^\S\n]*\n?/)?.[0].length ?? 0;
    next = next.slice(0, start) + next.slice(end + behind);
  }
  next = next.slice(0, first.start) + rewrite.sql + next.slice(first.end);
  replaceText(next, first.start);
  offerBack(before, "The rewritten statement is in the editor now.");
}

// ---- rows of the last run ------------------------------------------------------------------------------

function forgetRows(): void {
  hideCell();
  for (const task of [pageTask, exportTask]) {
    task.cancel.value?.();
    clearTask<unknown>(task as Task<unknown>);
  }
  kept.value = null;
  end.value = null;
}

/** Reads the rows after those in memory, those before, or those from this number on. */
export async function loadPage(from: "next" | "previous" | number): Promise<void> {
  const now = kept.value;
  const sql = ranSlice.value?.text;
  if (!now || sql === undefined) return;
  const first_row =
    from === "next"
      ? now.first + now.rows.length
      : from === "previous"
        ? Math.max(0, now.first - PAGE_ROWS)
        : from;
  const row_cap = from === "previous" ? now.first - first_row : PAGE_ROWS;
  const options = { first_row, row_cap, whole: false, deadline_ms: DEADLINE_MS };
  await perform(pageTask, () => {
    const { answer, cancel } = client.call("page", [sql, options], report(pageTask));
    const shown = answer.then(({ rows, more }) => {
      if (kept.value?.run !== now.run) return 0;
      batch(() => {
        if (!more && (rows.length > 0 || from === "next")) end.value = first_row + rows.length;
        if (rows.length > 0) kept.value = withPage(kept.value ?? now, first_row, rows);
      });
      return rows.length;
    });
    return { answer: shown, cancel };
  });
}

let cellTicket = 0;
let lastCell: Promise<unknown> = Promise.resolve();

/** Shows one value in full. What the page has already is not read again. */
export async function showCell(place: Place): Promise<void> {
  const now = kept.value;
  const sql = ranSlice.value?.text;
  const cell = now?.rows[place.row - now.first]?.[place.column];
  if (!cell || sql === undefined) return;
  const mine = ++cellTicket;
  cellTask.cancel.value?.();
  shownCell.value = place;
  cellTask.value.value = null;
  await lastCell;
  if (mine !== cellTicket) return;
  clearTask(cellTask);
  const ask = () => {
    const known = bytesOf(cell);
    return known
      ? client.call("describe", [known, cell.type === "blob"], report(cellTask))
      : client.call("cell", [sql, { ...place, deadline_ms: DEADLINE_MS }], report(cellTask));
  };
  if (cell.type === "text" || cell.type === "blob") lastCell = perform(cellTask, ask);
  else cellTask.value.value = { value: cell, guess: "", extension: "txt" };
}

export function hideCell(): void {
  cellTicket++;
  shownCell.value = null;
  cellTask.cancel.value?.();
}

/** All bytes of a value, if they are here. */
function bytesOf(cell: Cell): Uint8Array | null {
  if (cell.type === "text" && !cell.lossy && !isCut(cell)) return new TextEncoder().encode(cell.value);
  if (cell.type !== "blob" || isCut(cell)) return null;
  return Uint8Array.from(cell.hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Gives these rows with all their values whole, some at a time. False if they could not all be read. */
export async function wholeRows(
  first: number,
  count: number,
  each: (rows: Cell[][]) => void,
): Promise<boolean> {
  const now = kept.value;
  const sql = ranSlice.value?.text;
  if (!now || sql === undefined) return false;
  const rows = now.rows.slice(first - now.first, first - now.first + count);
  if (!rows.some((row) => row.some(isCut))) {
    each(rows);
    return true;
  }
  for (let done = 0; done < count; ) {
    const options = { first_row: first + done, row_cap: count - done, whole: true, deadline_ms: DEADLINE_MS };
    const read = await perform(exportTask, () => {
      const { answer, cancel } = client.call("page", [sql, options], report(exportTask));
      return { answer: answer.then((page) => page.rows), cancel };
    });
    exportTask.value.value = null;
    if (!read || kept.value?.run !== now.run) return false;
    if (read.length === 0) break;
    each(read);
    done += read.length;
  }
  return true;
}

export async function suggest(): Promise<void> {
  if (suggestTask.startedAt.value !== null) return;
  let sql: string;
  try {
    sql = await scopedText();
  } catch (cause) {
    suggestTask.error.value = asWireError(cause);
    return;
  }
  const value = await perform(suggestTask, () => client.call("suggest", [sql], report(suggestTask)));
  if (!value) return;
  suggestedFor.value = sql;
  const ddls = value.create.map((advice) => advice.ddl);
  chooseSuggested(value.analyze ? [...ddls, ANALYZE] : ddls);
}

/** Adds an index the user wrote, once the engine has accepted it. */
export async function addOwnIndex(ddl: string): Promise<boolean> {
  ownIndexError.value = null;
  try {
    await client.call("explain_with", ["SELECT 1", [ddl]]).answer;
    choose(ddl, true, "own");
    return true;
  } catch (cause) {
    ownIndexError.value = asWireError(cause);
    return false;
  }
}

export async function tryIndexes(): Promise<void> {
  if (trialTask.startedAt.value !== null) return;
  const indexes = chosenDdl.value;
  let sql: string;
  try {
    sql = await scopedText();
  } catch (cause) {
    trialTask.error.value = asWireError(cause);
    return;
  }
  const budget_ms = budgetMs(scope.value === "all" ? statements.value.length : 1);
  const value = await perform(trialTask, () =>
    client.call("trial", [sql, indexes, { budget_ms }], report(trialTask)),
  );
  if (value) triedWith.value = { text: sql, indexes };
}

async function refreshPatch(): Promise<void> {
  const indexes = chosenDdl.value;
  if (indexes.length === 0) {
    patch.value = null;
    patchError.value = null;
    return;
  }
  try {
    const value = await client.call("patch", [indexes, suggestedFor.value || text.value], { lane: "patch" })
      .answer;
    if (indexes !== chosenDdl.value) return;
    patch.value = value;
    patchError.value = null;
  } catch (cause) {
    const error = asWireError(cause);
    if (error.code !== "cancelled") patchError.value = error;
  }
}

// ---- program -------------------------------------------------------------------------------------------

const RUN_OPTIONS = { row_cap: PAGE_ROWS, deadline_ms: DEADLINE_MS };

/** Fetches the program of the statement that is meant, counted if it was just run and that was quick. */
async function refreshProgram(): Promise<void> {
  const sql = active.value ? activeSlice().text : "";
  const quick = (runTask.value.value?.elapsed_ns ?? 0) < COUNT_AT_ONCE_NS;
  const counted = shownPlan.value?.measured === true && quick;
  const known = program.value;
  if (!sql || (known?.text === sql && (known.counted || !counted))) return;
  await loadProgram(sql, counted);
}

/** Runs the statement that is meant, to count how often each instruction is carried out. */
export async function countProgram(): Promise<void> {
  await loadProgram(activeSlice().text, true);
}

async function loadProgram(sql: string, counted: boolean): Promise<void> {
  if (programTask.startedAt.value !== null) return;
  const options = counted ? RUN_OPTIONS : null;
  const value = await perform(programTask, () =>
    client.call("bytecode", [sql, options], report(programTask)),
  );
  if (value) program.value = { text: sql, counted, value };
  else if (program.value?.text !== sql) program.value = null;
  // While it was fetched, another statement may have become the one that is meant.
  if (tab.value === "bytecode" && active.value && activeSlice().text !== sql) await refreshProgram();
}

// ---- pages ---------------------------------------------------------------------------------------------

/** Maps a file that is not large, and records what was just run if that was quick. */
async function refreshPages(): Promise<void> {
  const { sql, options } = askedOf();
  const quick = (runTask.value.value?.elapsed_ns ?? 0) < COUNT_AT_ONCE_NS;
  const runs = shownPlan.value?.measured === true && quick && options !== null;
  const known = xray.value;
  if (known?.text === sql || (known && !runs)) return;
  const small = (opened.value?.database.size_bytes ?? 0) <= MAP_AT_ONCE_BYTES;
  if (runs) await loadPages(sql, []);
  else if (small) await loadPages("", []);
}

/** Runs the statement that is meant and records which pages it asks for, without and with the chosen indexes. */
export async function recordPages(sql = activeSlice().text): Promise<void> {
  await loadPages(sql, sql ? chosenDdl.value : []);
}

async function loadPages(sql: string, changes: string[]): Promise<void> {
  if (xrayTask.startedAt.value !== null) return;
  const value = await perform(xrayTask, () =>
    client.call("xray", [sql, changes, RUN_OPTIONS], report(xrayTask)),
  );
  if (!value) return;
  batch(() => {
    xray.value = { text: sql, changes, value };
    openTree.value = null;
    shownArm.value = value.after ? "after" : "before";
  });
}

/** Shows the levels of a tree of the map in place of the map. */
export async function showTree(arm: Arm, tree: number): Promise<void> {
  const known = xray.value;
  if (!known) return;
  try {
    const changes = arm === "after" ? known.changes : [];
    const levels = await client.call("tree_levels", [tree, changes]).answer;
    if (known === xray.value && levels.length > 0) openTree.value = { arm, tree, levels };
  } catch (cause) {
    xrayTask.error.value = asWireError(cause);
  }
}

export function closeTree(): void {
  openTree.value = null;
}

// ---- why this plan -------------------------------------------------------------------------------------

/** The statement that is meant as the engine is to be given it, and whether it can be run. */
export function askedOf(): { sql: string; options: typeof RUN_OPTIONS | null } {
  const planned = active.value ? explained.value?.statements[active.value.index] : undefined;
  const unfit = planned?.notices.some(
    ({ code }) => code === "stand_in" || code === "parameter_without_value",
  );
  const runs = planned?.statement.kind === "read" && !planned.error && !unfit;
  return { sql: activeSlice().text, options: runs ? RUN_OPTIONS : null };
}

async function refreshUnder(): Promise<void> {
  const { sql } = askedOf();
  const under = switches.value;
  if (!switched.value || !active.value) {
    batch(() => {
      planUnder.value = null;
      underError.value = null;
    });
    return;
  }
  try {
    const answer = await client.call("explain_under", [sql, under], { lane: "under" }).answer;
    const plan = answer.statements[0];
    if (under !== switches.value || !plan) return;
    batch(() => {
      planUnder.value = { text: sql, plan };
      underError.value = plan.error;
    });
  } catch (cause) {
    const error = asWireError(cause);
    if (error.code !== "cancelled") underError.value = error;
  }
}

/** Tries each switch alone, and runs the statement under those that change its plan. */
export async function askWhy(): Promise<void> {
  const { sql, options } = askedOf();
  const value = await perform(whyTask, () => client.call("why", [sql, options], report(whyTask)));
  if (value) whyText.value = sql;
}

/** Runs the statement as it is and under the switches. */
export async function runUnder(): Promise<void> {
  const { sql } = askedOf();
  const under = switches.value;
  await perform(runUnderTask, () => {
    const one = { ...RUN_OPTIONS, row_cap: 1 };
    const before = client.call("run", [sql, one], report(runUnderTask));
    const after = client.call("run_under", [sql, under, one], report(runUnderTask));
    const answer = Promise.all([before.answer, after.answer]).then(([was, is]) => ({
      text: sql,
      switches: under,
      before: was.stopped === "end" ? was.statement.counters : null,
      after: is.stopped === "end" ? is.statement.counters : null,
    }));
    const cancel = () => {
      after.cancel();
      before.cancel();
    };
    return { answer, cancel };
  });
}

// ---- share ---------------------------------------------------------------------------------------------

export async function share(): Promise<void> {
  clearTask(shareTask);
  shareOpen.value = true;
  await perform(shareTask, () =>
    client.call("share", [{ sql: text.value, indexes: chosenDdl.value }], report(shareTask)),
  );
}

async function checkLink(fragment: string): Promise<void> {
  linkState.value = { type: "checking" };
  try {
    linkState.value = { type: "checked", check: await client.call("check_link", [fragment]).answer };
  } catch (cause) {
    linkState.value = { type: "failed", error: asWireError(cause) };
  }
}

/** Shows the step that a link points at. */
function showLinked(at: number, node: number): void {
  linkedStep.value = null;
  selection.value = { from: at, to: at };
  moveRequest.value = { at, focus: false };
  selectedNode.value = node;
}

/** Opens what a link holds, and checks that its counters come out the same here. */
async function openLink(whole: string): Promise<void> {
  if (!whole.startsWith("#v")) return;
  const { link: fragment, step } = splitFragment(whole);
  try {
    const notebook = await client.call("read_link", [fragment]).answer;
    const before = text.value;
    const own = before.trim() !== "" && before !== pristine.value && before !== notebook.sql;
    const database = notebook.database;
    if (database.type === "sample") {
      linkState.value = { type: "checking" };
      const title = samples.value.find((sample) => sample.id === database.id)?.title ?? database.id;
      if (!(await openSample(database.id, database.scale, title))) {
        linkState.value = { type: "none" };
        return;
      }
      pristine.value = null;
    } else {
      linkState.value = { type: "waiting_for_file", fragment, notebook, attach: null };
    }
    replaceText(notebook.sql);
    dismiss("text");
    if (own) {
      offerBack(before, "The link's queries are in the editor now.");
    }
    for (const ddl of notebook.indexes) choose(ddl, true, "link");
    wantChosen.value = notebook.indexes.length > 0;
    linkedStep.value = step;
    if (database.type === "sample") await linkOpened(fragment, notebook);
  } catch (cause) {
    linkState.value = { type: "failed", error: asWireError(cause) };
  }
}
