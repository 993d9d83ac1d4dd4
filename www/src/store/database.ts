/** The open database, and an attempt to open another. */
import { computed, signal } from "@preact/signals";
import type { Opened, TableInfo } from "../engine/types";
import type { DatabaseFiles } from "./files";
import { createTask } from "./task";

export const opened = signal<Opened | null>(null);
/** The name of what is being opened, for the message while it lasts. */
export const openingName = signal("");
export const openTask = createTask<Opened>();
/** Files of which the user is asked, one by one, whether they are opened or attached. */
export const asked = signal<DatabaseFiles[]>([]);
export const attachTask = createTask<Opened>();
export const tables = computed<TableInfo[]>(() => opened.value?.schema.tables ?? []);
