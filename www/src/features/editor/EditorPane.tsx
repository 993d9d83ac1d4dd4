/** The editor with its strip of statements and the Run button. */
import { run } from "../../store/actions_run";
import { opened } from "../../store/database";
import { active, moveTo, nameOf, picked, statements } from "../../store/editor";
import { parameters } from "../../store/parameters";
import { diagnostics, explained } from "../../store/plan";
import { runTask } from "../../store/results";
import type { Tone } from "../../ui/basics";
import { Icon } from "../../ui/icon";
import { Still } from "../../ui/still";
import { GalleryButton } from "../patterns/Gallery";
import { standsIn } from "../plan/PlanNotices";
import { Editor } from "./Editor";
import { Legend } from "./Legend";
import { Parameters } from "./Parameters";

/** The most serious tone in a statement's plan. */
function toneOf(index: number): Tone | null {
  const plan = explained.value?.statements[index];
  if (!plan) return null;
  if (plan.error) return "bad";
  for (const tone of ["bad", "warn", "good"] as const) {
    if (plan.plan.some((node) => node.tone === tone)) return tone;
  }
  return "neutral";
}

const TONE_WORDS = {
  bad: "has a slow step",
  warn: "has a step to look at",
  good: "looks up rows",
  neutral: "",
} as const;

export function EditorPane() {
  return (
    <section class="editor-pane" aria-label="Queries">
      <div class="editor-bar">
        <StatementStrip />
        <GalleryButton />
        <RunButton />
      </div>
      <ToSee />
      <Editor />
      <Legend />
      <Parameters />
      <ErrorLine />
    </section>
  );
}

/** What there is to see in the plan of the statement under the cursor, where its comments say so. */
function ToSee() {
  const see = active.value?.see;
  if (!see) return null;
  return (
    <p class="to-see" data-testid="to-see">
      <strong>What you will see:</strong> {see}
    </p>
  );
}

function StatementStrip() {
  const current = active.value;
  return (
    <nav class="strip" aria-label="Statements">
      {statements.value.map((statement) => {
        const planned = explained.value?.statements[statement.index];
        return (
          <StripItem
            key={statement.index}
            index={statement.index}
            name={nameOf(statement)}
            sql={statement.sql}
            weight={statement.weight}
            current={statement.index === current?.index}
            tone={toneOf(statement.index)}
            failed={planned?.error != null}
            notRun={planned !== undefined && standsIn(planned)}
          />
        );
      })}
    </nav>
  );
}

interface StripItemProps {
  index: number;
  name: string;
  sql: string;
  weight: number;
  current: boolean;
  tone: Tone | null;
  failed: boolean;
  notRun: boolean;
}

/** Where the statement begins changes with most letters; it is looked up when it is wanted. */
class StripItem extends Still<StripItemProps> {
  render({ index, name, sql, weight, current, tone, failed, notRun }: StripItemProps) {
    return (
      <button
        type="button"
        class="strip-item"
        aria-current={current ? "true" : undefined}
        title={sql.length > 300 ? `${sql.slice(0, 300)}…` : sql}
        onClick={() => moveTo(statements.value[index]?.span.start ?? 0)}
      >
        {tone && (
          <span class={`tone-${tone}`}>
            <Icon name={tone} size={13} />
            <span class="sr-only">{failed ? "has an error" : TONE_WORDS[tone]} </span>
          </span>
        )}
        <span class="strip-name">{name}</span>
        {weight !== 1 && <span class="weight">×{weight}</span>}
        {notRun && <span class="tag">not run</span>}
      </button>
    );
  }
}

function RunButton() {
  const startedAt = runTask.startedAt.value;
  if (startedAt !== null) {
    return (
      <button type="button" class="button" onClick={() => runTask.cancel.value?.()}>
        <Icon name="stop" />
        Cancel
      </button>
    );
  }
  return (
    <button
      type="button"
      class="button primary"
      disabled={!opened.value || statements.value.length === 0}
      title="Ctrl or ⌘ + Enter"
      onClick={() => void run()}
    >
      <Icon name="run" />
      {picked.value ? "Run selection" : "Run"}
    </button>
  );
}

/** The first marked error, in words under the editor, so that it can be read without hovering. */
function ErrorLine() {
  const current = active.value;
  // That a value is missing is said at its field.
  const atField = parameters.value.some(({ wanted }) => wanted) ? runTask.error.value?.message : undefined;
  const found = diagnostics.value.filter(({ message }) => !atField || !message.startsWith(atField));
  const here =
    found.find(({ from }) => current && from >= current.span.start && from <= current.span.end) ?? found[0];
  return (
    <div class="editor-error" role="status" data-testid="editor-error">
      {here && (
        <button type="button" onClick={() => moveTo(here.from)}>
          <Icon name="bad" size={14} />
          {here.message}
        </button>
      )}
    </div>
  );
}
