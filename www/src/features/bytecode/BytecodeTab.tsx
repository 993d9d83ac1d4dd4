/** The program that SQLite compiled a statement to, with how often each instruction was carried out. */
import { useRef } from "preact/hooks";
import { countProgram } from "../../store/actions_program";
import { opened } from "../../store/database";
import { active, nameOf } from "../../store/editor";
import { selectedNode, shownPlan, withChosen } from "../../store/plan";
import { opcodeRequest, program, programTask } from "../../store/program";
import { Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { useGradual } from "../../ui/slices";
import { standsIn } from "../plan/PlanNotices";
import { Opcodes } from "./Opcodes";

/** Buttons drawn at a time. */
const SLICE = 24;

export function BytecodeTab() {
  const statement = active.value;
  const startedAt = programTask.startedAt.value;
  const error = programTask.error.value;
  const shown = program.value;
  if (!opened.value) return <Empty icon="open" title="Open a database first." />;
  if (!statement) return <Empty icon="index" title="Type a query above." />;
  const planned = shownPlan.value?.plan;
  const fits = shown?.text.endsWith(statement.sql) === true;
  return (
    <div class="bytecode">
      <div class="panel-bar">
        <h2>{nameOf(statement)}</h2>
        <span class={shown?.counted ? "state measured" : "state"} data-testid="program-state">
          {shown?.counted ? "Counted" : "Not executed: no counts"}
        </span>
        <span class="spacer" />
        {!shown?.counted && planned && !planned.error && !standsIn(planned) && (
          <button
            type="button"
            class="button small"
            disabled={startedAt !== null}
            onClick={() => void countProgram()}
          >
            Run and count
          </button>
        )}
      </div>
      {withChosen.value && <Note tone="neutral">This is the program without the chosen indexes.</Note>}
      <Working label="Counting instructions" work={programTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {shown && fits && (
        <>
          <Steps />
          <Opcodes key={shown.text} program={shown} nodes={planned?.plan ?? []} />
        </>
      )}
    </div>
  );
}

/** The steps of the plan, to find their instructions by: one stop for Tab, walked with arrow keys. */
function Steps() {
  const root = useRef<HTMLFieldSetElement>(null);
  const nodes = shownPlan.value?.plan.plan ?? [];
  const drawn = useGradual(nodes, SLICE);
  if (nodes.length === 0) return null;
  const meant = selectedNode.value;
  const stop = nodes.some((node) => node.id === meant) ? meant : nodes[0]?.id;
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(root.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const moves: Record<string, number> = {
      ArrowRight: Math.min(buttons.length - 1, at + 1),
      ArrowDown: Math.min(buttons.length - 1, at + 1),
      ArrowLeft: Math.max(0, at - 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: buttons.length - 1,
    };
    const to = buttons[moves[event.key] ?? -1];
    if (!to) return;
    event.preventDefault();
    to.focus();
  };
  return (
    <fieldset class="program-steps" ref={root} onKeyDown={onKeyDown}>
      <legend>Steps of the plan</legend>
      {drawn.map((node, place) => (
        <button
          key={place}
          type="button"
          class="button small mono"
          aria-pressed={meant === node.id}
          tabIndex={node.id === stop ? 0 : -1}
          onClick={() => {
            selectedNode.value = meant === node.id ? null : node.id;
            opcodeRequest.value = { node: node.id };
          }}
        >
          {node.detail}
        </button>
      ))}
    </fieldset>
  );
}
