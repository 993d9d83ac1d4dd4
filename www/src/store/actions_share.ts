/** Links: made, opened and checked. */
import type { Notebook } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { openSample } from "./actions_open";
import { offerBack } from "./actions_text";
import { choose, chosenDdl } from "./chosen";
import { opened } from "./database";
import { moveRequest, pristine, replaceText, selection, text } from "./editor";
import { samples } from "./engine";
import { selectedNode, wantChosen } from "./plan";
import { linkedStep, linkState, shareOpen, shareTask, splitFragment } from "./share";
import { clearTask } from "./task";
import { dismiss } from "./view";

/** Checks a link once all it was made with is open; until then asks for what is missing. */
export async function linkOpened(fragment: string, notebook: Notebook): Promise<void> {
  const is = new Set(opened.value?.attached.map(({ name }) => name.toLowerCase()));
  const next = notebook.attached.find(({ name }) => !is.has(name.toLowerCase()));
  if (next) linkState.value = { type: "waiting_for_file", fragment, notebook, attach: next };
  else await checkLink(fragment);
}

export async function share(): Promise<void> {
  clearTask(shareTask);
  shareOpen.value = true;
  await perform(shareTask, () =>
    engine().call("share", [{ sql: text.value, indexes: chosenDdl.value }], report(shareTask)),
  );
}

async function checkLink(fragment: string): Promise<void> {
  linkState.value = { type: "checking" };
  try {
    linkState.value = { type: "checked", check: await engine().call("check_link", [fragment]).answer };
  } catch (cause) {
    linkState.value = { type: "failed", error: asWireError(cause) };
  }
}

/** Shows the step that a link points at. */
export function showLinked(at: number, node: number): void {
  linkedStep.value = null;
  selection.value = { from: at, to: at };
  moveRequest.value = { at, focus: false };
  selectedNode.value = node;
}

/** Opens what a link holds, and checks that its counters come out the same here. */
export async function openLink(whole: string): Promise<void> {
  if (!whole.startsWith("#v")) return;
  const { link: fragment, step } = splitFragment(whole);
  try {
    const notebook = await engine().call("read_link", [fragment]).answer;
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
