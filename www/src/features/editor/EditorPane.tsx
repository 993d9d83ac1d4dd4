/** The editor with its strip of statements and the Run button. */
import { run } from "../../store/actions_run";
import { opened } from "../../store/database";
import { active, moveTo, nameOf, picked, statements } from "../../store/editor";
import { parameters } from "../../store/parameters";
import { diagnostics, explained } from "../../store/plan";
import { runTask } from "../../store/results";
import type { Tone } from "../../ui/basics";
import { Icon } from "../../ui/icon";
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
        const tone = toneOf(statement.index);
        const planned = explained.value?.statements[statement.index];
        const bad = planned?.error;
        return (
          <button
            key={statement.index}
            type="button"
            class="strip-item"
            aria-current={statement.index === current?.index ? "true" : undefined}
            title={statement.sql.length > 300 ? `${statement.sql.slice(0, 300)}…` : statement.sql}
            onClick={() => moveTo(statement.span.start)}
          >
            {tone && (
              <span class={`tone-${tone}`}>
                <Icon name={tone} size={13} />
                <span class="sr-only">{bad ? "has an error" : TONE_WORDS[tone]} </span>
              </span>
            )}
            <span class="strip-name">{nameOf(statement)}</span>
            {statement.weight !== 1 && <span class="weight">×{statement.weight}</span>}
            {planned && standsIn(planned) && <span class="tag">not run</span>}
          </button>
        );
      })}
    </nav>
  );
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
