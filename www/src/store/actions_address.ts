/** Files on servers: read in parts, or fetched whole. */
import { download } from "../engine/download";
import type { Fetched } from "../engine/protocol";
import type { Reading } from "../engine/types";
import { engine, perform, report } from "./actions_call";
import { countRows, showFile } from "./actions_open";
import {
  addressInFragment,
  addressProblem,
  addressText,
  fragmentOf,
  nameOfAddress,
  readAddress,
  remote,
  triedUrl,
} from "./address";
import { openingName, openTask } from "./database";
import { notify } from "./view";

/** What comes while a file is being opened; it may fail, and another one stays open. */
let attempt: { fetched: Fetched } | null = null;

/** What has come from the server so far. */
export function noteFetched(fetched: Fetched): void {
  if (attempt) {
    attempt.fetched = fetched;
    openTask.reading.value = { read_bytes: fetched.bytes, total_bytes: null };
  } else if (remote.value) remote.value = { ...remote.value, fetched };
}

/** Puts the fragment's address into the field. Nothing is fetched before the person says so. */
export function takeAddress(): void {
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
    engine().call("open_remote", [name, url, follow, null], report(openTask)),
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
      const call = engine().call("open_file", [name, file, null, null], report(openTask));
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

export function offerReopening(): void {
  const url = remote.value?.url;
  if (!url) return;
  notify({
    key: "remote",
    tone: "warn",
    text: "The file on the server is another one now. What is shown here is of the earlier one.",
    action: { label: "Open it again", run: () => void openUrl(url) },
  });
}
