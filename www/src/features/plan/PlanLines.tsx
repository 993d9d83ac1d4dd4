/** A plan as SQLite prints it; each line is a step that can be chosen. */
import { useEffect, useRef } from "preact/hooks";
import { selectedNode } from "../../store/plan";
import { focusRequest, goToText, matches, pointed, steps } from "../../store/steps";
import { moveFocus } from "../../ui/tree";

export function PlanLines({ text, selected }: { text: string; selected: number | null }) {
  const root = useRef<HTMLDivElement>(null);
  const [heading, ...lines] = text.trimEnd().split("\n");
  const found = new Set(matches.value);
  const request = focusRequest.value;
  useEffect(() => {
    if (!request) return;
    root.current?.querySelector<HTMLElement>(`[data-node="${request.id}"]`)?.focus();
    focusRequest.value = null;
  }, [request]);
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
        {steps.value.map((node) => {
          const line = lines[node.line] ?? node.detail;
          const guides = line.slice(0, line.length - node.detail.length);
          const choose = () => {
            selectedNode.value = node.id;
          };
          return (
            <div
              key={node.id}
              class={pointed.value.includes(node.id) ? "plan-line pointed" : "plan-line"}
              role="option"
              data-node={node.id}
              aria-selected={node.id === selected}
              tabIndex={node.id === selected ? 0 : -1}
              onClick={choose}
              onFocus={choose}
              onMouseEnter={() => {
                pointed.value = [node.id];
              }}
            >
              <span class="guides">{guides}</span>
              <span class={found.has(node.id) ? `tone-${node.tone} found` : `tone-${node.tone}`}>
                {node.detail}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
