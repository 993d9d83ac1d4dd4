/** A table of figures that is scrolled sideways where it has no room; by keyboard, too. */
import type { ComponentChildren } from "preact";

interface FiguresTableProps {
  label: string;
  /** The heads of the columns. */
  heads: (string | { number: string })[];
  kind?: string;
  testid?: string;
  /** The rows. */
  children: ComponentChildren;
}

export function FiguresTable({ label, heads, kind, testid, children }: FiguresTableProps) {
  return (
    <div class="table-wrap" role="group" aria-label={label} tabIndex={0}>
      <table class={kind ? `compare ${kind}` : "compare"} data-testid={testid}>
        <caption class="sr-only">{label}</caption>
        <thead>
          <tr>
            {heads.map((head) =>
              typeof head === "string" ? (
                <th key={head} scope="col">
                  {head}
                </th>
              ) : (
                <th key={head.number} scope="col" class="number">
                  {head.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
