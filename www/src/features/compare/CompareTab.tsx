/** Two plans side by side: what changed, step by step, and by how much. */
import type { Comparison, Pair, PlanNode } from "../../engine/types";
import { compareSides, comparisonKey } from "../../store/actions_plan";
import { chosenWords } from "../../store/chosen";
import { compared, compareTask, type SideKind, sides } from "../../store/compare";
import { active } from "../../store/editor";
import { Badge, Empty, ErrorNote, Note, type Tone, Working } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { FiguresTable } from "../../ui/table";

const KINDS: { kind: SideKind; label: string }[] = [
  { kind: "as_is", label: "As it is" },
  { kind: "chosen", label: "With what is chosen" },
  { kind: "statistics_none", label: "Without statistics" },
  { kind: "statistics_analyze", label: "After ANALYZE" },
  { kind: "statistics_optimize", label: "After PRAGMA optimize" },
  { kind: "text", label: "Another text" },
];

export function CompareTab() {
  if (!active.value) {
    return (
      <Empty icon="table" title="No statement">
        Write a query to compare two of its plans.
      </Empty>
    );
  }
  const startedAt = compareTask.startedAt.value;
  const value = compared.value === comparisonKey() ? compareTask.value.value : null;
  const error = compareTask.error.value;
  const { before, after, other } = sides.value;
  const nothingChosen = (before === "chosen" || after === "chosen") && chosenWords.value === "";
  return (
    <div class="panel compare-tab">
      <div class="panel-bar">
        <SideChoice which="before" label="Before" />
        <SideChoice which="after" label="After" />
        <button
          type="button"
          class="button primary"
          disabled={startedAt !== null}
          onClick={() => void compareSides()}
        >
          Compare
        </button>
      </div>
      {(before === "text" || after === "text") && (
        <label class="other-text">
          <span>The other text</span>
          <textarea
            class="mono"
            rows={4}
            value={other}
            spellcheck={false}
            data-testid="other-text"
            onInput={(event) => {
              sides.value = { ...sides.value, other: event.currentTarget.value };
            }}
          />
        </label>
      )}
      {nothingChosen && (
        <Note tone="neutral">
          No index is chosen yet: take one from Suggest, or write one of your own there.
        </Note>
      )}
      <Working label="Comparing" work={compareTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {value && startedAt === null && <Result value={value} />}
    </div>
  );
}

function SideChoice({ which, label }: { which: "before" | "after"; label: string }) {
  return (
    <label class="side-choice">
      <span>{label}</span>
      <select
        value={sides.value[which]}
        data-testid={`side-${which}`}
        onChange={(event) => {
          sides.value = { ...sides.value, [which]: event.currentTarget.value as SideKind };
        }}
      >
        {KINDS.map(({ kind, label: words }) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Result({ value }: { value: Comparison }) {
  const { before, after } = value;
  return (
    <>
      <Note tone="neutral" testid="compare-sentence">
        {value.sentence}
      </Note>
      <FiguresTable
        label="Steps of both plans"
        heads={["Before", "After", "What changed"]}
        kind="pairs"
        testid="pairs"
      >
        {value.pairs.map((pair) => (
          <PairRow key={`${pair.before} ${pair.after}`} pair={pair} before={before.plan} after={after.plan} />
        ))}
      </FiguresTable>
      {before.counters && after.counters && (
        <CountersTable
          before={before.counters}
          after={after.counters}
          caption="Counters before and after"
          heads={["Before", "After"]}
        />
      )}
    </>
  );
}

const MARKS: Record<Pair["kind"], { tone: Tone; word: string }> = {
  same: { tone: "neutral", word: "same" },
  changed: { tone: "warn", word: "changed" },
  removed: { tone: "good", word: "gone" },
  added: { tone: "bad", word: "new" },
};

function PairRow({ pair, before, after }: { pair: Pair; before: PlanNode[]; after: PlanNode[] }) {
  const old = before.find(({ id }) => id === pair.before);
  const now = after.find(({ id }) => id === pair.after);
  const mark = MARKS[pair.kind];
  return (
    <tr class={`pair-${pair.kind}`}>
      <Step node={old} />
      <Step node={now} />
      <td>
        {pair.kind !== "same" && <Badge tone={mark.tone}>{mark.word}</Badge>} {pair.sentence}
      </td>
    </tr>
  );
}

function Step({ node }: { node: PlanNode | undefined }) {
  if (!node) return <td class="none">–</td>;
  return (
    <td class="mono" style={{ paddingInlineStart: `${8 + node.depth * 14}px` }}>
      {node.detail}
    </td>
  );
}
