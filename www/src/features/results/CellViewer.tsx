/** One value in full: text with what is not UTF-8 in it, JSON laid out, a blob's bytes, and saving it. */
import { useState } from "preact/hooks";
import type { Cell, TextPart, WholeCell, WholeValue } from "../../engine/types";
import { hideCell } from "../../store/actions_run";
import { cellTask, kept, type Place, runTask } from "../../store/results";
import { CopyButton, ErrorNote, saveFile, Working } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { bytes, count, plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { Segmented } from "../../ui/segmented";
import { drawn } from "./cells";

export function CellViewer({ place, columns }: { place: Place; columns: string[] }) {
  const column = columns[place.column] ?? "";
  const whole = cellTask.value.value;
  const now = kept.value;
  const cell = now?.rows[place.row - now.first]?.[place.column];
  return (
    <Dialog title={`${column || "Value"}, row ${count(place.row + 1)}`} open={true} onClose={hideCell} wide>
      <div class="cell-view" data-testid="cell-view">
        <Working label="Reading the whole value" work={cellTask} />
        {cellTask.error.value && <ErrorNote error={cellTask.error.value} />}
        {whole ? (
          <Whole whole={whole} name={`${column || "value"}-${place.row + 1}`} />
        ) : (
          cell && <Head cell={cell} />
        )}
      </div>
    </Dialog>
  );
}

/** What is known before the whole value is read. */
function Head({ cell }: { cell: Cell }) {
  return (
    <>
      {runTask.startedAt.value !== null && <p class="fine">It is read once the query has ended.</p>}
      <pre class="code cell-text">{drawn(cell)}</pre>
    </>
  );
}

function Whole({ whole, name }: { whole: WholeCell; name: string }) {
  const { value, guess, extension } = whole;
  const filename = `${name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.${extension}`;
  switch (value.type) {
    case "null":
      return <p>NULL: there is no value. An empty text or blob is shown as one of length 0.</p>;
    case "integer":
      return <NumberValue value={value.value} note={beyondDouble(value.value)} />;
    case "real":
      return (
        <NumberValue value={value.value} note="A real, with as many digits as give the same number again." />
      );
    case "text":
      return <TextValue value={value} filename={filename} guess={guess} />;
    case "blob":
      return <BlobValue value={value} filename={filename} guess={guess} />;
  }
}

function beyondDouble(value: string): string {
  return Number.isSafeInteger(Number(value))
    ? "An integer."
    : "An integer beyond 2⁵³: programs that read numbers as doubles, as JavaScript does, round it.";
}

function NumberValue({ value, note }: { value: string; note: string }) {
  return (
    <>
      <pre class="code cell-text" data-testid="cell-value">
        {value}
      </pre>
      <div class="cell-bar">
        <span class="fine">{note}</span>
        <span class="spacer" />
        <CopyButton text={value} what="the value" />
      </div>
    </>
  );
}

function SaveButton({ data, filename }: { data: Uint8Array<ArrayBuffer>; filename: string }) {
  const save = () => saveFile([data], filename, "application/octet-stream");
  return (
    <button type="button" class="button small" onClick={save}>
      <Icon name="download" />
      Save as {filename}
    </button>
  );
}

interface Shown<Type extends WholeValue["type"]> {
  value: WholeValue & { type: Type };
  filename: string;
  guess: string;
}

function TextValue({ value, filename, guess }: Shown<"text">) {
  const [view, setView] = useState<"text" | "json">(value.json === null ? "text" : "json");
  const invalid = value.parts.some((part) => part.type === "invalid");
  const length = value.bytes.length;
  return (
    <>
      <div class="cell-bar">
        <span data-testid="cell-facts">
          {`${plural(value.characters, "character")}, ${plural(length, "byte")}`}
          {guess && `, ${guess}`}
        </span>
        <span class="spacer" />
        {value.json !== null && (
          <Segmented
            label="Show as"
            options={[
              { id: "json", label: "Laid out" },
              { id: "text", label: "As it is" },
            ]}
            current={view}
            onChange={setView}
          />
        )}
      </div>
      {invalid && (
        <p class="fine">
          This text is not all UTF-8. The bytes that are not are marked and stand in hexadecimal.
        </p>
      )}
      {length === 0 ? (
        <p>The text is empty; it is not NULL.</p>
      ) : (
        <pre class="code cell-text" data-testid="cell-value" tabIndex={0} role="group" aria-label="The value">
          {view === "json" ? value.json : value.parts.map((part, at) => <Part key={at} part={part} />)}
        </pre>
      )}
      {!value.parts_are_all && <p class="fine">This is the beginning; saved, the text is whole.</p>}
      <div class="cell-bar">
        <CopyButton
          text={view === "json" && value.json ? value.json : new TextDecoder().decode(value.bytes)}
          what="the value"
        />
        <SaveButton data={value.bytes} filename={filename} />
      </div>
    </>
  );
}

/** Control characters but line ends and tabs, which a page would not show. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function Part({ part }: { part: TextPart }) {
  if (part.type === "invalid") {
    return (
      <mark class="invalid" title="Not UTF-8">
        {part.hex.toUpperCase().match(/../g)?.join(" ")}
      </mark>
    );
  }
  if (!CONTROLS.test(part.value)) return <>{part.value}</>;
  return (
    <>
      {part.value.split(new RegExp(`(${CONTROLS.source})`)).map((piece, at) =>
        CONTROLS.test(piece) ? (
          <mark key={at} class="control" title="A control character">
            {piece.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}
          </mark>
        ) : (
          piece
        ),
      )}
    </>
  );
}

/** Bytes of a blob that are shown. */
const DUMPED = 64 * 1024;

/** Lines of address, bytes in hexadecimal, and those that are ASCII. */
function dump(data: Uint8Array, width: number): string {
  const lines: string[] = [];
  const digits = Math.max(4, (data.length - 1).toString(16).length);
  for (let at = 0; at < Math.min(data.length, DUMPED); at += width) {
    const row = [...data.subarray(at, at + width)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(digits, "0")}  ${hex.padEnd(width * 3 - 1)}  ${ascii}`);
  }
  return lines.join("\n");
}

function BlobValue({ value, filename, guess }: Shown<"blob">) {
  const length = value.bytes.length;
  const width = matchMedia("(max-width: 560px)").matches ? 8 : 16;
  return (
    <>
      <p data-testid="cell-facts">
        {`Blob of ${plural(length, "byte")}${length >= 1000 ? ` (${bytes(length)})` : ""}`}
        {guess && `, by its first bytes: ${guess}`}
      </p>
      {length > 0 && (
        <pre class="code cell-dump" data-testid="cell-value" tabIndex={0} role="group" aria-label="The bytes">
          {dump(value.bytes, width)}
        </pre>
      )}
      {length > DUMPED && <p class="fine">These are the first {bytes(DUMPED)}; saved, the blob is whole.</p>}
      <div class="cell-bar">
        <SaveButton data={value.bytes} filename={filename} />
      </div>
    </>
  );
}
