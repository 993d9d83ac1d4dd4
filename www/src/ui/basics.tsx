/** Small parts used everywhere: notes, badges, code blocks, copying, elapsed time, progress. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Progress, Reading, WireError } from "../engine/types";
import { copyText } from "./clipboard";
import { bytes, count } from "./format";
import { Icon, type IconName } from "./icon";

export type Tone = "bad" | "warn" | "good" | "neutral";

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`badge tone-${tone}`}>
      <Icon name={tone} size={13} />
      {children}
    </span>
  );
}

interface NoteProps {
  tone: Tone;
  children: ComponentChildren;
  hint?: string | null | undefined;
  onDismiss?: () => void;
  action?: { label: string; run: () => void } | undefined;
  testid?: string;
}

/** A sentence, what to do about it, and perhaps a button that does it. */
export function Note({ tone, children, hint, onDismiss, action, testid }: NoteProps) {
  return (
    <div class={`note tone-${tone}`} role={tone === "bad" ? "alert" : "status"} data-testid={testid}>
      <Icon name={tone} size={18} />
      <div class="note-text">
        <span>{children}</span>
        {hint && <span class="note-hint"> {hint}</span>}
      </div>
      {action && (
        <button type="button" class="button small" onClick={action.run}>
          {action.label}
        </button>
      )}
      {onDismiss && (
        <button type="button" class="button quiet icon-only" aria-label="Dismiss" onClick={onDismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

interface ErrorNoteProps {
  error: WireError;
  onDismiss?: () => void;
  action?: NoteProps["action"];
}

export function ErrorNote({ error, onDismiss, action }: ErrorNoteProps) {
  const tone = error.code === "cancelled" ? "neutral" : error.code === "deadline" ? "warn" : "bad";
  const dismissal = onDismiss ? { onDismiss } : {};
  return (
    <Note tone={tone} hint={error.hint} action={action} testid={`error-${error.code}`} {...dismissal}>
      {error.message}
    </Note>
  );
}

/** Copies text and says so, also to screen readers. */
export function CopyButton({ text, label = "Copy", what }: { text: string; label?: string; what?: string }) {
  const [state, setState] = useState<"" | "Copied" | "Copying failed">("");
  useEffect(() => {
    if (!state) return;
    const timer = setTimeout(() => setState(""), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    setState((await copyText(text)) ? "Copied" : "Copying failed");
  };
  return (
    <>
      <button
        type="button"
        class="button small"
        aria-label={what ? `${label} ${what}` : undefined}
        onClick={copy}
      >
        <Icon name={state === "Copied" ? "check" : "copy"} />
        {state || label}
      </button>
      <span class="sr-only" aria-live="polite">
        {state}
      </span>
    </>
  );
}

export function saveFile(parts: BlobPart[], filename: string, type: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function DownloadButton({ text, filename }: { text: string; filename: string }) {
  const save = () => saveFile([text], filename, "application/sql");
  return (
    <button type="button" class="button small" aria-label={`Download ${filename}`} onClick={save}>
      <Icon name="download" />
      Download
    </button>
  );
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  // Focusable, because a long line can only be scrolled by keyboard when the block has the focus.
  return (
    <pre class="code" tabIndex={0} role="group" aria-label={label}>
      <code>{code}</code>
    </pre>
  );
}

/** Seconds since `startedAt` (performance.now()), ticking. */
export function Elapsed({ startedAt }: { startedAt: number }) {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  // Hidden from screen readers: a status that changes ten times a second would never stop talking.
  return (
    <span class="elapsed" aria-hidden="true">
      {(Math.max(0, now - startedAt) / 1000).toFixed(1)} s
    </span>
  );
}

/** Long work as it goes on. */
interface Work {
  /** performance.now() at the start, or null when nothing runs. */
  startedAt: ReadonlySignal<number | null>;
  progress: ReadonlySignal<Progress | null>;
  reading: ReadonlySignal<Reading | null>;
  cancel: ReadonlySignal<(() => void) | null>;
}

function bytesRead({ read_bytes, total_bytes }: Reading): string {
  return total_bytes === null
    ? `${bytes(read_bytes)} read`
    : `${bytes(read_bytes)} of about ${bytes(total_bytes)} read`;
}

/** Long work: what is done, how far, for how long, and Cancel; nothing when nothing runs. */
export function Working({ label, work }: { label: string; work: Work }) {
  const startedAt = work.startedAt.value;
  if (startedAt === null) return null;
  const progress = work.progress.value;
  const reading = work.reading.value;
  const cancel = work.cancel.value;
  const total = progress?.total ?? null;
  const bar =
    reading?.total_bytes != null
      ? { value: reading.read_bytes, max: reading.total_bytes }
      : progress && total !== null && total > 0
        ? { value: Math.min(progress.done, total), max: total }
        : {};
  return (
    <div class="working" role="status" aria-label={label}>
      <div class="working-line">
        <span>
          {progress?.stage || label}
          {progress && total !== null && ` (${count(progress.done)} of ${count(total)})`}
        </span>
        <span class="spacer" />
        <Elapsed startedAt={startedAt} />
        {cancel && (
          <button type="button" class="button small" onClick={cancel}>
            <Icon name="stop" />
            Cancel
          </button>
        )}
      </div>
      <progress aria-label={label} {...bar} />
      {/* Always a line, so that nothing moves when the first figure comes; the bar tells it to screen readers. */}
      <p class="working-read" aria-hidden="true">
        {reading ? bytesRead(reading) : "\u00a0"}
      </p>
    </div>
  );
}

/** What an empty panel is for, and what to do first. */
export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} size={28} />
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}
