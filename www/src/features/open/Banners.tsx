/** What the page has to say: loading, opening, failed opening, notices, and the check of a link. */
import { retryEngine } from "../../store/actions";
import { opened, openingName, openTask } from "../../store/database";
import { engineState } from "../../store/engine";
import { dismiss, notices } from "../../store/view";
import { ErrorNote, Note, Working } from "../../ui/basics";
import { bytes } from "../../ui/format";
import { LinkBanner } from "../share/LinkBanner";

export function Banners() {
  const engine = engineState.value;
  const startedAt = openTask.startedAt.value;
  const error = openTask.error.value;
  return (
    <div class="banners">
      {engine.type === "loading" && (
        <div class="working slim" role="status">
          <div class="working-line">
            <span>
              Loading SQLite{engine.size_bytes ? `, ${bytes(engine.size_bytes)}` : ""}. You can type already.
            </span>
          </div>
          <progress aria-label="Loading SQLite" />
        </div>
      )}
      {engine.type === "failed" && (
        <Note
          tone="bad"
          hint={`${engine.message} Your text is still here.`}
          action={{ label: "Try again", run: retryEngine }}
        >
          SQLite could not be loaded.
        </Note>
      )}
      {startedAt !== null && <Working label={`Opening ${openingName.value}`} work={openTask} />}
      {error && (
        <div data-testid="open-error">
          <ErrorNote
            error={
              opened.value
                ? {
                    ...error,
                    hint: `${error.hint ?? ""} “${opened.value.database.name}” is still open.`.trim(),
                  }
                : error
            }
            onDismiss={() => {
              openTask.error.value = null;
            }}
          />
        </div>
      )}
      <LinkBanner />
      {notices.value.map((notice) => (
        <Note
          key={notice.key}
          tone={notice.tone}
          hint={notice.hint}
          action={notice.action}
          onDismiss={() => dismiss(notice.key)}
          testid={`notice-${notice.key}`}
        >
          {notice.text}
        </Note>
      ))}
    </div>
  );
}
