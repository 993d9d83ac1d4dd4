/** Every view by keyboard alone: nothing here is clicked, and what has the focus is found as a person finds it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, launch, makeFile, openFile, openPage, textMatching } from "./page.mjs";

const QUERY =
  "SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open' ORDER BY o.total;";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** What has the focus, as a screen reader would name it. */
const focused = (page) =>
  page.evaluate(() => {
    const one = document.activeElement;
    const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText ?? one.textContent;
    return `${one.getAttribute("role") ?? one.tagName.toLowerCase()}: ${name.trim().replace(/\s+/g, " ").slice(0, 120)}`;
  });

/** Presses Tab until the focus is on something of this name. */
async function tabTo(page, name, key = "Tab") {
  const seen = [];
  for (let presses = 0; presses < 80; presses++) {
    const now = await focused(page);
    if (name.test(now)) return now;
    seen.push(now);
    // In the editor Tab indents; Escape closes what is suggested there, another one lets Tab go on.
    if (/SQL editor/.test(now)) {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press(key);
  }
  return assert.fail(`Tab does not reach ${name}: ${seen.join(" | ")}`);
}

/** From the tab that is shown to another. */
async function showTab(page, name) {
  await tabTo(page, /^tab: /, /SQL editor/.test(await focused(page)) ? "Tab" : "Shift+Tab");
  for (let presses = 0; presses < 10; presses++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press("ArrowRight");
  }
  assert.fail(`no tab ${name}`);
}

async function typed() {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await tabTo(page, /SQL editor/);
  await page.keyboard.insertText(QUERY);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /ORDER BY/);
  return session;
}

async function run(page) {
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.getByRole("region", { name: "Result rows" }).waitFor();
}

test("table, graph and text of the plan", async () => {
  const session = await typed();
  const { page } = session;
  await run(page);
  await showTab(page, /^tab: Plan/);
  await tabTo(page, /^button: Table$/);
  await tabTo(page, /^button: Visited$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^button: Rows out/);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("th[aria-sort=descending]").count(), 1, "sorted");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await tabTo(page, /^row: /);
  await page.keyboard.press("Home");
  const first = await focused(page);
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await focused(page), first);
  const chosen = await page.locator(".plan-tree [aria-selected=true] .step-sentence").innerText();
  await tabTo(page, /^button: Graph$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("tree", { name: "Plan as a graph" }).waitFor();
  await tabTo(page, /^treeitem: /);
  assert.ok((await focused(page)).includes(chosen), "the step that was chosen in the table has the focus");
  await tabTo(page, /^button: Fit$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^button: Text$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await tabTo(page, /^option: /);
  await page.keyboard.press("Home");
  assert.match(await focused(page), /^option: \|--/);
  await page.keyboard.press("Enter");
  assert.match(await focused(page), /SQL editor/, "from a step to its text");
  await close(session);
});

test("bytecode", async () => {
  const session = await typed();
  const { page } = session;
  await showTab(page, /^tab: Bytecode/);
  await page.getByRole("grid", { name: "Instructions" }).waitFor();
  await tabTo(page, /^button: Run and count$/);
  await page.keyboard.press("Enter");
  await textMatching(page.getByTestId("program-state"), /^Counted$/);
  await tabTo(page, /^button: SCAN/);
  await page.keyboard.press("End");
  assert.match(await focused(page), /^button: USE TEMP B-TREE/);
  await page.keyboard.press("Enter");
  assert.ok((await page.locator(".opcodes tr[aria-selected=true]").count()) > 0);
  await tabTo(page, /^row: 0 /);
  for (const [key, address] of [
    ["ArrowDown", "1"],
    ["PageDown", null],
    ["End", null],
    ["Home", "0"],
  ]) {
    const before = await focused(page);
    await page.keyboard.press(key);
    const now = await focused(page);
    assert.notEqual(now, before, key);
    if (address !== null) assert.match(now, new RegExp(`^row: ${address} `));
  }
  await close(session);
});

test("a long program is walked to its end and back", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await tabTo(page, /SQL editor/);
  const part = "SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id";
  await page.keyboard.insertText(`${Array(60).fill(part).join("\nUNION ALL ")};`);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /UNION ALL/);
  await showTab(page, /^tab: Bytecode/);
  const grid = page.getByRole("grid", { name: "Instructions" });
  await grid.waitFor();
  const all = Number(await grid.getAttribute("aria-rowcount")) - 1;
  assert.ok(all > 400);
  assert.ok((await grid.locator("tbody tr").count()) < all, "rows out of sight are not drawn");
  await tabTo(page, /^row: 0 /);
  await page.keyboard.press("End");
  assert.match(await focused(page), new RegExp(`^row: ${all - 1} `));
  assert.equal(await page.evaluate(() => document.activeElement.ariaRowIndex), String(all + 1));
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(page), new RegExp(`^row: ${all - 2} `));
  await page.keyboard.press("Home");
  assert.match(await focused(page), /^row: 0 /);
  await close(session);
});

test("pages: map, levels and lists", async () => {
  const session = await typed();
  const { page } = session;
  await run(page);
  await showTab(page, /^tab: Pages/);
  await page.getByRole("application", { name: /^Map of pages/ }).waitFor();
  await textMatching(page.getByTestId("xray-state"), /^Recorded$/);
  await tabTo(page, /^application: Map of pages/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByRole("application", { name: /^Levels of/ }).waitFor();
  await tabTo(page, /^application: Levels of/, "Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await tabTo(page, /^button: Map$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("application", { name: /^Map of pages/ }).waitFor();
  await tabTo(page, /^button: Touched pages/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^region: Touched pages/);
  await tabTo(page, /^button: Page [\d,]+: show it/);
  await page.keyboard.press("Enter");
  assert.match(await focused(page), /^button: Page/);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-pressed")), "true");
  await close(session);
});

test("comparison, sizes and why not", async () => {
  const session = await typed();
  const { page } = session;
  await showTab(page, /^tab: Compare/);
  await tabTo(page, /^select: After/);
  await page.keyboard.press("ArrowUp");
  await tabTo(page, /^button: Compare$/);
  await page.keyboard.press("Enter");
  await page.getByTestId("pairs").waitFor();
  await tabTo(page, /^group: Steps of both plans$/);

  await showTab(page, /^tab: Size/);
  await tabTo(page, /^button: Plan from/);
  await page.keyboard.press("Enter");
  await page.getByTestId("size-summary").waitFor();
  const slider = page.getByTestId("size-slider");
  await tabTo(page, /^input: Size of the data/);
  await page.keyboard.press("End");
  assert.match(await slider.getAttribute("aria-valuetext"), /^×1,000/);
  await tabTo(page, /^summary: All sizes as a table$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^group: All sizes$/);
  await tabTo(page, /^button: Run on all/);
  await page.keyboard.press("Enter");
  await page.getByTestId("growth-table").waitFor();

  await showTab(page, /^tab: Plan/);
  await tabTo(page, /^summary: Why this plan\?$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^input: The index$/);
  await page.keyboard.insertText("CREATE INDEX o ON orders(status)");
  await page.keyboard.press("Enter");
  await page.getByTestId("why-not").waitFor();
  await tabTo(page, /^button: ANALYZE$/);
  await page.keyboard.press("Enter");
  await textMatching(page.locator(".why-panel"), /The plan stays as it is|Under the switches/);
  await close(session);
});

test("suggestion, trial and patch", async () => {
  const session = await typed();
  const { page } = session;
  await showTab(page, /^tab: Suggest/);
  await tabTo(page, /^textarea: CREATE INDEX|^input: CREATE INDEX/);
  await page.keyboard.insertText("CREATE INDEX o ON orders(status)");
  await tabTo(page, /^button: Add$/);
  await page.keyboard.press("Enter");
  await page.getByText("CREATE INDEX o ON orders(status)").first().waitFor();
  await showTab(page, /^tab: Trial/);
  await tabTo(page, /^button: Try \d/);
  await page.keyboard.press("Enter");
  await page.getByTestId("trial-table").waitFor();
  await showTab(page, /^tab: Patch/);
  await tabTo(page, /^group: Apply script$/);
  await close(session);
});
