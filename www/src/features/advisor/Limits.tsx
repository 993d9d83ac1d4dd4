/** What a person asks of the advice: bytes, indexes that have to be in it, and those that may not. */

import { useSignal } from "@preact/signals";
import { budgetMb, forbid, forbidden, limitsChanged, pin, pinned, suggestTask } from "../../store/advisor";
import { Note } from "../../ui/basics";
import { Icon } from "../../ui/icon";

export function Limits() {
  // What a person opened stays open while they clear a field.
  const opened = useSignal(false);
  const isSet = budgetMb.value !== "" || pinned.value.length + forbidden.value.length > 0;
  return (
    <details
      class="limits"
      open={isSet || opened.value}
      onToggle={(event) => {
        opened.value = event.currentTarget.open;
      }}
    >
      <summary>Limits</summary>
      <label class="check">
        <span>All indexes together take at most</span>
        <input
          type="number"
          min="0"
          step="any"
          class="narrow"
          value={budgetMb.value}
          placeholder="any"
          onInput={(event) => {
            budgetMb.value = event.currentTarget.value;
            limitsChanged.value = true;
          }}
        />
        <span>MB</span>
      </label>
      <Statements title="Has to be in it" all={pinned.value} remove={(ddl) => pin(ddl, false)} />
      <Statements title="Not wanted" all={forbidden.value} remove={(ddl) => forbid(ddl, false)} />
      {limitsChanged.value && suggestTask.value.value && (
        <Note tone="neutral" testid="limits-changed">
          Ask again to see what fits now.
        </Note>
      )}
    </details>
  );
}

function Statements({ title, all, remove }: { title: string; all: string[]; remove: (ddl: string) => void }) {
  if (all.length === 0) return null;
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      <ul class="cards">
        {all.map((ddl) => (
          <li key={ddl} class="card advice">
            <div class="advice-head">
              <code class="ddl">{ddl}</code>
              <button
                type="button"
                class="button quiet icon-only"
                aria-label={`${title}, no longer: ${ddl}`}
                onClick={() => remove(ddl)}
              >
                <Icon name="close" />
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
