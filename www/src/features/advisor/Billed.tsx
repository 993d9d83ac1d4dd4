/** What the queries cost where rows are charged for, with and without the chosen indexes. */

import type { RowPrices } from "../../engine/types";
import { countRows, price } from "../../store/actions_billed";
import { bill, billedFor, billedTask, prices } from "../../store/billed";
import { chosenDdl } from "../../store/chosen";
import { text } from "../../store/editor";
import { ErrorNote, Note, Working } from "../../ui/basics";
import { count } from "../../ui/format";
import { FiguresTable } from "../../ui/table";

const money = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, maximumFractionDigits: 2 });

export function Billed() {
  const value = billedTask.value.value;
  const error = billedTask.error.value;
  const startedAt = billedTask.startedAt.value;
  const counted = billedFor.value;
  const stale =
    value &&
    counted &&
    (counted.changes.join() !== chosenDdl.value.join() || !text.value.includes(counted.text));
  return (
    <details class="limits billed">
      <summary>What it costs on a hosted SQLite</summary>
      <p class="fine">
        D1 and Turso charge for rows read and written. Each query is run once as it is and once with the
        chosen indexes, and the rows that its loops visit are counted. Triggers do not run here, so what they
        would read and write is not in it.
      </p>
      {startedAt === null && (
        <button type="button" class="button" onClick={() => void countRows()}>
          Count the rows
        </button>
      )}
      {startedAt !== null && <Working label="Counting rows" work={billedTask} />}
      {error && <ErrorNote error={error} />}
      {stale && (
        <Note tone="neutral">Queries or indexes have changed since. Count again to see what they cost.</Note>
      )}
      {value && prices.value && (
        <>
          <FiguresTable
            label="Rows of one run"
            testid="billed"
            heads={[
              "Query",
              { number: "Read" },
              { number: "Read, with indexes" },
              { number: "Written" },
              { number: "Written, with indexes" },
            ]}
          >
            {value.queries.map((query, index) => (
              <tr key={index}>
                <th scope="row">{query.name}</th>
                <td class="number">{count(query.before.read)}</td>
                <td class="number">{count(query.after.read)}</td>
                <td class="number">{count(query.before.written)}</td>
                <td class="number">{count(query.after.written)}</td>
              </tr>
            ))}
          </FiguresTable>
          {value.not_analysed.map((item) => (
            <p class="fine" key={item.sql}>
              Not run: {item.name}. {item.because}
            </p>
          ))}
          <div class="prices">
            <Price name="read" label="Price of a million rows read" />
            <Price name="written" label="Price of a million rows written" />
            <Price name="runs" label="Runs of a query of weight 1" />
          </div>
          {bill.value && (
            <p data-testid="bill">
              <strong>{money.format(bill.value.before)}</strong> as it is,{" "}
              <strong>{money.format(bill.value.after)}</strong> with the chosen indexes.
            </p>
          )}
        </>
      )}
    </details>
  );
}

function Price({ name, label }: { name: keyof RowPrices; label: string }) {
  const now = prices.value;
  if (!now) return null;
  return (
    <label class="price">
      <span>{label}</span>
      <input
        type="number"
        min="0"
        step="any"
        class="narrow"
        value={now[name]}
        onInput={(event) => void price({ ...now, [name]: event.currentTarget.valueAsNumber })}
      />
    </label>
  );
}
