/** The chosen indexes as scripts: one to apply, one to undo. */
import { chosenDdl, chosenWords } from "../../store/chosen";
import { opened } from "../../store/database";
import { patch, patchError } from "../../store/patch";
import { CodeBlock, CopyButton, DownloadButton, Empty, ErrorNote } from "../../ui/basics";
import { NoneChosen } from "../trial/TrialTab";

export function PatchTab() {
  if (!opened.value) return <Empty icon="open" title="Open a database first." />;
  if (chosenDdl.value.length === 0) return <NoneChosen />;
  if (patchError.value) return <ErrorNote error={patchError.value} />;
  const value = patch.value;
  if (!value) return <p class="fine">Writing the scripts…</p>;
  const stem = opened.value.database.name.replace(/\.[^.]+$/, "");
  return (
    <div class="patch">
      <p class="fine">
        {chosenWords.value}. Your file is not changed here: run the script yourself, for example with{" "}
        <code>
          sqlite3 {opened.value.database.name} &lt; {stem}-up.sql
        </code>
      </p>
      <div class="scripts">
        <Script title="Apply" code={value.up} filename={`${stem}-up.sql`} />
        <Script title="Undo" code={value.down} filename={`${stem}-down.sql`} />
      </div>
    </div>
  );
}

function Script({ title, code, filename }: { title: string; code: string; filename: string }) {
  return (
    <section aria-label={title} class="script">
      <div class="card-head">
        <h3>{title}</h3>
        <span class="fine mono">{filename}</span>
        <span class="spacer" />
        <CopyButton text={code} what={filename} />
        <DownloadButton text={code} filename={filename} />
      </div>
      <CodeBlock code={code} label={`${title} script`} />
    </section>
  );
}
