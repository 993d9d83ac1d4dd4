/** What this is, and which SQLite it runs. */
import { about } from "../../store/engine";
import { Dialog } from "../../ui/dialog";

export function AboutDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const info = about.value;
  return (
    <Dialog title="About ScanSeek" open={open} onClose={onClose}>
      <p>
        ScanSeek runs SQLite itself in this page. It shows how a query is carried out, suggests indexes that
        help, and proves it by running them on a copy. Your file is never changed and never sent anywhere.
      </p>
      {info ? (
        <>
          <dl class="facts">
            <div>
              <dt>ScanSeek</dt>
              <dd>{info.scanseek_version}</dd>
            </div>
            <div>
              <dt>SQLite</dt>
              <dd>{info.sqlite_version}</dd>
            </div>
            <div>
              <dt>Source</dt>
              <dd class="mono">{info.source_id}</dd>
            </div>
          </dl>
          <details class="more">
            <summary>Compile options ({info.compile_options.length})</summary>
            <ul class="options mono">
              {info.compile_options.map((option) => (
                <li key={option}>{option}</li>
              ))}
            </ul>
          </details>
        </>
      ) : (
        <p>The engine is still loading.</p>
      )}
      <h3>Keys</h3>
      <dl class="facts">
        <div>
          <dt>
            <kbd>Ctrl</kbd> or <kbd>⌘</kbd> + <kbd>Enter</kbd>
          </dt>
          <dd>Run the selection, or the statement under the cursor</dd>
        </div>
        <div>
          <dt>
            <kbd>Escape</kbd>, then <kbd>Tab</kbd>
          </dt>
          <dd>Leave the editor</dd>
        </div>
        <div>
          <dt>Arrow keys</dt>
          <dd>Move in the table list, the plan, the program and the tabs</dd>
        </div>
      </dl>
    </Dialog>
  );
}
