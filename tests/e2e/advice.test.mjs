/** What Suggest and Trial say beyond an index: statistics, size, what was left out, and no verdict. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  close,
  launch,
  makeFile,
  openFile,
  openPage,
  showTab,
  suggestIndexes,
  textMatching,
  type,
} from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const ONE_DEVICE =
  "-- name: one device\nSELECT id, kind FROM events WHERE kind = 1 AND device = 'device 77';";
const FOREIGN = "-- name: foreign\nSELECT soundslike(device) FROM events;";

async function tryChosen(page) {
  await showTab(page, "Trial");
  await page.getByRole("button", { name: /^Try / }).click();
}

test("fresh statistics alone can be the suggestion, and are tried like an index", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("unanalysed"));
  await type(page, `${ONE_DEVICE}\n${FOREIGN}`);
  await suggestIndexes(page);
  await textMatching(page.getByTestId("no-advice"), /fresh statistics are enough/);
  const analyze = page.getByTestId("analyze");
  assert.match(await analyze.innerText(), /uses the index by_device, which is there already/);
  const left = await page.getByRole("region", { name: "Not analysed" }).innerText();
  assert.match(left, /foreign\s+SELECT soundslike\(device\) FROM events\s+.*soundslike\(\)/);

  await tryChosen(page);
  const row = page.getByTestId("trial-table").locator("tbody tr");
  await row.waitFor();
  assert.equal(await row.getAttribute("data-verdict"), "faster");
  assert.match(await page.getByTestId("not-tried").innerText(), /^foreign\s+.*soundslike\(\)/);
  await showTab(page, "Patch");
  assert.match(await page.getByRole("group", { name: "Apply script" }).innerText(), /ANALYZE/);
  await close(session);
});

test("a suggested index says how much of the file it takes, with a warning if that is much", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("shop"));
  await type(
    page,
    "SELECT id FROM orders WHERE customer_id = 417 AND created_at >= '2023-06-01' ORDER BY created_at;",
  );
  await suggestIndexes(page);
  const advice = page.getByTestId("advice").first();
  assert.match(await advice.innerText(), /Takes [\d.]+ (kB|MB), [\d.]+ % of the file\./);
  assert.match(await advice.innerText(), /the file grows by \d+ %/);
  await close(session);
});

test("the same plan and the same work get no verdict; a trial of nothing says so", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(page, "SELECT count(*) FROM customers WHERE city > 'City 5';");
  await showTab(page, "Suggest");
  await page.getByLabel("CREATE INDEX statement").fill("CREATE INDEX by_status ON orders(status)");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("yours", { exact: true }).waitFor();
  await tryChosen(page);
  await textMatching(page.getByTestId("trial-query"), /Same plan and same work, so a difference is noise/);
  assert.equal(
    await page.getByTestId("trial-table").locator("tbody tr").getAttribute("data-verdict"),
    "no_clear_difference",
  );
  await type(page, "-- name: foreign\nSELECT soundslike(city) FROM customers;");
  await page.getByRole("button", { name: /^Try / }).click();
  await textMatching(page.getByTestId("none-tried"), /could not be tried/);
  assert.match(await page.getByTestId("not-tried").innerText(), /soundslike\(\)/);
  await close(session);
});

test("indexes that exist and may go: duplicates are dropped, what is only unused here is a choice", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("doubled"));
  await type(page, "-- name: open\nSELECT id FROM orders WHERE status = 'open' AND created_at = '2023-06-05';");
  await suggestIndexes(page);
  await textMatching(page.getByTestId("no-advice"), /But there are some that may go\./);
  const drops = page.getByTestId("drop");
  const kinds = await drops.evaluateAll((cards) => cards.map((card) => card.dataset.kind));
  assert.deepEqual(kinds, ["duplicate", "prefix", "unused"]);
  const [duplicate, prefix, unused] = [0, 1, 2].map((at) => drops.nth(at));
  assert.match(
    await duplicate.innerText(),
    /DROP INDEX customer_again\s+Duplicate[^]*by_customer has the same keys[^]*Frees [\d.]+ kB\. Saves VM steps: \d+ for each row inserted/,
  );
  assert.match(await prefix.innerText(), /DROP INDEX by_status\s+Start of another[^]*by_status_day begin with these/);
  assert.match(await unused.innerText(), /DROP INDEX by_total[^]*The statement does not use it/);
  const boxes = await Promise.all([0, 1, 2].map((at) => drops.nth(at).getByRole("checkbox").isChecked()));
  assert.deepEqual(boxes, [true, true, false]);
  assert.doesNotMatch(await page.getByRole("region", { name: "Your own index" }).innerText(), /DROP INDEX/);
  const apply = page.getByRole("group", { name: "Apply script" });
  await showTab(page, "Patch");
  await textMatching(apply, /DROP INDEX IF EXISTS customer_again[^]*DROP INDEX IF EXISTS by_status;/);
  assert.doesNotMatch(await apply.innerText(), /by_total/);
  assert.match(
    await page.getByRole("group", { name: "Undo script" }).innerText(),
    /CREATE INDEX IF NOT EXISTS customer_again ON orders\(customer_id\)/,
  );
  await showTab(page, "Suggest");
  await unused.getByRole("checkbox", { name: "Drop by_total" }).check();
  await duplicate.getByRole("checkbox").uncheck();
  await showTab(page, "Patch");
  await textMatching(apply, /DROP INDEX IF EXISTS by_total/);
  assert.doesNotMatch(await apply.innerText(), /customer_again/);
  await close(session);
});

test("what only an advised index makes superfluous stays if that is not taken", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("doubled"));
  await type(page, "SELECT customer_id, max(created_at) FROM orders GROUP BY customer_id;");
  await suggestIndexes(page);
  const index = page.getByTestId("advice").getByRole("checkbox");
  const drop = page.getByTestId("drop").filter({ hasText: /Only once idx_orders_customer_id_created_at is there/ });
  const box = drop.getByRole("checkbox");
  assert.deepEqual([await index.isChecked(), await box.isChecked()], [true, true]);
  await index.uncheck();
  assert.equal(await box.isChecked(), false);
  await box.check();
  assert.equal(await index.isChecked(), true);
  await close(session);
});
