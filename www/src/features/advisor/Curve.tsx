/** What fewer bytes would give, or more: each set can be taken in place of the one suggested. */

import type { AdvicePoint, Suggested } from "../../engine/types";
import { ANALYZE, chooseSuggested, chosenDdl } from "../../store/chosen";
import { bytes, percent, plural } from "../../ui/format";

const WIDTH = 300;
const HEIGHT = 80;

export function Curve({ value }: { value: Suggested }) {
  const { curve } = value;
  if (curve.length < 3) return null;
  const at = current(curve);
  const point = curve[at];
  return (
    <section aria-label="Bytes against work">
      <h3>Bytes against work</h3>
      <p class="fine">
        The work of the queries that read, as a share of before (geometric mean). With the best plan that was
        measured for each query, whatever it takes, it would be {percent(value.bound.best_seen)}.
      </p>
      <Steps curve={curve} at={at} />
      <label class="curve-slider">
        <span class="sr-only">Bytes that the indexes may take</span>
        <input
          type="range"
          min={0}
          max={curve.length - 1}
          step={1}
          value={at}
          data-testid="curve-slider"
          aria-valuetext={point && words(point)}
          onInput={(event) => {
            const next = curve[Number(event.currentTarget.value)];
            if (next) chooseSuggested(next.changes);
          }}
        />
      </label>
      <ul class="cards" data-testid="curve">
        {curve.map((one, index) => (
          <li key={one.changes.join()} class={`card advice-point ${index === at ? "current" : ""}`}>
            <meter min={0} max={1} value={Math.min(1, one.work)} aria-label="Work left" />
            <span>{words(one)}</span>
            {one.advised && <span class="tag">suggested</span>}
            <span class="spacer" />
            {index === at ? (
              <span class="fine">In use</span>
            ) : (
              <button type="button" class="button" onClick={() => chooseSuggested(one.changes)}>
                Use {one.changes.length === 0 ? "none" : "these"}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function words(point: AdvicePoint): string {
  const indexes = point.changes.filter((change) => change !== ANALYZE).length;
  return `${bytes(point.bytes)}, ${plural(indexes, "index", "indexes")}: ${percent(point.work)} of the work`;
}

/** The point that is chosen, or else the one that was suggested. */
function current(curve: AdvicePoint[]): number {
  const now = new Set(chosenDdl.value.filter((ddl) => !/^\s*drop\s/i.test(ddl)));
  const is = (point: AdvicePoint) =>
    point.changes.length === now.size && point.changes.every((change) => now.has(change));
  const at = curve.findIndex(is);
  return at >= 0
    ? at
    : Math.max(
        0,
        curve.findIndex((point) => point.advised),
      );
}

/** The same as a line of steps. The list beside it says it in words. */
function Steps({ curve, at }: { curve: AdvicePoint[]; at: number }) {
  const most = Math.max(1, ...curve.map((point) => point.bytes));
  const x = (point: AdvicePoint) => (point.bytes / most) * WIDTH;
  const y = (point: AdvicePoint) => (1 - Math.min(1, point.work)) * HEIGHT;
  const [first, ...others] = curve;
  const point = curve[at];
  if (!first || !point) return null;
  const path = `M${x(first)} ${y(first)}${others.map((one) => `H${x(one)}V${y(one)}`).join("")}`;
  return (
    <svg class="curve-steps" viewBox={`-6 -6 ${WIDTH + 12} ${HEIGHT + 12}`} aria-hidden="true">
      <path d={path} />
      {curve.map((one, index) => (
        <circle
          key={one.changes.join()}
          cx={x(one)}
          cy={y(one)}
          r={index === at ? 5 : 3}
          class={index === at ? "current" : ""}
        />
      ))}
    </svg>
  );
}
