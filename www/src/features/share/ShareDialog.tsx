/** The link to what is on show, its Markdown form, and how long it is. */
import { useId } from "preact/hooks";
import { chosenWords } from "../../store/chosen";
import { opened } from "../../store/database";
import { active, statements } from "../../store/editor";
import { selectedNode } from "../../store/plan";
import { shareOpen, shareTask, stepSuffix } from "../../store/share";
import { CopyButton, ErrorNote, Note, Working } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { count, plural } from "../../ui/format";

/** Messages in common chat tools are cut at this many characters. */
const CHAT_LIMIT = 2000;

export function ShareDialog() {
  const close = () => {
    shareOpen.value = false;
    shareTask.cancel.value?.();
  };
  return (
    <Dialog title="Share" open={shareOpen.value} onClose={close}>
      <ShareBody />
    </Dialog>
  );
}

function ShareBody() {
  const startedAt = shareTask.startedAt.value;
  const error = shareTask.error.value;
  const link = shareTask.value.value;
  const database = opened.value?.database;
  // What a sample brings along is made again wherever the link is opened.
  const files = opened.value?.attached.filter((one) => !one.database.sample) ?? [];
  const attached = files.map((one) => `${one.database.name} as ${one.name}`);
  if (startedAt !== null) {
    return <Working label="Running the queries for their counters" work={shareTask} />;
  }
  if (error) return <ErrorNote error={error} />;
  if (!link || !database) return null;
  const url = `${location.origin}${location.pathname}${link.fragment}`;
  const title = `ScanSeek: ${plural(statements.value.length, "query", "queries")} on ${database.name}`;
  const markdown = `[${title.replace(/[[\]\\]/g, "\\$&")}](${url})`;
  return (
    <div class="share">
      <p>
        The link holds the queries, {chosenWords.value || "no indexes"} and the counters measured here.{" "}
        {database.sample
          ? "Whoever opens it gets the same sample and sees whether the counters match."
          : `It does not hold your data: only the name, size and fingerprint of ${database.name}. Whoever opens it needs the file.`}
        {attached.length > 0 && ` What is attached is needed, too, and only named: ${attached.join(", ")}.`}
      </p>
      <Field label="Link" value={url} />
      <Field label="Markdown link" value={markdown} />
      {active.value && selectedNode.value !== null && (
        <Field
          label="Link that shows the chosen step"
          value={url + stepSuffix(active.value.index, selectedNode.value)}
        />
      )}
      <LengthMeter length={markdown.length} />
      <p class="fine">All of this is in the part after #, which browsers do not send to any server.</p>
    </div>
  );
}

function Field({ label, value }: { label: string; value: string }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-row">
        <input
          id={id}
          class="mono"
          readOnly
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={value} what={label} />
      </div>
    </div>
  );
}

function LengthMeter({ length }: { length: number }) {
  const id = useId();
  const over = length > CHAT_LIMIT;
  return (
    <div class="length">
      <label for={id}>
        {count(length)} of {count(CHAT_LIMIT)} characters, the limit of common chat tools
      </label>
      <meter
        id={id}
        min={0}
        max={CHAT_LIMIT}
        high={CHAT_LIMIT * 0.9}
        optimum={0}
        value={Math.min(length, CHAT_LIMIT)}
      />
      {over && (
        <Note tone="warn" hint="Send it by mail or put it in a document, or remove some queries.">
          Chat tools may cut this link.
        </Note>
      )}
    </div>
  );
}
