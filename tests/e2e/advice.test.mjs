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
