/** CodeMirror with SQLite's dialect, tied to the store. A chunk of its own, loaded after the first paint. */
import {
  autocompletion,
  type Completion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { SQLite, type SQLNamespace, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { diagnosticCount, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { batch, effect } from "@preact/signals";
import { run } from "../../store/actions_run";
import { opened, tables } from "../../store/database";
import { active, difference, edit, moveRequest, selection, statements, text } from "../../store/editor";
import { diagnostics } from "../../store/plan";
import { followMarks, stepMarks } from "./marks";

export type MountEditor = typeof mountEditor;

const highlight = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--code-type)" },
]);

function namespace(): SQLNamespace {
  type Named = { self: Completion; children: Completion[] | Record<string, Named> };
  const schema: Record<string, Named> = {};
  for (const { name, database } of opened.value?.attached ?? []) {
    schema[name] = { self: { label: name, type: "namespace", detail: database.name }, children: {} };
  }
  for (const table of tables.value) {
    if (table.kind === "shadow") continue;
    const rows = table.row_count === null ? table.kind : `${table.row_count.toLocaleString("en")} rows`;
    const known: Named = {
      self: { label: table.name, type: "type", detail: rows },
      children: table.columns.map((column) => ({
        label: column.name,
        type: "property",
        detail: column.declared_type.toLowerCase(),
      })),
    };
    const database = table.database === null ? undefined : schema[table.database]?.children;
    if (database && !Array.isArray(database)) database[table.name] = known;
    // Of tables of one name the main database's is the one that is meant, then the first attached one's.
    if (table.database === null || !(table.name in schema)) schema[table.name] = known;
  }
  return schema as SQLNamespace;
}

/** Marks the lines of the statement that is meant, when there are several. */
const setActive = StateEffect.define<{ from: number; to: number } | null>();
const activeLine = Decoration.line({ class: "cm-meant" });
const activeField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const change of transaction.effects) {
      if (!change.is(setActive)) continue;
      const lines = [];
      if (change.value) {
        const { doc } = transaction.state;
        const last = doc.lineAt(Math.min(change.value.to, doc.length)).number;
        for (let n = doc.lineAt(Math.min(change.value.from, doc.length)).number; n <= last; n++) {
          lines.push(activeLine.range(doc.line(n).from));
        }
      }
      next = Decoration.set(lines);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Whether the lines of this span are marked already, and no others. */
function linesAre(state: EditorState, span: { start: number; end: number } | null): boolean {
  const { doc } = state;
  const starts: number[] = [];
  state.field(activeField).between(0, doc.length, (from) => {
    starts.push(from);
  });
  if (!span) return starts.length === 0;
  const first = doc.lineAt(Math.min(span.start, doc.length));
  const last = doc.lineAt(Math.min(span.end, doc.length));
  const count = last.number - first.number + 1;
  return starts.length === count && starts[0] === first.from && starts.at(-1) === last.from;
}

function runKey(): boolean {
  void run();
  return true;
}

/** Puts an editor into `parent`; returns what takes it away again. */
export function mountEditor(parent: HTMLElement, hint: string): () => void {
  const language = new Compartment();
  const sqlLanguage = () => sql({ dialect: SQLite, schema: namespace(), upperCaseKeywords: true });
  const start = Math.min(selection.peek().to, text.peek().length);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.peek(),
      selection: { anchor: start },
      extensions: [
        // First, so that it wins over "insert a blank line".
        keymap.of([{ key: "Mod-Enter", preventDefault: true, run: runKey }]),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        lintGutter(),
        activeField,
        stepMarks,
        syntaxHighlighting(highlight),
        language.of(sqlLanguage()),
        placeholder(hint),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "SQL editor", "data-testid": "sql", tabindex: "0" }),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged && !update.selectionSet) return;
          batch(() => {
            if (update.docChanged) edit(update.state.doc.toString());
            const { from, to, head } = update.state.selection.main;
            selection.value = from === to ? { from: head, to: head } : { from, to };
          });
        }),
      ],
    }),
  });

  const granted = moveRequest.peek();
  const stops = [
    effect(() => {
      const next = text.value;
      const current = view.state.doc.toString();
      if (next !== current) view.dispatch({ changes: difference(current, next) });
    }),
    moveRequest.subscribe((request) => {
      // Subscribing reports the last wish at once; that one is already in the start position.
      if (!request || request === granted) return;
      const head = Math.min(request.at, view.state.doc.length);
      const anchor = Math.min(request.from ?? head, head);
      view.dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
      });
      if (request.focus) view.focus();
    }),
    effect(() => {
      tables.value;
      view.dispatch({ effects: language.reconfigure(sqlLanguage()) });
    }),
    effect(() => {
      const length = view.state.doc.length;
      const marks = diagnostics.value
        .filter(({ from }) => from <= length)
        .map(({ from, to, message }) => ({
          from: Math.max(0, Math.min(from, length - 1)),
          to: Math.min(to, length),
          severity: "error" as const,
          message,
        }));
      if (marks.length > 0 || diagnosticCount(view.state) > 0)
        view.dispatch(setDiagnostics(view.state, marks));
    }),
    effect(() => {
      const several = statements.value.length > 1;
      const span = several ? (active.value?.span ?? null) : null;
      if (linesAre(view.state, span)) return;
      view.dispatch({ effects: setActive.of(span && { from: span.start, to: span.end }) });
    }),
    followMarks(view),
  ];
  return () => {
    for (const stop of stops) stop();
    view.destroy();
  };
}
