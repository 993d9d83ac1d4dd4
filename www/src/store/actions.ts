/** Starts the engine and what follows by itself. */

import { computed, effect, untracked } from "@preact/signals";
import { type ClientEvents, EngineClient, type NewWorker, type Reopened } from "../engine/client";
import { noteFetched, takeAddress } from "./actions_address";
import { refreshPatch } from "./actions_advise";
import { engine, setEngine } from "./actions_call";
import { outdatePlan, planEdited, refreshPlan, refreshUnder } from "./actions_explain";
import { refreshPages, refreshProgram } from "./actions_program";
import { stopLooking } from "./actions_run";
import { openLink, showLinked } from "./actions_share";
import { onAddressPage, remote } from "./address";
import { chosenDdl } from "./chosen";
import { opened } from "./database";
import { active, statements, text } from "./editor";
import { about, engineState, samples, words } from "./engine";
import { explained, rested, selectedNode, withChosen } from "./plan";
import { runTask } from "./results";
import { linkedStep } from "./share";
import { notify, tab } from "./view";
import { switches, whyOpen } from "./why";

/** Typing rests this long before what need not follow each letter is asked for. */
const TYPING_PAUSE_MS = 150;

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
    fetched: noteFetched,
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
  setEngine(new EngineClient(events, newWorker));

  let timer = 0;
  effect(() => {
    text.value;
    outdatePlan();
    untracked(() => {
      stopLooking();
      void planEdited();
    });
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

  const position = computed(() => active.value?.index);
  effect(() => {
    rested.value;
    position.value;
    runTask.value.value;
    if (tab.value === "bytecode" && opened.value) untracked(() => void refreshProgram());
  });

  effect(() => {
    rested.value;
    position.value;
    runTask.value.value;
    if (tab.value === "pages" && opened.value) untracked(() => void refreshPages());
  });

  effect(() => {
    rested.value;
    position.value;
    switches.value;
    if (whyOpen.value && tab.value === "plan" && opened.value) untracked(() => void refreshUnder());
  });

  if (onAddressPage.value) takeAddress();
  window.addEventListener("hashchange", () => {
    if (onAddressPage.value) takeAddress();
    void openLink(location.hash);
  });
  window.addEventListener("scanseek:crash-for-test", () => {
    engine()
      .call("crash_for_test", [])
      .answer.catch(() => {});
  });
  window.addEventListener("scanseek:kill-for-test", () => engine().killForTest());
}

export function retryEngine(): void {
  engineState.value = { type: "loading", size_bytes: null };
  engine().reload();
}

async function introduce(): Promise<void> {
  about.value = await engine().call("about", []).answer;
  samples.value = await engine().call("samples", []).answer;
  words.value = await engine().call("words", []).answer;
  void refreshPlan();
  if (location.hash.startsWith("#v")) void openLink(location.hash);
}
