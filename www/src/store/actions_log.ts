/** Logs as workloads: read in the worker, their loops proven, their queries put into the editor. */
import { batch } from "@preact/signals";
import type { Log, LoopProof, WireError } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { offerBack } from "./actions_text";
import { scope } from "./advisor";
import { opened } from "./database";
import { pristine, replaceText, text } from "./editor";
import { logName, logOpen, logTask, logText, proofs, sort, taken } from "./logs";
import { clearTask } from "./task";
import { dismiss, notify, tab } from "./view";

/** Milliseconds for the proof of one loop. */
const PROOF_MS = 5_000;
/** Loops that are proven; the others can wait for the findings of their own statements. */
const MOST_PROOFS = 12;
/** Enough of a pasted text to tell whether it is a log. */
const TOLD_FROM = 100_000;

export function forgetLog(): void {
  logTask.cancel.value?.();
  batch(() => {
    clearTask(logTask);
    taken.value = new Set();
    proofs.value = new Map();
    sort.value = null;
    logText.value = "";
    logOpen.value = false;
  });
}

/** Reads a log; a large one is shown as it is read. Resolves to null if it is none. */
export async function readLog(source: Blob, name: string): Promise<Log | null> {
  if (logTask.startedAt.value !== null) return null;
  batch(() => {
    clearTask(logTask);
    logName.value = name;
    proofs.value = new Map();
    sort.value = null;
  });
  // A file that takes a moment is shown while it is read.
  const timer = setTimeout(() => {
    logOpen.value = true;
  }, 400);
  const log = await perform(logTask, () => engine().call("read_log", [source], report(logTask)));
  clearTimeout(timer);
  if (!log) return null;
  taken.value = new Set(log.queries.keys());
  if (opened.value) void proveLoops(log);
  return log;
}

export async function readPastedLog(): Promise<void> {
  await readLog(new Blob([logText.value]), "The pasted log");
}

async function proveLoops(log: Log): Promise<void> {
  const options = { row_cap: 0, deadline_ms: PROOF_MS };
  for (const [at, { statements }] of log.loops.slice(0, MOST_PROOFS).entries()) {
    const say = (proof: LoopProof | WireError | null) => {
      proofs.value = new Map(proofs.value).set(at, proof);
    };
    say(null);
    const answer = engine().call("prove_loop", [statements, options], { lane: "loop" }).answer;
    const proof = await answer.catch(asWireError);
    if (logTask.value.value !== log) return;
    say(proof);
  }
}

/** Puts the chosen queries into the editor. */
export function takeQueries(): void {
  const log = logTask.value.value;
  if (!log) return;
  const chosen = log.queries.filter((_, at) => taken.value.has(at));
  const name = logName.value;
  const previous = text.value;
  forgetLog();
  replaceText(chosen.map((query) => query.text).join("\n"));
  if (previous.trim() && previous !== pristine.value) {
    offerBack(previous, `The queries of ${name} are in the editor now.`);
  }
  pristine.value = null;
  dismiss("log");
  scope.value = "all";
  if (opened.value) tab.value = "suggest";
}

/** Offers to read what was pasted into the editor as a log, if it is one. */
export async function offerLog(pasted: string): Promise<void> {
  if (!pasted.trim().includes("\n")) return;
  try {
    if (!(await engine().call("is_log", [pasted.slice(0, TOLD_FROM)], { lane: "is_log" }).answer)) return;
  } catch {
    return;
  }
  const run = () => {
    dismiss("log");
    logOpen.value = true;
    void readLog(new Blob([pasted]), "the pasted log");
  };
  notify({
    key: "log",
    tone: "neutral",
    text: "What you pasted looks like a log of statements.",
    action: { label: "Make a workload of it", run },
  });
}
