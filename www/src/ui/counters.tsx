/** Counters of a run, as a row of figures or as a before/after table. */
import type { Counters } from "../engine/types";
import { brief, count } from "./format";
import { FiguresTable } from "./table";

type Key = keyof Counters;

/** The words for each counter; the same wherever it is shown. */
export const COUNTERS: { key: Key; label: string; help: string }[] = [
  {
    key: "vm_steps",
    label: "VM steps",
    help: "Instructions that SQLite's virtual machine carried out. The same file and query give the same number everywhere.",
  },
  {
    key: "page_requests",
    label: "page requests",
    help: "How often a page of the file was asked for, from memory or from disk.",
  },
  { key: "page_reads", label: "page reads", help: "Pages that had to be read from the file." },
  { key: "rows_returned", label: "rows returned", help: "Rows in the result." },
  {
    key: "fullscan_steps",
    label: "full-scan steps",
    help: "Steps forward in a table that is read from end to end.",
  },
  {
    key: "sorts",
    label: "sorts",
    help: "Times the rows had to be sorted because no index gave them in order.",
  },
  {
    key: "autoindex_rows",
    label: "rows in automatic indexes",
    help: "Rows put into an index that SQLite built for this one query and then threw away.",
  },
];

/** Many small sorts can be far less work than one large one. */
const NEITHER_GOOD_NOR_BAD = new Set<Key>(["rows_returned", "sorts"]);

export function CountersRow({ counters }: { counters: Counters }) {
  return (
    <dl class="counters" data-testid="counters">
      {COUNTERS.map(({ key, label, help }) => (
        <div key={key} class={counters[key] === 0 ? "counter zero" : "counter"} title={help}>
          <dt>{label}</dt>
          <dd>{count(counters[key])}</dd>
        </div>
      ))}
    </dl>
  );
}

export function CountersHelp() {
  return (
    <details class="more">
      <summary>What these numbers mean</summary>
      <dl class="glossary">
        {COUNTERS.map(({ key, label, help }) => (
          <div key={key}>
            <dt>{label}</dt>
            <dd>{help}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function change(before: number, after: number): string {
  if (before === after) return "same";
  if (after === 0) return "gone";
  if (before === 0) return "new";
  return after < before ? `${brief(before / after)} × fewer` : `${brief(after / before)} × more`;
}

interface CountersTableProps {
  before: Counters;
  after: Counters;
  caption: string;
  heads?: [string, string];
}

/** Rows that are zero on both sides say nothing and are left out. */
export function CountersTable({
  before,
  after,
  caption,
  heads = ["As is", "With indexes"],
}: CountersTableProps) {
  const rows = COUNTERS.filter(({ key }) => before[key] !== 0 || after[key] !== 0);
  return (
    <FiguresTable label={caption} heads={["Counter", { number: heads[0] }, { number: heads[1] }, "Change"]}>
      {rows.map(({ key, label, help }) => (
        <tr
          key={key}
          class={
            NEITHER_GOOD_NOR_BAD.has(key) || after[key] === before[key]
              ? ""
              : after[key] < before[key]
                ? "less"
                : "more-of"
          }
        >
          <th scope="row" title={help}>
            {label}
          </th>
          <td class="number">{count(before[key])}</td>
          <td class="number">{count(after[key])}</td>
          <td class="change">
            {key === "rows_returned" && before[key] === after[key] ? "same" : change(before[key], after[key])}
          </td>
        </tr>
      ))}
    </FiguresTable>
  );
}
