/** The instructions as a grid: a row each, moved through with arrow keys, marked by plan step. */
import { useRef, useState } from "preact/hooks";
import type { Opcode, PlanNode, Predicate } from "../../engine/types";
import { selectedNode } from "../../store/plan";
import type { Program } from "../../store/program";
import { Bar } from "../../ui/bar";
import { count, percent } from "../../ui/format";
import { moveFocus } from "../../ui/tree";

interface OpcodesProps {
  program: Program;
  nodes: PlanNode[];
}

export function Opcodes({ program: { value, counted }, nodes }: OpcodesProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [at, setAt] = useState(0);
  const most = Math.max(1, ...value.opcodes.map((opcode) => opcode.executions));
  const predicates = new Map(value.predicates.map((predicate) => [predicate.address, predicate]));
  const details = new Map(nodes.map((node) => [node.id, node.detail]));
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=row]");
    if (row && moveFocus(body.current, row, event.key)) event.preventDefault();
  };
  return (
    <div class="grid-wrap" role="region" aria-label="Program">
      <table class="grid opcodes" role="grid" aria-label="Instructions" aria-multiselectable="true">
        <thead>
          <tr>
            <th scope="col" class="number">
              Addr
            </th>
            <th scope="col">Opcode</th>
            {counted && <th scope="col">Executed</th>}
            <th scope="col">Comment</th>
            {["p1", "p2", "p3"].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col">p4</th>
            <th scope="col" class="number">
              p5
            </th>
            {counted && (
              <th scope="col" class="number">
                Page requests
              </th>
            )}
            <th scope="col">Step</th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {value.opcodes.map((opcode, index) => {
            const predicate = opcode.subprogram === null ? predicates.get(opcode.address) : undefined;
            return (
              <Row
                key={index}
                opcode={opcode}
                counted={counted}
                most={most}
                predicate={predicate}
                step={stepOf(opcode, predicate, details)}
                reached={index === at}
                onFocus={() => {
                  setAt(index);
                  selectedNode.value = opcode.node ?? predicate?.node ?? null;
                }}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
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
  reached: boolean;
  onFocus: () => void;
}

function Row({ opcode, counted, most, predicate, step, reached, onFocus }: RowProps) {
  const of = opcode.node ?? predicate?.node ?? null;
  const meant = of !== null && of === selectedNode.value;
  return (
    <tr role="row" data-of={opcode.node} aria-selected={meant} tabIndex={reached ? 0 : -1} onFocus={onFocus}>
      <td class="number">{opcode.address}</td>
      <th scope="row" class="mono">
        {opcode.opcode}
      </th>
      {counted && (
        <td>
          <Bar value={opcode.executions} most={most} />
        </td>
      )}
      <td class="opcode-comment">
        {opcode.comment}
        {counted && predicate && <Passed predicate={predicate} />}
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
      {counted && <td class="number">{opcode.page_requests > 0 && count(opcode.page_requests)}</td>}
      <td class="fine">
        {step}
        {opcode.subprogram !== null && <span class="tag">{opcode.subprogram}</span>}
      </td>
    </tr>
  );
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
