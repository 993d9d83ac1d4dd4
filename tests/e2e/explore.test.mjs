/** Other sizes of the data, two plans side by side, and an index that SQLite did not choose. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, launch, makeFile, openFile, openPage, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const number = (text) => Number(text.replace(/,/g, ""));
const ONE_DEVICE = "SELECT id FROM events WHERE kind = 1 AND device = 'device 77';";

async function open(sql, tab) {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("unanalysed"));
  await type(page, sql);
  await page.getByRole("tab", { name: tab }).click();
  return session;
}

test("the plan at other sizes, where it changes, and growth measured", async () => {
  const session = await open("SELECT count(*) FROM events WHERE id % 2;", "Size");
  const { page } = session;
  await page.getByRole("button", { name: "Plan from ÷100 to ×1,000" }).click();
  await textMatching(page.getByTestId("size-summary"), /The plan is the same at all of these sizes/);
  const slider = page.getByTestId("size-slider");
  assert.match(await slider.getAttribute("aria-valuetext"), /^as it is, events /);
  await slider.focus();
  await page.keyboard.press("End");
  assert.match(await slider.getAttribute("aria-valuetext"), /^×1,000, events /);
  await page.getByText("All sizes as a table").click();
  const figures = await page.getByTestId("size-table").locator("td:nth-of-type(2)").allInnerTexts();
  assert.equal(figures.length, 21);
  // A scan visits all rows: a thousand times as many, from a hundredth on.
  assert.equal(Math.round(number(figures[20]) / number(figures[8])), 1000);

  await page.getByRole("button", { name: /Run on all/ }).click();
  await textMatching(page.getByTestId("growth-sentence"), /grows with the data: .* 1\.00\./);
  const steps = await page.getByTestId("growth-table").locator("td:nth-of-type(1)").allInnerTexts();
  assert.equal(steps.length, 4);
  assert.ok(Math.abs(number(steps[0]) / number(steps[3]) - 8) < 0.2, steps.join(" "));
  await close(session);
});

test("two plans side by side, under statistics and of another text", async () => {
  const session = await open(ONE_DEVICE, "Compare");
  const { page } = session;
  await page.getByRole("button", { name: "Compare" }).click();
  await textMatching(page.getByTestId("compare-sentence"), /^Another plan: .* fewer/);
  const row = page.getByTestId("pairs").locator("tbody tr");
  assert.match(await row.nth(0).innerText(), /by_kind[\s\S]*by_device[\s\S]*instead of/);
  await page.getByTestId("side-after").selectOption("text");
  assert.equal(await page.getByTestId("pairs").count(), 0, "the answer is of other sides");
  await page.getByTestId("other-text").fill("SELECT id FROM events WHERE +kind = 1 AND device = 'device 77'");
  await page.getByRole("button", { name: "Compare" }).click();
  await textMatching(page.getByTestId("compare-sentence"), /^Another plan/);
  await page.getByTestId("other-text").fill("SELECT nothing");
  await page.getByRole("button", { name: "Compare" }).click();
  await textMatching(page.locator("[role=alert]"), /nothing/);
  await close(session);
});

test("why not that index", async () => {
  const session = await open(ONE_DEVICE, "Plan");
  const { page } = session;
  await page.getByText("Why this plan?").click();
  await page.getByTestId("why-not-index").fill("by_device");
  await page.getByRole("button", { name: "Ask SQLite" }).click();
  const answer = page.getByTestId("why-not");
  await textMatching(answer, /That is less work/);
  assert.match(await answer.innerText(), /SQLite itself chooses it under: .*ANALYZE/);
  await page.getByTestId("why-not-index").fill("no_such_index");
  await page.getByRole("button", { name: "Ask SQLite" }).click();
  await textMatching(page.locator("[role=alert]"), /There is no index/);
  await close(session);
});

test("an index of the database is left out, by pointer and by key", async () => {
  const session = await open(ONE_DEVICE, "Compare");
  const { page } = session;
  await page.getByTestId("fold-events").click();
  await page.getByTestId("leave-out-by_kind").click();
  await page.getByTestId("side-after").selectOption("chosen");
  await page.getByRole("button", { name: "Compare" }).click();
  const row = page.getByTestId("pairs").locator("tbody tr");
  await textMatching(row.nth(0), /by_kind[\s\S]*by_device/);
  await page.getByRole("tab", { name: "Patch" }).click();
  await textMatching(page.getByRole("tabpanel"), /No longer wanted\.\nDROP INDEX IF EXISTS by_kind;/);
  await page.getByRole("treeitem", { name: /^by_kind/ }).focus();
  await page.keyboard.press("Delete");
  await textMatching(page.getByTestId("leave-out-by_kind"), /^leave out$/);
  await close(session);
});
