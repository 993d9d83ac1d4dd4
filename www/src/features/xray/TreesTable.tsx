/** The b-trees with their numbers: the same as the map shows, to be read and sorted. */
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { PageTree } from "../../engine/types";
import { count, percent, plural } from "../../ui/format";
import { isBTree, type PageModel } from "./model";
import { litTree } from "./PageMap";
import { keyOf, type Look } from "./paint";

interface TreesTableProps {
  label: string;
  model: PageModel;
  looks: Map<string, Look>;
  /** The same trees in the other map. */
  other: { label: string; model: PageModel } | null;
  onOpen: (tree: number) => void;
}

type Key = "name" | "pages" | "touched" | "requests" | "reads";

const HEADS: { key: Key; label: string; ran: boolean }[] = [
  { key: "name", label: "B-tree", ran: false },
  { key: "pages", label: "Pages", ran: false },
  { key: "touched", label: "Touched", ran: true },
  { key: "requests", label: "Requests", ran: true },
  { key: "reads", label: "Reads", ran: true },
];

export function TreesTable({ label, model, looks, other, onOpen }: TreesTableProps) {
  const [sort, setSort] = useState<{ key: Key; down: boolean } | null>(null);
  const ran = model.trace !== null;
  const heads = HEADS.filter((head) => ran || !head.ran);
  const { key, down } = sort ?? { key: ran ? "requests" : "pages", down: true };
  const shown = heads.some((head) => head.key === key) ? key : "pages";
  const places = model.trees.map((_, at) => at);
  places.sort((a, b) => {
    const [x, y] = [model.trees[a], model.trees[b]];
    if (!x || !y) return 0;
    const by = shown === "name" ? x.name.localeCompare(y.name) : x[shown] - y[shown] || x.pages - y.pages;
    return down ? -by : by;
  });
  const { counters } = model.summary;
  const all = counters?.page_requests ?? 0;
  const others = new Map(other?.model.trees.map((tree) => [keyOf(tree), tree]));
  return (
    <table class="xray-trees" aria-label={`B-trees, ${label.toLowerCase()}`}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th
              key={head.key}
              scope="col"
              class={head.key === "name" ? "" : "number"}
              aria-sort={head.key === shown ? (down ? "descending" : "ascending") : undefined}
            >
              <button
                type="button"
                onClick={() =>
                  setSort({ key: head.key, down: head.key === shown ? !down : head.key !== "name" })
                }
              >
                {head.label}
                <span aria-hidden="true">{head.key === shown ? (down ? " ↓" : " ↑") : ""}</span>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {places.map((at) => {
          const tree = model.trees[at];
          if (!tree) return null;
          const look = looks.get(keyOf(tree)) ?? { colour: 0, hatch: "" };
          return (
            <tr
              key={keyOf(tree)}
              onPointerEnter={() => {
                litTree.value = keyOf(tree);
              }}
              onPointerLeave={() => {
                litTree.value = null;
              }}
            >
              <th scope="row">
                <span class="xray-of">
                  <span
                    class={`xray-swatch tree-${look.colour} hatch-${look.hatch || "none"}`}
                    aria-hidden="true"
                  />
                  <span>
                    {isBTree(tree) ? (
                      <button
                        type="button"
                        class="xray-link"
                        title={`Levels of ${tree.name}`}
                        onClick={() => onOpen(at)}
                        onFocus={() => {
                          litTree.value = keyOf(tree);
                        }}
                        onBlur={() => {
                          litTree.value = null;
                        }}
                      >
                        <Name text={tree.name} />
                      </button>
                    ) : (
                      tree.name
                    )}
                    <span class="fine">{treeWords(tree)}</span>
                    {other && (
                      <span class="fine">{otherWords(tree, others.get(keyOf(tree)), other.label)}</span>
                    )}
                  </span>
                </span>
              </th>
              <td class="number">{count(tree.pages)}</td>
              {ran && (
                <>
                  <td class="number">{number(tree.touched)}</td>
                  <td class="number">
                    {number(tree.requests)}
                    {tree.share !== null && tree.requests > 0 && (
                      <span class="xray-share" title={`${percent(tree.share)} of all requests`}>
                        <span style={{ width: `${Math.max(2, tree.share * 100)}%` }} />
                      </span>
                    )}
                  </td>
                  <td class="number">{number(tree.reads)}</td>
                </>
              )}
            </tr>
          );
        })}
        {elsewhere(model).map((row) => (
          <tr key={row.name}>
            <th scope="row">
              <span class="xray-of">
                <span class="xray-swatch none" aria-hidden="true" />
                <span>
                  {row.name}
                  <span class="fine">{row.words}</span>
                </span>
              </span>
            </th>
            <td class="number">–</td>
            <td class="number">–</td>
            <td class="number">{count(row.requests)}</td>
            <td class="number">{row.reads === null ? "–" : count(row.reads)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">All</th>
          <td class="number">{count(model.pageCount)}</td>
          {ran && (
            <>
              <td class="number">{count(model.trace?.pages.length ?? 0)}</td>
              <td class="number">{count(all)}</td>
              <td class="number">{count(counters?.page_reads ?? 0)}</td>
            </>
          )}
        </tr>
      </tfoot>
    </table>
  );
}

/** Requests for pages that are not on the map. */
function elsewhere({ summary }: PageModel) {
  const rows: { name: string; words: string; requests: number; reads: number | null }[] = summary.attached
    .filter((one) => one.requests > 0)
    .map((one) => ({ ...one, words: "attached, not on this map" }));
  if (summary.temporary_requests > 0) {
    const requests = summary.temporary_requests;
    rows.push({ name: "temporary b-trees", words: "no pages of the file", requests, reads: null });
  }
  return rows;
}

/** Zero is not shouted. */
function number(value: number) {
  return value === 0 ? <span class="xray-zero">0</span> : count(value);
}

/** May be broken behind each underscore. */
function Name({ text }: { text: string }) {
  const parts = text.split(/(?<=_)/);
  return (
    <>
      {parts.map((part, at) => (
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}

function treeWords(tree: PageTree): string {
  const words: string[] = [];
  if (tree.kind === "index") words.push(`index on ${tree.table}`);
  else if (tree.kind === "table") words.push(tree.root === 1 ? "the schema" : "table");
  if (tree.depth > 1) words.push(`${tree.depth}\u00a0levels`);
  if (tree.overflow > 0) words.push(`${count(tree.overflow)} overflow`);
  if (tree.fill_percent !== null) words.push(`${Math.round(tree.fill_percent)}\u00a0% full`);
  return words.join(" · ");
}

/** What differs in the other map. */
function otherWords(tree: PageTree, other: PageTree | undefined, label: string): string {
  if (!other) return `${label}: not there`;
  return other.requests === tree.requests ? "" : `${label}: ${plural(other.requests, "request")}`;
}
