/** Messages between page and worker. Types are derived from the engine's class, so they cannot drift from it. */
import type { AdviceSoFar, Log, Progress, Reading, RowBatch, WireError, Workbench } from "./types";

/** Files travel as handles, those on servers as addresses; the worker reads their bytes. */
interface FileOps {
  open_file(
    name: string,
    database: File,
    wal: File | null,
    journal: File | null,
  ): ReturnType<Workbench["open_file"]>;
  attach(
    name: string,
    file_name: string,
    database: File,
    wal: File | null,
    journal: File | null,
  ): ReturnType<Workbench["attach"]>;
  /** `follow` a redirect, once; `expected`: the version the file must be, if it was open before. */
  open_remote(
    name: string,
    url: string,
    follow: boolean,
    expected: string | null,
  ): ReturnType<Workbench["open_remote"]>;
  read_log(log: Blob): Log;
}
type Ops = Omit<Workbench, keyof FileOps | "spill_to" | "longest_part_bytes" | "free" | symbol> & FileOps;

export type Op = keyof Ops;
export type Params<K extends Op> = Parameters<Ops[K]>;
export type Result<K extends Op> = ReturnType<Ops[K]>;

/**
 * page → worker. Once, before any request: `cancel_flag`, when memory can be shared, and the name of the lock
 * that the worker holds while it lives.
 */
export type ToWorker =
  | { type: "init"; cancel_flag: SharedArrayBuffer | null; life: string }
  | { type: "call"; id: number; op: Op; params: unknown[] };

export interface Fetched {
  bytes: number;
  requests: number;
}

/** worker → page. */
export type FromWorker =
  | { type: "alive" }
  | { type: "loading"; size_bytes: number | null }
  | { type: "ready" }
  | { type: "load_failed"; message: string }
  | { type: "ok"; id: number; ok: unknown }
  | { type: "error"; id: number; error: WireError }
  | { type: "progress"; id: number; progress: Progress }
  | { type: "reading"; id: number; reading: Reading }
  | { type: "rows"; id: number; batch: RowBatch }
  | { type: "advice_so_far"; id: number; so_far: AdviceSoFar }
  /** What has come from the server since the file was opened. */
  | { type: "fetched"; fetched: Fetched }
  /** Which version of a file on a server was opened. */
  | { type: "pinned"; version: string }
  /** The engine trapped: this worker must not be used again. */
  | { type: "fatal"; id: number; message: string };

export function wireError(code: WireError["code"], message: string, hint: string | null = null): WireError {
  return { code, message, span: null, hint };
}

export function isWireError(value: unknown): value is WireError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
