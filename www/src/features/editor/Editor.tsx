/** The editor: a plain text area at first, CodeMirror once its chunk has arrived. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { run } from "../../store/actions_run";
import { edit, moveRequest, selection, text } from "../../store/editor";
import type { MountEditor } from "./codemirror";

const PLACEHOLDER = "Type or paste SQL, several statements if you like, each ended by ;";

const mountEditor = signal<MountEditor | null>(null);

/** Fetches the editor's chunk once the page has been painted. */
export function loadEditor(): void {
  requestAnimationFrame(() =>
    setTimeout(() => {
      import("./codemirror").then(
        (module) => {
          mountEditor.value = module.mountEditor;
        },
        () => {
          // The plain text area works on without it.
        },
      );
    }),
  );
}

export function Editor() {
  return <div class="editor">{mountEditor.value ? <Rich mount={mountEditor.value} /> : <Plain />}</div>;
}

function Rich({ mount }: { mount: MountEditor }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current ? mount(host.current, PLACEHOLDER) : undefined), [mount]);
  return <div class="editor-host" ref={host} />;
}

function Plain() {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(
    () =>
      moveRequest.subscribe((request) => {
        if (!request || !area.current) return;
        if (area.current.value === text.value && request.from === undefined) return;
        area.current.value = text.value;
        area.current.setSelectionRange(request.from ?? request.at, request.at);
        if (request.focus) area.current.focus();
      }),
    [],
  );
  return (
    <textarea
      class="editor-plain mono"
      ref={area}
      aria-label="SQL editor"
      placeholder={PLACEHOLDER}
      spellcheck={false}
      autocapitalize="off"
      value={text.value}
      onInput={(event) => {
        edit(event.currentTarget.value);
      }}
      onSelect={(event) => {
        const { selectionStart, selectionEnd } = event.currentTarget;
        selection.value = { from: selectionStart, to: selectionEnd };
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void run();
      }}
    />
  );
}
