/** A plan as SQLite prints it, each line in the tone of its step. */
import type { PlanNode } from "../../engine/types";
import type { Tone } from "../../ui/basics";

interface PlanTextProps {
  label: string;
  text: string;
  nodes: PlanNode[];
  query: string;
}

export function PlanText({ label, text, nodes, query }: PlanTextProps) {
  return (
    <figure class="plan-text">
      <figcaption>{label}</figcaption>
      <pre class="code" tabIndex={0} role="group" aria-label={`${query}: ${label}`}>
        {text
          .trimEnd()
          .split("\n")
          .map((line, index) => (
            <code key={index} class={`tone-${toneOf(line, nodes)}`}>
              {`${line}\n`}
            </code>
          ))}
      </pre>
    </figure>
  );
}

/** The tone of the node whose text this line ends with. */
function toneOf(line: string, nodes: PlanNode[]): Tone {
  return nodes.find((node) => line.endsWith(node.detail))?.tone ?? "neutral";
}
