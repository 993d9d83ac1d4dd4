/** What a person decides of the advice: enough, keep, not this one, fewer bytes; and what it costs in money. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  close,
  launch,
  makeFile,
  openFile,
  openPage,
  openSample,
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

const QUERIES = [
  "-- name: customer\nSELECT * FROM orders WHERE customer_id = 417 ORDER BY created_at;",
  "-- name: day\nSELECT id, total FROM orders WHERE created_at >= '2023-11-01' AND created_at < '2023-11-03';",
].join("\n");

const ddls = (page) => page.getByTestId("advice").locator(".ddl").allInnerTexts();

async function again(page) {
  const button = page.getByRole("button", { name: "Suggest indexes" });
  await button.click();
  await page.getByRole("status", { name: "Looking for indexes" }).waitFor({ state: "detached" });
  await page.getByTestId("limits-changed").waitFor({ state: "detached" });
}

test("the best so far is shown, and proven when that is enough", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page, "store");
  await showTab(page, "Suggest");
  await page.getByRole("button", { name: "Suggest indexes" }).click();
  const soFar = page.getByTestId("so-far");
  await textMatching(soFar, /CREATE INDEX/);
  await soFar.getByRole("button", { name: /^Enough/ }).click();
  await page.getByRole("region", { name: "Suggested indexes" }).waitFor();
  assert.equal(await soFar.count(), 0);
  await textMatching(page.getByTestId("holds"), /PRAGMA optimize/);
  await close(session);
});

test("an index is kept, another ruled out, and one changed", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("shop"));
  await type(page, QUERIES);
  await suggestIndexes(page);
  const first = await ddls(page);
  assert.ok(first.length > 0);
  const advice = page.getByTestId("advice").first();
  const unwanted = first[0];
  await advice.getByRole("button", { name: /^Not this one/ }).click();
  await textMatching(page.getByTestId("limits-changed"), /Ask again/);
  assert.equal(await advice.getByRole("checkbox").isChecked(), false);
  await again(page);
  assert.ok(!(await ddls(page)).includes(unwanted), "what is not wanted is not advised again");

  // A narrow index of one's own, kept: it is in the advice however narrow it is.
  await page.getByRole("button", { name: /no longer:/ }).click();
  await again(page);
  const kept = (await ddls(page))[0];
  await page.getByTestId("advice").first().getByRole("button", { name: /^Keep/ }).click();
  assert.equal(
    await page
      .getByTestId("advice")
      .first()
      .getByRole("button", { name: /^Keep/ })
      .getAttribute("aria-pressed"),
    "true",
  );
  await again(page);
  assert.equal((await ddls(page)).filter((ddl) => ddl === kept).length, 1);

  await page.getByTestId("advice").first().getByRole("button", { name: /^Edit/ }).click();
  const field = page.getByRole("textbox", { name: "CREATE INDEX statement" });
  assert.match(await field.inputValue(), /^CREATE INDEX/);
  await close(session);
});

test("a slider takes fewer bytes, and the chosen indexes follow", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page, "store");
  await showTab(page, "Suggest");
  await suggestIndexes(page);
  const slider = page.getByTestId("curve-slider");
  await slider.waitFor();
  const most = Number(await slider.getAttribute("max"));
  assert.ok(most >= 2);
  await slider.focus();
  await page.keyboard.press("Home");
  await textMatching(page.getByTestId("curve").locator(".current"), /100 % of the work/);
  const checked = () =>
    page
      .getByTestId("advice")
      .getByRole("checkbox")
      .evaluateAll((all) => all.filter((box) => box.checked).length);
  assert.equal(await checked(), 0);
  await page.keyboard.press("ArrowRight");
  const words = await slider.getAttribute("aria-valuetext");
  assert.match(words, /\d index/);
  assert.match(await page.getByTestId("curve").locator(".current").innerText(), /In use/);
  await close(session);
});

test("rows are counted, and priced as a person says", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("shop"));
  await type(page, QUERIES);
  await suggestIndexes(page);
  await page.getByText("What it costs on a hosted SQLite").click();
  await page.getByRole("button", { name: "Count the rows" }).click();
  const table = page.getByTestId("billed");
  await table.waitFor();
  const rows = await table
    .locator("tbody tr")
    .evaluateAll((all) =>
      all.map((row) => [...row.cells].slice(1).map((cell) => Number(cell.innerText.replaceAll(",", "")))),
    );
  assert.equal(rows.length, 2);
  for (const [readBefore, readAfter, writtenBefore, writtenAfter] of rows) {
    assert.ok(readAfter < readBefore, `${readAfter} rows with the indexes, ${readBefore} without`);
    assert.deepEqual([writtenBefore, writtenAfter], [0, 0]);
  }
  const read = (at) => rows.reduce((sum, row) => sum + row[at], 0);
  await page.getByRole("spinbutton", { name: "Price of a million rows read" }).fill("2");
  await page.getByRole("spinbutton", { name: "Runs of a query of weight 1" }).fill("1000");
  const expected = (read(0) * 2 * 1000) / 1e6;
  const shown = await textMatching(page.getByTestId("bill"), new RegExp(`^\\s*${Math.floor(expected)}`));
  assert.match(shown, /as it is/);
  await close(session);
});
