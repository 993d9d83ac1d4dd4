/** The program of a statement: its instructions, how often each ran, and the plan steps they work for. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, launch, makeFile, openFile, openPage, showTab, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const QUERY = "SELECT id FROM orders WHERE total > 500 AND status = 'open' ORDER BY total;";

async function program(page) {
  await type(page, QUERY);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SCAN orders/);
  await showTab(page, "Bytecode");
  const grid = page.getByRole("grid", { name: "Instructions" });
  // A long program is drawn in parts: its last instructions come a moment after its first.
  await textMatching(grid, /Init[\s\S]*Halt[\s\S]*Transaction/);
  return grid;
}

test("instructions are listed without running, and counted after a run", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  const grid = await program(page);
  assert.match(await page.getByTestId("program-state").innerText(), /Not executed/);
  assert.match(await grid.innerText(), /Rewind[\s\S]*SorterInsert[\s\S]*Halt/);

  await page.getByRole("button", { name: "Run and count" }).click();
  await textMatching(page.getByTestId("program-state"), /^Counted$/);
  await textMatching(grid, /Init[\s\S]*Halt[\s\S]*Transaction/);
  const tests = await grid.locator(".passed").allInnerTexts();
  assert.equal(tests.length, 2, "the two conditions of WHERE");
  const [first, second] = tests.map((text) =>
    /^evaluated (\d+), passed (\d+) \(([\d.]+) %\)$/.exec(text).slice(1).map(Number),
  );
  assert.equal(first[0], 500, "the first one is tested for each row");
  assert.equal(second[0], first[1], "the second one for those that passed the first");
  assert.ok(Math.abs(first[2] - (first[1] / first[0]) * 100) < 1, "the share is that of the counts");

  // What was run in the Rows tab is counted without being asked for.
  await type(page, QUERY.replace("500", "400"));
  await textMatching(page.getByTestId("program-state"), /Not executed/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("region", { name: "Result rows" }).waitFor();
  await showTab(page, "Bytecode");
  await textMatching(page.getByTestId("program-state"), /^Counted$/);
  await close(session);
});

test("a step marks its instructions, and an instruction its step", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  const grid = await program(page);
  const marked = async () =>
    (await grid.locator("tr[aria-selected=true] th").allInnerTexts()).map((text) => text.trim());
  await page.getByRole("button", { name: "SCAN orders" }).click();
  assert.ok((await marked()).includes("Rewind"), "the scan");
  await grid.locator("tbody tr", { hasText: "Sort" }).last().focus();
  assert.ok(!(await marked()).includes("Rewind"));
  const sort = page.getByRole("button", { name: "USE TEMP B-TREE FOR ORDER BY" });
  assert.equal(await sort.getAttribute("aria-pressed"), "true");
  await page.keyboard.press("Home");
  assert.equal(await page.evaluate(() => document.activeElement.cells[1].innerText), "Init");

  // The plan and the program share the chosen step.
  await page.getByRole("button", { name: "SCAN orders" }).click();
  await showTab(page, "Plan");
  await textMatching(page.locator(".plan-tree tr[aria-selected=true]"), /SCAN orders/);
  await close(session);
});

test("a statement in error shows why it has no program", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await program(page);
  await type(page, "SELECT missing FROM orders;");
  await page.getByTestId("error-unknown_name").waitFor();
  await type(page, QUERY);
  await page.getByRole("grid", { name: "Instructions" }).waitFor();
  assert.equal(await page.getByTestId("error-unknown_name").count(), 0);
  await close(session);
});
