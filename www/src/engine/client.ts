/**
 * The page's side of the engine: typed calls, a queue, Cancel, and a worker that may die.
 *
 * Calls are sent one at a time, so the running one is always known and a newer call may replace an older one
 * that still waits. When the worker dies or must be killed, a new one is started and the open database is
 * opened again in it before anything else runs.
 */
import {
  type Fetched,
  type FromWorker,
  type Op,
  type Params,
  type Result,
  type ToWorker,
  wireError,
} from "./protocol";
import type { AdviceSoFar, Opened, Progress, Reading, RowBatch, WireError } from "./types";

export type RestartReason = "crashed" | "cancelled";

export interface Reopened {
  /** Why the database could not be opened again, if so. */
  lost: WireError | null;
  /** What is open now if a database could not be attached again, and why not. */
  detached: { opened: Opened; error: WireError } | null;
}

export interface ClientEvents {
  loading(size_bytes: number | null): void;
  ready(): void;
  loadFailed(message: string): void;
  fetched(fetched: Fetched): void;
  /** A new worker was started; `again` is what it could open of what was open. */
  restarted(reason: RestartReason, again: Reopened): void;
}

export interface CallOptions {
  onProgress?: (progress: Progress) => void;
  onReading?: (reading: Reading) => void;
  onRows?: (batch: RowBatch) => void;
  onAdvice?: (soFar: AdviceSoFar) => void;
  /** A waiting call with the same lane is dropped (code "cancelled") when a newer one comes. */
  lane?: string;
}

/** A running call: its answer, and a way to stop it. */
export interface Call<T> {
  answer: Promise<T>;
  cancel(): void;
  /** Has a search end with the best it has; null where a busy worker hears nothing. */
  enough?: (() => void) | null;
}

interface Pending {
  id: number;
  op: Op;
  params: unknown[];
  options: CallOptions;
  resolve(value: unknown): void;
  reject(error: WireError): void;
}

/** Starts the worker. */
export type NewWorker = () => Worker;

const newWorker: NewWorker = () =>
  new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "scanseek" });

/** Calls that open a database. */
const OPENS: readonly Op[] = ["open_sample", "open_file", "open_remote"];

/** How long a cancelled call may take to answer before its worker is replaced. */
const CANCEL_GRACE_MS = 1500;

const CANCELLED = wireError("cancelled", "Cancelled.");
const CRASHED = wireError(
  "internal",
  "The engine stopped and was restarted.",
  "Your text and your file are still here. Try again, perhaps with a smaller query.",
);

export class EngineClient {
  readonly #events: ClientEvents;
  readonly #newWorker: NewWorker;
  readonly #flag: SharedArrayBuffer | null = globalThis.crossOriginIsolated ? new SharedArrayBuffer(4) : null;
  #worker!: Worker;
  #life = "";
  #ready = false;
  #nextId = 1;
  #current: Pending | null = null;
  #queue: Pending[] = [];
  /** The last successful open, replayed in a new worker. */
  #opened: { op: Op; params: unknown[] } | null = null;
  /** The successful attaches since, by name. */
  #attached = new Map<string, Params<"attach">>();
  /** The databases that the opened sample came with and that were detached since. */
  #detached: Params<"detach">[] = [];
  /** The version of the file on a server that was opened last: another must not take its place. */
  #version: string | null = null;

  constructor(events: ClientEvents, start: NewWorker = newWorker) {
    this.#events = events;
    this.#newWorker = start;
    this.#spawn();
  }

  call<K extends Op>(op: K, params: Params<K>, options: CallOptions = {}): Call<Result<K>> {
    const id = this.#nextId++;
    const answer = new Promise<Result<K>>((resolve, reject) => {
      if (options.lane) this.#drop((waiting) => waiting.options.lane === options.lane);
      this.#queue.push({ id, op, params, options, resolve: resolve as (value: unknown) => void, reject });
    });
    this.#pump();
    const flag = this.#flag;
    const enough = flag && (() => void Atomics.store(new Int32Array(flag), 0, -id));
    return { answer, cancel: () => this.#cancel(id), enough };
  }

  /** Starts over after a failed load. */
  reload(): void {
    this.#worker.terminate();
    this.#spawn();
  }

  #spawn(): void {
    this.#ready = false;
    const worker = this.#newWorker();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(worker, data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      if (this.#ready) this.#replace("crashed");
      else this.#events.loadFailed(event.message || "The engine's files could not be loaded.");
    };
    this.#worker = worker;
    this.#life = `scanseek-worker-${crypto.randomUUID()}`;
    this.#post({ type: "init", cancel_flag: this.#flag, life: this.#life });
  }

  /** A worker that the browser ended, as for want of memory, says nothing; but its lock becomes free. */
  #watchLife(worker: Worker): void {
    void navigator.locks.request(this.#life, () => {
      if (worker === this.#worker) this.#replace("crashed");
    });
  }

  /** Ends the worker as a browser would, so that a test can see the page survive it. */
  killForTest(): void {
    this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #pump(): void {
    if (!this.#ready || this.#current) return;
    const next = this.#queue.shift();
    if (!next) return;
    this.#current = next;
    try {
      this.#post({ type: "call", id: next.id, op: next.op, params: next.params });
    } catch (cause) {
      this.#current = null;
      next.reject(wireError("internal", `The request could not be sent: ${String(cause)}`));
      this.#pump();
    }
  }

  #receive(worker: Worker, message: FromWorker): void {
    if (worker !== this.#worker) return;
    switch (message.type) {
      case "alive":
        this.#watchLife(worker);
        return;
      case "loading":
        this.#events.loading(message.size_bytes);
        return;
      case "load_failed":
        this.#events.loadFailed(message.message);
        return;
      case "ready":
        this.#ready = true;
        this.#events.ready();
        this.#pump();
        return;
      case "progress":
        if (this.#current?.id === message.id) this.#current.options.onProgress?.(message.progress);
        return;
      case "reading":
        if (this.#current?.id === message.id) this.#current.options.onReading?.(message.reading);
        return;
      case "rows":
        if (this.#current?.id === message.id) this.#current.options.onRows?.(message.batch);
        return;
      case "advice_so_far":
        if (this.#current?.id === message.id) this.#current.options.onAdvice?.(message.so_far);
        return;
      case "fetched":
        this.#events.fetched(message.fetched);
        return;
      case "pinned":
        this.#version = message.version;
        return;
      case "fatal":
        console.error(`engine: ${message.message}`);
        this.#replace("crashed");
        return;
    }
    const call = this.#current;
    if (call?.id !== message.id) return;
    this.#current = null;
    if (message.type === "ok") {
      if (OPENS.includes(call.op)) {
        this.#opened = { op: call.op, params: call.params };
        this.#attached.clear();
        this.#detached = [];
      } else if (call.op === "close") this.#opened = null;
      else if (call.op === "attach") {
        const params = call.params as Params<"attach">;
        this.#attached.set(params[0].toLowerCase(), params);
      } else if (call.op === "detach") {
        const params = call.params as Params<"detach">;
        if (!this.#attached.delete(params[0].toLowerCase())) this.#detached.push(params);
      }
      if (call.op === "open_remote") call.params[3] = this.#version;
      call.resolve(message.ok);
    } else call.reject(message.error);
    this.#pump();
  }

  #cancel(id: number): void {
    if (this.#current?.id !== id) {
      this.#drop((waiting) => waiting.id === id);
      return;
    }
    if (!this.#flag) {
      // Without shared memory a busy worker hears nothing, so there is no point in waiting.
      this.#replace("cancelled");
      return;
    }
    Atomics.store(new Int32Array(this.#flag), 0, id);
    setTimeout(() => {
      if (this.#current?.id === id) this.#replace("cancelled");
    }, CANCEL_GRACE_MS);
  }

  #drop(which: (waiting: Pending) => boolean): void {
    const dropped = this.#queue.filter(which);
    this.#queue = this.#queue.filter((waiting) => !which(waiting));
    for (const waiting of dropped) waiting.reject(CANCELLED);
  }

  /** Ends this worker, starts another, and opens the database again before anything else. */
  #replace(reason: RestartReason): void {
    this.#worker.terminate();
    const current = this.#current;
    this.#current = null;
    const error = reason === "crashed" ? CRASHED : CANCELLED;
    this.#drop(() => true);
    const source = this.#opened;
    const attached = [...this.#attached.values()];
    const detached = this.#detached;
    this.#attached.clear();
    this.#detached = [];
    this.#opened = null; // Set again by the replay; a file that kills the engine twice is given up.
    this.#spawn();
    current?.reject(error);
    if (!source) {
      this.#events.restarted(reason, { lost: null, detached: null });
      return;
    }
    void this.#reopen(source, detached, attached).then((again) => this.#events.restarted(reason, again));
  }

  /** All calls are made at once, so that they are the first in the queue. */
  async #reopen(
    source: { op: Op; params: unknown[] },
    detached: Params<"detach">[],
    attached: Params<"attach">[],
  ): Promise<Reopened> {
    const main = this.call(source.op, source.params as never).answer as Promise<Opened>;
    const others = [
      ...detached.map((params) => this.call("detach", params).answer),
      ...attached.map((params) => this.call("attach", params).answer),
    ];
    const outcomes = await Promise.allSettled([main, ...others]);
    const [first] = outcomes;
    if (first?.status !== "fulfilled") return { lost: first?.reason as WireError, detached: null };
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (!failed) return { lost: null, detached: null };
    const last = outcomes.findLast((outcome) => outcome.status === "fulfilled") ?? first;
    return { lost: null, detached: { opened: last.value, error: failed.reason as WireError } };
  }
}
