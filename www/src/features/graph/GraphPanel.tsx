/** The graph with its tools and the details of the step on show. A chunk of its own, loaded when it is first shown. */
import { below, direction, folded, graph, measured, shownNode, unfolded } from "../../store/steps";
import { Icon } from "../../ui/icon";
import { StepDetails } from "../plan/StepDetails";
import { ViewBar } from "../plan/ViewBar";
import { GraphView } from "./GraphView";

export function GraphPanel() {
  const node = shownNode.value;
  return (
    <>
      <ViewBar />
      <div class="graph-columns">
        <div class="graph-side">
          <div class="graph-frame">
            <GraphView selected={node?.id ?? null} />
            <Tools />
          </div>
          <Reading />
        </div>
        <StepDetails node={node} />
      </div>
    </>
  );
}

const SMALL = [
  { share: 0, label: "Show all steps" },
  { share: 0.001, label: "Fold steps below 0.1 %" },
  { share: 0.01, label: "Fold steps below 1 %" },
  { share: 0.1, label: "Fold steps below 10 %" },
];

function Tools() {
  const down = graph.value?.direction === "down";
  const hidden = folded.value.size > 0 || unfolded.value.size > 0;
  return (
    <div class="graph-tools">
      {measured.value && (
        <select
          class="select"
          aria-label="Small steps"
          value={String(below.value)}
          onChange={(event) => {
            below.value = Number(event.currentTarget.value);
            unfolded.value = new Set();
          }}
        >
          {SMALL.map(({ share, label }) => (
            <option key={share} value={String(share)}>
              {label}
            </option>
          ))}
        </select>
      )}
      {hidden && (
        <button
          type="button"
          class="button small"
          onClick={() => {
            folded.value = new Set();
            unfolded.value = new Set();
          }}
        >
          Reset folds
        </button>
      )}
      <button
        type="button"
        class="button small"
        aria-label="Turn"
        title={down ? "Turn: let it grow from left to right" : "Turn: let it grow from top to bottom"}
        onClick={() => {
          direction.value = down ? "right" : "down";
        }}
      >
        <Icon name="turn" />
      </button>
    </div>
  );
}

/** How the lines are to be read, and the keys. */
function Reading() {
  return (
    <details class="more">
      <summary>How to read this</summary>
      <div class="graph-reading">
        <p>
          Each step hands its rows to the card it hangs on; steps side by side run from left to right, or from
          top to bottom.{" "}
          {measured.value ? "The wider a line, the more rows." : "Run it to see rows and work."}
        </p>
        {measured.value && (
          <ul>
            {[
              { level: 0, words: "estimate within ×10" },
              { level: 1, words: "×10 off" },
              { level: 2, words: "×100 off" },
              { level: 3, words: "×1,000 off" },
            ].map(({ level, words }) => (
              <li key={level}>
                <svg class={`edge off-${level}`} width="46" height="8" aria-hidden="true">
                  <path class="edge-own" d="M0 4h46" stroke-width="4" />
                </svg>
                {words}
              </li>
            ))}
          </ul>
        )}
        <p>
          Keys: arrows walk, <kbd>Space</kbd> folds, <kbd>Enter</kbd> goes to the text, <kbd>+</kbd>{" "}
          <kbd>−</kbd> <kbd>0</kbd> zoom and fit. In the text <kbd>Alt</kbd>+<kbd>Enter</kbd> comes back. The
          table shows the same steps with all figures.
        </p>
      </div>
    </details>
  );
}
