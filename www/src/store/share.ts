/** Making a link, and what came of opening one. */
import { signal } from "@preact/signals";
import type { LinkCheck, Notebook, NotebookAttached, SharedLink, WireError } from "../engine/types";
import { createTask } from "./task";

export const shareOpen = signal(false);
export const shareTask = createTask<SharedLink>();

export type LinkState =
  | { type: "none" }
  /** `attach` is the next database to attach; null while the main one is waited for. */
  | { type: "waiting_for_file"; fragment: string; notebook: Notebook; attach: NotebookAttached | null }
  | { type: "checking" }
  | { type: "checked"; check: LinkCheck }
  | { type: "failed"; error: WireError };

/** A step that a link points at, until its plan is there: the position of its statement, and its id. */
export const linkedStep = signal<{ statement: number; node: number } | null>(null);

/** What is put behind a link to point at a step. Pages that do not know it must not be given it. */
export function stepSuffix(statement: number, node: number): string {
  return `&step=${statement}.${node}`;
}

/** A fragment without what points at a step. */
export function splitFragment(fragment: string): { link: string; step: typeof linkedStep.value } {
  const [link = "", ...rest] = fragment.split("&");
  const found = rest.map((part) => /^step=(\d{1,6})\.(\d{1,9})$/.exec(part)).find(Boolean);
  return { link, step: found ? { statement: Number(found[1]), node: Number(found[2]) } : null };
}

export const linkState = signal<LinkState>({ type: "none" });
