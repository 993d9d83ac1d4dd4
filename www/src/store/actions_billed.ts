/** Counting rows, and what they cost. */
import type { RowPrices } from "../engine/types";
import { asWireError, engine, perform, report } from "./actions_call";
import { scopedText } from "./actions_explain";
import { bill, billedFor, billedTask, prices } from "./billed";
import { chosenDdl } from "./chosen";

export async function countRows(): Promise<void> {
  if (billedTask.startedAt.value !== null) return;
  let sql: string;
  try {
    sql = await scopedText();
  } catch (cause) {
    billedTask.error.value = asWireError(cause);
    return;
  }
  const changes = chosenDdl.value;
  const value = await perform(billedTask, () => engine().call("billed", [sql, changes], report(billedTask)));
  if (!value) return;
  billedFor.value = { text: sql, changes };
  await price(prices.value ?? (await engine().call("row_prices", []).answer));
}

/** What the counted rows cost at these prices. */
export async function price(next: RowPrices): Promise<void> {
  prices.value = next;
  const billed = billedTask.value.value;
  if (!billed || ![next.read, next.written, next.runs].every((one) => Number.isFinite(one) && one >= 0)) {
    bill.value = null;
    return;
  }
  try {
    bill.value = await engine().call("bill", [billed, next], { lane: "bill" }).answer;
  } catch (cause) {
    if (asWireError(cause).code !== "cancelled") bill.value = null;
  }
}
