/** In the editor: the pieces of text that belong to a step of the plan, the heat, and the way back to the step. */
import { type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap } from "@codemirror/view";
import { effect } from "@preact/signals";
import { chooseAt, goToStep, heatMarks, METRICS, marks, metric, pointed, stepsAt } from "../../store/steps";
import { tab } from "../../store/view";
import { percent } from "../../ui/format";

const setPieces = StateEffect.define<DecorationSet>();
const setHeat = StateEffect.define<DecorationSet>();

/** Decorations that are replaced as a whole, and move with the text until then. */
function layer(replace: typeof setPieces): StateField<DecorationSet> {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(now, transaction) {
      let next = now.map(transaction.changes);
      for (const change of transaction.effects) if (change.is(replace)) next = change.value;
      return next;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}
const pieces = layer(setPieces);
const heats = layer(setHeat);

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

function point(ids: readonly number[]): void {
  if (!same(pointed.peek(), ids)) pointed.value = ids;
}

const following = () => tab.peek() === "plan" || tab.peek() === "bytecode";

/** Pointing at a piece points at its steps, a click chooses the step, Alt-Enter goes to it. */
const toSteps = [
  EditorView.domEventHandlers({
    mousemove(event, view) {
      if (event.buttons !== 0 || !following()) return;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      point(at === null ? [] : stepsAt(at));
    },
    mouseleave() {
      point([]);
    },
    click(_event, view) {
      const { from, empty } = view.state.selection.main;
      if (empty && following()) chooseAt(from);
    },
  }),
  keymap.of([{ key: "Alt-Enter", run: (view) => goToStep(view.state.selection.main.head) }]),
];

export const stepMarks: Extension = [heats, pieces, toSteps];

/** Keeps the marks as the store has them; returns what stops it. */
export function followMarks(view: EditorView): () => void {
  const ranges = <Mark extends { from: number; to: number }>(
    list: Mark[],
    decoration: (mark: Mark) => Decoration,
  ): DecorationSet => {
    const { length } = view.state.doc;
    const found: Range<Decoration>[] = list
      .filter(({ from, to }) => from < to && to <= length)
      .map((mark) => decoration(mark).range(mark.from, mark.to));
    return Decoration.set(found, true);
  };
  const stops = [
    effect(() => {
      const list = marks.value;
      if (!list) return;
      const next = ranges(list, ({ role }) =>
        Decoration.mark({ class: `piece piece-${role}`, attributes: { "data-role": role } }),
      );
      view.dispatch({ effects: setPieces.of(next) });
    }),
    effect(() => {
      const name = METRICS.find(({ id }) => id === metric.value)?.label ?? "";
      const list = heatMarks.value;
      if (!list) return;
      const next = ranges(list, ({ share, level }) =>
        Decoration.mark({
          class: `heat heat-${level}`,
          attributes: {
            style: `--heat: ${Math.max(6, Math.round(share * 60))}%`,
            title: `${percent(share)} (${name})`,
          },
        }),
      );
      view.dispatch({ effects: setHeat.of(next) });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
