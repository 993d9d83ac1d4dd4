/** What the page has to say: loading, opening, failed opening, notices, and the check of a link. */
import type { ErrorCode } from "../../engine/types";
import { retryEngine } from "../../store/actions";
import { downloadUrl, openUrl } from "../../store/actions_address";
import { triedUrl } from "../../store/address";
import { opened, openingName, openTask } from "../../store/database";
import { engineState } from "../../store/engine";
import { dismiss, notices } from "../../store/view";
import { ErrorNote, Note, Working } from "../../ui/basics";
import { bytes } from "../../ui/format";
import { LinkBanner } from "../share/LinkBanner";

/** What can be done at once about an address that could not be opened. */
function remedy(code: ErrorCode): { label: string; run: () => void } | undefined {
  const url = triedUrl.value;
  switch (code) {
    case "remote_unreachable":
      return { label: "Try again", run: () => void openUrl(url) };
    case "remote_changed":
      return { label: "Open it again", run: () => void openUrl(url) };
    case "remote_redirect":
      return { label: "Follow it", run: () => void openUrl(url, true) };
    case "remote_no_ranges":
      return { label: "Download it", run: () => void downloadUrl(url) };
    default:
      return undefined;
  }
}

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
            action={remedy(error.code)}
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
