/** The gallery of the open sample, if it has one. */
import { computed, signal } from "@preact/signals";
import type { Pattern } from "../engine/types";
import { opened } from "./database";

export const patterns = computed<Pattern[]>(() => opened.value?.patterns ?? []);
export const galleryOpen = signal(false);
