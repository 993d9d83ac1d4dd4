/** The instructions as a grid: a row each, moved through with arrow keys, marked by plan step. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Opcode, PlanNode, Predicate } from "../../engine/types";
import { selectedNode } from "../../store/plan";
import { opcodeRequest, type Program } from "../../store/program";
import { Bar } from "../../ui/bar";
import { count, percent } from "../../ui/format";
import { useSlices } from "../../ui/slices";
import { Still } from "../../ui/still";

/** Rows drawn above and below those in sight: a short program is drawn as a whole. */
const SPARE = 28;
/** Rows drawn at a time. */
const SLICE = 16;
/** As in the style sheet: without and with a bar. */
const PLAIN_PX = 27;
const COUNTED_PX = 33;
const HEAD_PX = 30;

interface OpcodesProps {
  program: Program;
  nodes: PlanNode[];
}

export function Opcodes({ program: { value, counted }, nodes }: OpcodesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [top, setTop] = useState(0);
  const wanted = useRef(false);
  const meant = selectedNode.value;
  const most = value.opcodes.reduce((most, opcode) => Math.max(most, opcode.executions), 1);
  const predicates = new Map(value.predicates.map((predicate) => [predicate.address, predicate]));
  const details = new Map(nodes.map((node) => [node.id, node.detail]));
  const { length } = value.opcodes;
  const rooms = useMemo(
    () => ({
      opcode: roomFor(
        value.opcodes.map((one) => one.opcode),
        16,
      ),
      comment: roomFor(
        value.opcodes.map((one) => one.comment ?? ""),
        36,
      ),
      p4: roomFor(
        value.opcodes.map((one) => one.p4),
        14,
      ),
      step: roomFor(
        nodes.map((node) => node.detail),
        26,
      ),
    }),
    [value, nodes],
  );
  const row = counted ? COUNTED_PX : PLAIN_PX;
  const height = box.current?.clientHeight ?? 600;
  const first = Math.max(0, Math.min(length - 1, Math.floor(top / row)) - SPARE);
  const last = Math.min(length, Math.ceil((top + height) / row) + SPARE);

  const drawn = useSlices(last - first, SLICE);

  const bringIn = (index: number) => {
    const scroller = box.current;
    if (!scroller) return;
    const above = index * row;
    const below = above + row + HEAD_PX - scroller.clientHeight;
    if (scroller.scrollTop > above) scroller.scrollTop = above;
    else if (scroller.scrollTop < below) scroller.scrollTop = below;
    setTop(scroller.scrollTop);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / row) - 2);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(length - 1, to));
    wanted.current = true;
    setAt(next);
    bringIn(next);
  };
  // Only now there is a row to put the focus on.
  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    box.current?.querySelector<HTMLElement>("tbody tr[tabindex='0']")?.focus({ preventScroll: true });
  });
  const request = opcodeRequest.value;
  useEffect(() => {
    const index = request ? value.opcodes.findIndex((opcode) => opcode.node === request.node) : -1;
    if (index >= 0) bringIn(index);
    if (request) opcodeRequest.value = null;
  }, [request]);
  return (
    <div
      class="grid-wrap"
      role="region"
      aria-label="Program"
      ref={box}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ paddingTop: `${first * row}px`, paddingBottom: `${(length - last) * row}px` }}>
        <table
          class={counted ? "grid opcodes counted" : "grid opcodes"}
          role="grid"
          aria-label="Instructions"
          aria-multiselectable="true"
          aria-rowcount={length + 1}
        >
          <thead>
            <tr>
              <th scope="col" class="number">
                Addr
              </th>
              <th scope="col" style={rooms.opcode}>
                Opcode
              </th>
              {counted && <th scope="col">Executed</th>}
              {counted && (
                <th scope="col" class="number">
                  Page requests
                </th>
              )}
              <th scope="col" style={rooms.comment}>
                Comment
              </th>
              <th scope="col" style={rooms.step}>
                Step
              </th>
              {["p1", "p2", "p3"].map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
              <th scope="col" style={rooms.p4}>
                p4
              </th>
              <th scope="col" class="number">
                p5
              </th>
            </tr>
          </thead>
          <tbody onKeyDown={onKeyDown}>
            {value.opcodes.slice(first, first + drawn).map((opcode, offset) => {
              const index = first + offset;
              const predicate = opcode.subprogram === null ? predicates.get(opcode.address) : undefined;
              const node = opcode.node ?? predicate?.node ?? null;
              return (
                <Row
                  key={index}
                  opcode={opcode}
                  counted={counted}
                  most={most}
                  predicate={predicate}
                  step={stepOf(opcode, predicate, details)}
                  node={node}
                  meant={node !== null && node === meant}
                  reached={index === at}
                  index={index}
                  onReach={setAt}
                />
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Room for the longest text of a column, drawn or not: columns must not move while the program is scrolled. */
function roomFor(texts: Iterable<string>, most: number): { minWidth: string } {
  let longest = 0;
  for (const text of texts) longest = Math.max(longest, text.length);
  return { minWidth: `${Math.min(longest, most)}ch` };
}

function stepOf({ node }: Opcode, predicate: Predicate | undefined, details: Map<number, string>): string {
  if (node !== null) return details.get(node) ?? "";
  if (predicate) return `condition of ${details.get(predicate.node) ?? "a step"}`;
  return "expressions and control";
}

interface RowProps {
  opcode: Opcode;
  counted: boolean;
  most: number;
  predicate: Predicate | undefined;
  /** What of the plan it works for. */
  step: string;
  node: number | null;
  meant: boolean;
  reached: boolean;
  index: number;
  onReach: (index: number) => void;
}

class Row extends Still<RowProps> {
  render({ opcode, counted, most, predicate, step, node, meant, reached, index, onReach }: RowProps) {
    const reach = () => {
      onReach(index);
      selectedNode.value = node;
    };
    return (
      <tr
        role="row"
        aria-rowindex={index + 2}
        data-of={opcode.node}
        aria-selected={meant}
        tabIndex={reached ? 0 : -1}
        onFocus={reach}
      >
        <td class="number">{opcode.address}</td>
        <th scope="row" class="mono">
          {opcode.opcode}
        </th>
        {counted && (
          <td>
            <Bar value={opcode.executions} most={most} />
          </td>
        )}
        {counted && <td class="number">{opcode.page_requests > 0 && count(opcode.page_requests)}</td>}
        <td class="opcode-comment">
          {opcode.comment}
          {counted && predicate && <Passed predicate={predicate} />}
        </td>
        <td class="fine">
          {step}
          {opcode.subprogram !== null && <span class="tag">{opcode.subprogram}</span>}
        </td>
        {[opcode.p1, opcode.p2, opcode.p3].map((operand, index) => (
          <td key={index} class="number">
            {operand}
          </td>
        ))}
        <td class="mono opcode-p4" title={opcode.p4}>
          {opcode.p4}
        </td>
        <td class="number">{opcode.p5}</td>
      </tr>
    );
  }
}

function Passed({ predicate: { evaluated, passed } }: { predicate: Predicate }) {
  return (
    <span class="passed">
      evaluated {count(evaluated)}
      {passed !== null && (
        <>
          , passed {count(passed)}
          {evaluated > 0 && ` (${percent(passed / evaluated)})`}
        </>
      )}
    </span>
  );
}
