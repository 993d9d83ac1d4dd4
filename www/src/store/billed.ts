/** Rows that the queries touch, and what they cost where rows are charged for. */
import { signal } from "@preact/signals";
import type { Bill, Billed, RowPrices } from "../engine/types";
import { createTask } from "./task";

export const billedTask = createTask<Billed>();
/** The text and changes they were counted for. */
export const billedFor = signal<{ text: string; changes: string[] } | null>(null);
/** Prices as a person set them; null until they are asked for. */
export const prices = signal<RowPrices | null>(null);
export const bill = signal<Bill | null>(null);
