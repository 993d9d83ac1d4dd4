/** What the marks in the text mean, and the switch that colours the text by the work. */
import { heat, METRICS, measured, metric, ROLES, roles } from "../../store/steps";
import { tab } from "../../store/view";

export function Legend() {
  const known = roles.value;
  if (known.length === 0 || (tab.value !== "plan" && tab.value !== "bytecode")) return null;
  const name = METRICS.find(({ id }) => id === metric.value)?.label ?? "";
  return (
    <div class="legend" role="group" aria-label="Marks in the text">
      <span class="legend-roles" title="Alt + Enter in the text goes to the step it belongs to">
        {ROLES.filter(({ id }) => known.includes(id)).map(({ id, label }) => (
          <span key={id} class={`piece piece-${id}`}>
            {label}
          </span>
        ))}
      </span>
      <span class="spacer" />
      {measured.value && (
        <label class="heat-switch">
          <input
            type="checkbox"
            checked={heat.value}
            onChange={(event) => {
              heat.value = event.currentTarget.checked;
            }}
          />
          Heat
          {heat.value && <HeatScale name={name} />}
        </label>
      )}
    </div>
  );
}

/** How the shares look in the text. */
function HeatScale({ name }: { name: string }) {
  return (
    <span class="heat-scale">
      {[
        { level: 1, words: "10 %" },
        { level: 2, words: "40 %" },
        { level: 3, words: "90 %" },
      ].map(({ level, words }) => (
        <span key={level} class={`heat heat-${level}`} style={{ "--heat": `${[6, 24, 54][level - 1]}%` }}>
          {words}
        </span>
      ))}
      <span>of {name}</span>
    </span>
  );
}
