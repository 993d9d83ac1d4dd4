/** Why this plan: switches of the planner, each alone and together, with the work under them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, launch, makeFile, openFile, openPage, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function openWhy(sql) {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("unanalysed"));
  await type(page, sql);
  await page.getByText("Why this plan?").click();
  await page.getByRole("button", { name: "Try every switch" }).waitFor();
  return session;
}

const ONE_DEVICE = "SELECT id FROM events WHERE kind = 1 AND device = 'device 77';";
const number = (text) => Number(text.replace(/,/g, ""));

test("each switch alone: those that change the plan, and what the query then costs", async () => {
  const session = await openWhy(ONE_DEVICE);
  const { page } = session;
  await page.getByRole("button", { name: "Try every switch" }).click();
  await textMatching(page.getByTestId("why-summary"), /^2 of \d+ switches change the plan/);
  const rows = page.getByTestId("why-table").locator("tbody tr");
  assert.deepEqual(await rows.locator("th").allInnerTexts(), [
    "As it is",
    "Statistics by ANALYZE",
    "Statistics by PRAGMA optimize",
  ]);
  assert.match(await rows.nth(0).innerText(), /by_kind/);
  assert.match(await rows.nth(1).innerText(), /by_device/);
  const steps = (await rows.locator("td:nth-of-type(1)").allInnerTexts()).map(number);
  assert.ok(steps[1] * 100 < steps[0], `${steps[1]} VM steps with statistics, ${steps[0]} without`);
  await close(session);
});

test("the plan under chosen switches, and both counted", async () => {
  const session = await openWhy(ONE_DEVICE);
  const { page } = session;
  await page.getByText(/Optimisations switched off/).click();
  await page.getByLabel("Without Skip-scan").check();
  await page.getByTestId("under-same").waitFor();
  await page.getByRole("group", { name: "Statistics" }).getByRole("button", { name: "ANALYZE" }).click();
  const plans = page.getByTestId("under-plan");
  assert.match(await plans.getByRole("group", { name: /: As it is/ }).innerText(), /by_kind/);
  assert.match(await plans.getByRole("group", { name: /: Under the switches/ }).innerText(), /by_device/);
  await page.getByRole("button", { name: "Run both and count" }).click();
  await textMatching(page.getByRole("group", { name: /^Counters as it is/ }), /VM steps[\s\S]*× fewer/);

  await page.getByRole("button", { name: "Reset" }).click();
  assert.equal(await plans.count(), 0);
  await close(session);
});

test("LIKE uses an index only where it tells upper from lower case", async () => {
  const session = await openWhy("SELECT id FROM events WHERE device LIKE 'device 7%';");
  const { page } = session;
  await page.getByLabel("case_sensitive_like").check();
  const under = page.getByTestId("under-plan").getByRole("group", { name: /: Under the switches/ });
  await textMatching(under, /SEARCH events USING (COVERING )?INDEX by_device/);
  await close(session);
});

test("a query that lacks a value is planned under the switches, not run", async () => {
  const session = await openWhy("SELECT id FROM events WHERE kind = 1 AND device = :device;");
  const { page } = session;
  await page.getByRole("button", { name: "Try every switch" }).click();
  await page.getByTestId("why-table").waitFor();
  const cells = await page.getByTestId("why-table").locator("tbody td:nth-of-type(1)").allInnerTexts();
  assert.deepEqual([...new Set(cells)], ["–"]);
  await close(session);
});
