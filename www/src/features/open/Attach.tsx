/** Asks what a further file is for: to be opened in place of what is open, or attached to it. */
import { useId, useState } from "preact/hooks";
import { attach, openDatabase } from "../../store/actions_open";
import { asked, attachTask, opened } from "../../store/database";
import { type DatabaseFiles, nameFor } from "../../store/files";
import { clearTask } from "../../store/task";
import { ErrorNote, Working } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { bytes } from "../../ui/format";

export function AttachDialog() {
  const files = asked.value[0];
  const close = () => {
    attachTask.cancel.value?.();
    clearTask(attachTask);
    asked.value = [];
  };
  return (
    <Dialog title={`Open ${files?.database.name ?? ""}`} open={files !== undefined} onClose={close}>
      {files && <AttachBody key={asked.value.length} files={files} />}
    </Dialog>
  );
}

function AttachBody({ files }: { files: DatabaseFiles }) {
  const id = useId();
  const value = opened.value;
  const file = files.database;
  const taken = value?.attached.map((one) => one.name) ?? [];
  const [name, setName] = useState(() => nameFor(file.name, taken));
  const { startedAt, error } = attachTask;
  if (!value) return null;
  const next = () => {
    clearTask(attachTask);
    asked.value = asked.value.slice(1);
  };
  const onAttach = async (event: Event) => {
    event.preventDefault();
    if (await attach(name.trim(), files)) next();
  };
  const onOpen = () => {
    next();
    void openDatabase(files);
  };
  return (
    <form class="attach" onSubmit={onAttach} data-testid="attach">
      <p>
        <strong>{value.database.name}</strong> is open. {file.name} ({bytes(file.size)}) can be attached to
        it, so that one query can read both, or take its place.
      </p>
      <div class="field">
        <label for={id}>Attach as</label>
        <div class="field-row">
          <input
            id={id}
            class="mono"
            value={name}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="button primary" disabled={startedAt.value !== null}>
            Attach
          </button>
        </div>
      </div>
      <p class="fine">
        In SQL its tables have this name in front, as after ATTACH: {name.trim() || "name"}.table
      </p>
      {startedAt.value !== null && <Working label={`Attaching ${file.name}`} work={attachTask} />}
      {error.value && <ErrorNote error={error.value} />}
      <button type="button" class="button" disabled={startedAt.value !== null} onClick={onOpen}>
        Open it instead
      </button>
    </form>
  );
}
