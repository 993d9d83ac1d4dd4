/** Above every view of a plan: what steps are compared by, and the search for a step. */

import { selectedNode } from "../../store/plan";
import { METRICS, matches, measured, metric, nextMatch, search } from "../../store/steps";
import { Icon } from "../../ui/icon";
import { Segmented } from "../../ui/segmented";

export function ViewBar() {
  return (
    <div class="view-bar">
      {measured.value && (
        <div class="view-metric">
          <span class="fine" aria-hidden="true">
            Compare by
          </span>
          <Segmented
            label="Compare steps by"
            options={METRICS.map(({ id, label, help }) => ({ id, label, title: help }))}
            current={metric.value}
            onChange={(id) => {
              metric.value = id;
            }}
          />
        </div>
      )}
      <span class="spacer" />
      <Search />
    </div>
  );
}

function Search() {
  const found = matches.value;
  const at = found.indexOf(selectedNode.value ?? -1);
  const asked = search.value.trim() !== "";
  return (
    <div class="search" role="search" aria-label="Steps">
      <input
        type="search"
        aria-label="Find a step"
        placeholder="Find a step"
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") nextMatch(event.shiftKey ? -1 : 1);
          else if (event.key === "Escape" && asked) search.value = "";
          else return;
          event.preventDefault();
        }}
      />
      {asked && (
        <>
          <span class="fine search-count" role="status" data-testid="found">
            {found.length === 0 ? "none" : at < 0 ? `${found.length} found` : `${at + 1} of ${found.length}`}
          </span>
          {([-1, 1] as const).map((by) => (
            <button
              key={by}
              type="button"
              class={by === 1 ? "button quiet small icon-only next" : "button quiet small icon-only previous"}
              aria-label={by === 1 ? "Next" : "Previous"}
              disabled={found.length === 0}
              onClick={() => nextMatch(by)}
            >
              <Icon name="chevron" size={14} />
            </button>
          ))}
        </>
      )}
    </div>
  );
}
