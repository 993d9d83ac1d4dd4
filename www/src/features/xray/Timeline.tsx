/** The requests in order: a slider, single steps, and playing where motion is welcome. */
import { useEffect, useState } from "preact/hooks";
import { step } from "../../store/xray";
import { count } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { type PageModel, pageWords } from "./model";

const TICK_MS = 40;
/** Playing takes about this many ticks, however many requests there are. */
const TICKS = 250;

/** `label` says which map it is for, where there are two. */
export function Timeline({ model, label }: { model: PageModel; label: string }) {
  const [playing, setPlaying] = useState(false);
  const trace = model.trace;
  const last = trace?.order.length ?? 0;
  const all = step.value === null;
  const at = Math.min(step.value ?? last, last);

  useEffect(() => {
    if (!playing) return;
    const by = Math.max(1, Math.round(last / TICKS));
    const pause = Math.max(TICK_MS, Math.min(600, 4000 / last));
    const timer = setInterval(() => {
      const next = (step.peek() ?? 0) + by;
      if (next >= last) {
        step.value = null;
        setPlaying(false);
      } else step.value = next;
    }, pause);
    return () => clearInterval(timer);
  }, [playing, last]);

  if (!trace || last === 0) return null;
  const go = (to: number) => {
    setPlaying(false);
    step.value = Math.max(0, Math.min(last, to));
  };
  const page = at > 0 ? (trace.order[at - 1] ?? 0) : 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return (
    <div class="xray-time" role="group" aria-label="Requests in order">
      <div class="xray-time-bar">
        {!still && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              if (!playing && (all || at === last)) step.value = 0;
              setPlaying(!playing);
            }}
          >
            <Icon name={playing ? "stop" : "run"} />
            {playing ? "Pause" : "Play"}
          </button>
        )}
        <button
          type="button"
          class="button small icon-only xray-back"
          aria-label="One request back"
          disabled={at === 0}
          onClick={() => go(at - 1)}
        >
          <Icon name="chevron" />
        </button>
        <button
          type="button"
          class="button small icon-only"
          aria-label="One request on"
          disabled={!all && at === last}
          onClick={() => go(all ? 1 : at + 1)}
        >
          <Icon name="chevron" />
        </button>
        <input
          type="range"
          min={0}
          max={last}
          value={at}
          aria-label="Requests shown"
          aria-valuetext={all ? "all requests" : words(model, at, page)}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
        <button
          type="button"
          class="button small"
          aria-pressed={all}
          onClick={() => {
            setPlaying(false);
            step.value = null;
          }}
        >
          All
        </button>
      </div>
      <p class="fine" data-testid="xray-step">
        {label}
        {all ? allWords(model) : words(model, at, page)}
      </p>
    </div>
  );
}

function allWords({ trace, summary }: PageModel): string {
  if (!trace) return "";
  const beside = summary.attached.reduce((sum, one) => sum + one.requests, summary.temporary_requests);
  const all = count((summary.counters?.page_requests ?? 0) - beside);
  if (trace.wholeOrder) return `All ${all} requests for pages of the file.`;
  return `All ${all} requests; the order of the first ${count(trace.requestsInOrder)} is kept.`;
}

function words(model: PageModel, at: number, page: number): string {
  const trace = model.trace;
  if (!trace || at === 0) return "Before the first request.";
  const times = trace.orderRequests[at - 1] ?? 1;
  const read = trace.orderReads[at - 1] === 1;
  return [
    `Step ${count(at)} of ${count(trace.order.length)}: page ${count(page)}, ${pageWords(model, page)}`,
    read ? "read from the file" : "found in the cache",
    ...(times > 1 ? [`${count(times)} times in a row`] : []),
  ].join(", ");
}
