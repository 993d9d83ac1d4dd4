/** The patch for the chosen indexes: a script to apply and one to undo it. */
import { signal } from "@preact/signals";
import type { Patch, WireError } from "../engine/types";

export const patch = signal<Patch | null>(null);
export const patchError = signal<WireError | null>(null);
