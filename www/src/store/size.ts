/** The plan at other sizes of the data, and work measured on parts of it. */
import { signal } from "@preact/signals";
import type { Growth, Scaled } from "../engine/types";
import { createTask } from "./task";

export const scaledTask = createTask<Scaled>();
/** The statement with its comments that the sizes are of. */
export const scaledText = signal("");
/** Which size the slider is at, among those of the answer. */
export const sizeIndex = signal(0);

export const growthTask = createTask<Growth>();
export const growthText = signal("");
