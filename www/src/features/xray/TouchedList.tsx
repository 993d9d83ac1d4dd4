/** The pages that were asked for, one row each; only those in sight are drawn. */
import { useMemo, useRef, useState } from "preact/hooks";
import { chosenPage } from "../../store/xray";
import { count } from "../../ui/format";
import { type PageModel, pageWords } from "./model";

const ROW = 27;
const SPARE = 6;

type Key = "page" | "requests" | "reads";

export function TouchedList({ label, model }: { label: string; model: PageModel }) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [sort, setSort] = useState<{ key: Key; down: boolean }>({ key: "requests", down: true });
  const trace = model.trace;
  const order = useMemo(() => {
    if (!trace) return new Uint32Array(0);
    const places = Uint32Array.from(trace.pages, (_, at) => at);
    const values = { page: trace.pages, requests: trace.requests, reads: trace.reads }[sort.key];
    const by = sort.down ? -1 : 1;
    return places.sort((a, b) => by * ((values[a] ?? 0) - (values[b] ?? 0)) || a - b);
  }, [trace, sort]);
  if (!trace) return null;
  const height = box.current?.clientHeight ?? 400;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(order.length, Math.ceil((top + height) / ROW) + SPARE);
  const head = (key: Key, text: string) => (
    <th
      scope="col"
      class="number"
      aria-sort={sort.key === key ? (sort.down ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        onClick={() => setSort({ key, down: sort.key === key ? !sort.down : key !== "page" })}
      >
        {text}
        <span aria-hidden="true">{sort.key === key ? (sort.down ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
  return (
    <div
      ref={box}
      class="xray-touched"
      role="region"
      aria-label={`Touched pages, ${label.toLowerCase()}`}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ paddingTop: `${first * ROW}px`, paddingBottom: `${(order.length - last) * ROW}px` }}>
        <table class="xray-trees xray-dense" aria-rowcount={order.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {head("page", "Page")}
              <th scope="col">What it is</th>
              {head("requests", "Requests")}
              {head("reads", "Reads")}
            </tr>
          </thead>
          <tbody>
            {[...order.subarray(first, last)].map((at, index) => {
              const page = trace.pages[at] ?? 0;
              return (
                <tr key={page} aria-rowindex={first + index + 2} style={{ height: `${ROW}px` }}>
                  <td class="number">
                    <button
                      type="button"
                      class="xray-link"
                      aria-label={`Page ${count(page)}: show it on the map`}
                      aria-pressed={chosenPage.value === page}
                      onClick={() => {
                        chosenPage.value = page;
                      }}
                    >
                      {count(page)}
                    </button>
                  </td>
                  <td class="xray-what">{pageWords(model, page)}</td>
                  <td class="number">{count(trace.requests[at] ?? 0)}</td>
                  <td class="number">{count(trace.reads[at] ?? 0)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
