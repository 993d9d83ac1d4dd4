/** The program of the statement that is meant, and whether its instructions were counted. */
import { signal } from "@preact/signals";
import type { Bytecode } from "../engine/types";
import { createTask } from "./task";

export interface Program {
  /** The statement with its comments, as the engine was given it. */
  text: string;
  counted: boolean;
  value: Bytecode;
}

export const program = signal<Program | null>(null);
export const programTask = createTask<Bytecode>();
/** A statement that ran faster than this is counted without being asked for. */
export const COUNT_AT_ONCE_NS = 1e9;

/** A wish to see the instructions of a step; each is a new object. */
export const opcodeRequest = signal<{ node: number } | null>(null);
