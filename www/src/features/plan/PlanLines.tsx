/** A plan as SQLite prints it; each line is a step that can be chosen. */
import { useEffect, useRef } from "preact/hooks";
import type { PlanNode } from "../../engine/types";
import { selectedNode } from "../../store/plan";
import { focusRequest, goToText, matches, pointed, steps } from "../../store/steps";
import { useGradual } from "../../ui/slices";
import { Still } from "../../ui/still";
import { moveFocus } from "../../ui/tree";

/** Lines drawn at a time. */
const SLICE = 40;

export function PlanLines({ text, selected }: { text: string; selected: number | null }) {
  const root = useRef<HTMLDivElement>(null);
  const [heading, ...lines] = text.trimEnd().split("\n");
  const found = new Set(matches.value);
  const request = focusRequest.value;
  const drawn = useGradual(steps.value, SLICE);
  useEffect(() => {
    const line = request && root.current?.querySelector<HTMLElement>(`[data-node="${request.id}"]`);
    if (!line) return;
    line.focus();
    focusRequest.value = null;
  }, [request, drawn]);
  const onKeyDown = (event: KeyboardEvent) => {
    const line = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (!line) return;
    if (event.key === "Enter") goToText(Number(line.dataset.node));
    else if (!moveFocus(root.current, line, event.key)) return;
    event.preventDefault();
  };
  return (
    <div class="code plan-lines">
      <p class="mono">{heading}</p>
      <div
        role="listbox"
        aria-label="Plan as text"
        ref={root}
        onKeyDown={onKeyDown}
        onMouseLeave={() => {
          pointed.value = [];
        }}
      >
        {drawn.map((node, place) => {
          const line = lines[node.line] ?? node.detail;
          return (
            <Line
              key={place}
              node={node}
              guides={line.slice(0, line.length - node.detail.length)}
              selected={node.id === selected}
              pointed={pointed.value.includes(node.id)}
              found={found.has(node.id)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface LineProps {
  node: PlanNode;
  guides: string;
  selected: boolean;
  pointed: boolean;
  found: boolean;
}

class Line extends Still<LineProps> {
  render({ node, guides, selected, pointed: marked, found }: LineProps) {
    const choose = () => {
      selectedNode.value = node.id;
    };
    return (
      <div
        class={marked ? "plan-line pointed" : "plan-line"}
        role="option"
        data-node={node.id}
        aria-selected={selected}
        tabIndex={selected ? 0 : -1}
        onClick={choose}
        onFocus={choose}
        onMouseEnter={() => {
          pointed.value = [node.id];
        }}
      >
        <span class="guides">{guides}</span>
        <span class={found ? `tone-${node.tone} found` : `tone-${node.tone}`}>{node.detail}</span>
      </div>
    );
  }
}
