/** Making a link, and what came of opening one. */
import { signal } from "@preact/signals";
import type { LinkCheck, Notebook, SharedLink, WireError } from "../engine/types";
import { createTask } from "./task";

export const shareOpen = signal(false);
export const shareTask = createTask<SharedLink>();

export type LinkState =
  | { type: "none" }
  | { type: "waiting_for_file"; fragment: string; notebook: Notebook }
  | { type: "checking" }
  | { type: "checked"; check: LinkCheck }
  | { type: "failed"; error: WireError };

export const linkState = signal<LinkState>({ type: "none" });
