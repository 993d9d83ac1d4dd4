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

export const linkState = signal<LinkState>({ type: "none" });
