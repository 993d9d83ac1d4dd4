/** Dropping and pasting files anywhere on the page. */
import { useEffect, useState } from "preact/hooks";
import { offerLog } from "../../store/actions_log";
import { openFiles } from "../../store/actions_open";
import { opened } from "../../store/database";
import { Icon } from "../../ui/icon";

function hasFiles(data: DataTransfer | null): boolean {
  return data?.types.includes("Files") ?? false;
}

export function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Entering a child fires before leaving its parent, so enters and leaves are counted.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const hover = (event: DragEvent) => {
      if (hasFiles(event.dataTransfer)) event.preventDefault();
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void openFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) {
        event.preventDefault();
        void openFiles(files);
        return;
      }
      const target = event.target instanceof Element ? event.target : null;
      const pasted = event.clipboardData?.getData("text/plain");
      if (pasted && target?.closest(".cm-editor")) void offerLog(pasted);
    };
    const capture = { capture: true };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragover", hover);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop, capture);
    // The editor keeps its pastes to itself, so they are looked at on the way down.
    window.addEventListener("paste", paste, capture);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop, capture);
      window.removeEventListener("paste", paste, capture);
    };
  }, []);
  if (!over) return null;
  return (
    <div class="drop-overlay" aria-hidden="true">
      <div>
        <Icon name="drop" size={44} />
        <p>{opened.value ? "Drop to open or attach" : "Drop to open"}</p>
        <p class="fine">Works on a copy. Nothing leaves this browser.</p>
      </div>
    </div>
  );
}
