/** The views of a plan: one choice for all, the way to the text and back, and the graph's own moves. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AXE,
  audit,
  close,
  editorText,
  fits,
  launch,
  makeFile,
  openFile,
  openPage,
  openSample,
  showTab,
  textMatching,
  type,
} from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const QUERY = `SELECT c.name, o.total,
  (SELECT count(*) FROM orders o2 WHERE o2.customer_id = c.id) AS n
FROM customers c JOIN orders o ON o.customer_id = c.id
WHERE o.status = 'open'
ORDER BY o.total;`;

async function showView(page, name) {
  await page.getByRole("group", { name: "View" }).getByRole("button", { name }).click();
}

async function planned(options) {
  const session = await openPage(browser, options);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(page, QUERY);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SCALAR SUBQUERY/);
  return session;
}

async function run(page) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("region", { name: "Result rows" }).waitFor();
  await showTab(page, "Plan");
  await page.getByRole("group", { name: "Compare steps by" }).waitFor();
}

const tree = (page) => page.getByRole("tree", { name: "Plan as a graph" });
const card = (page, name) => tree(page).getByRole("treeitem", { name });
const titleOf = (locator) => locator.evaluate((one) => one.querySelector("title").textContent);
const marked = (page) =>
  page.locator(".cm-line .piece").evaluateAll((pieces) => pieces.map((piece) => piece.textContent).sort());
/** Scale and shift of what is drawn. */
const camera = (page) =>
  tree(page)
    .locator("> g")
    .evaluate((world) => {
      const { a, e, f } = world.transform.baseVal.consolidate().matrix;
      return { scale: a, x: e, y: f };
    });
const overlaps = (page) =>
  page.locator(".graph-card").evaluateAll((cards) => {
    const boxes = cards.map((one) => one.querySelector(".card-box").getBoundingClientRect());
    return boxes.flatMap((a, at) =>
      boxes
        .slice(at + 1)
        .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    ).length;
  });

test("one choice in graph, table, text, bytecode and editor", async () => {
  const session = await planned();
  const { page } = session;
  await showView(page, "Graph");
  await card(page, /^SORT/).focus();
  await page.waitForFunction(() => document.querySelector(".cm-line .piece-clause"));
  assert.deepEqual(await marked(page), ["ORDER BY o.total"]);
  await textMatching(page.getByRole("complementary", { name: "About this step" }), /TEMP B-TREE/);
  await showView(page, "Table");
  await textMatching(page.locator(".plan-tree tr[aria-selected=true]"), /TEMP B-TREE FOR ORDER BY/);
  await showView(page, "Text");
  const chosen = page.getByRole("listbox", { name: "Plan as text" }).locator("[aria-selected=true]");
  assert.match(await chosen.innerText(), /`--USE TEMP B-TREE FOR ORDER BY$/);
  await chosen.focus();
  await page.keyboard.press("Home");
  await showTab(page, "Bytecode");
  assert.equal(
    await page.locator(".program-steps [aria-pressed=true]").innerText(),
    await page.locator(".program-steps button").first().innerText(),
    "the first line of the text is the first step",
  );
  await close(session);
});

test("the graph is walked, folded and zoomed by keyboard", async () => {
  const session = await planned();
  const { page } = session;
  await showView(page, "Graph");
  const items = tree(page).getByRole("treeitem");
  await items.first().focus();
  assert.match(await titleOf(items.first()), /^RESULT/);
  const focused = () => page.evaluate(() => document.activeElement.querySelector("title")?.textContent ?? "");
  const across = (await tree(page).getAttribute("aria-orientation")) === "horizontal";
  const [next, back, inward, outward] = across
    ? ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]
    : ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"];
  await page.keyboard.press(inward);
  const firstStep = await focused();
  await page.keyboard.press(next);
  assert.notEqual(await focused(), firstStep);
  await page.keyboard.press(back);
  assert.equal(await focused(), firstStep);
  await page.keyboard.press("End");
  assert.match(await focused(), /^SORT/);
  await page.keyboard.press(outward);
  assert.match(await focused(), /^RESULT/, "from a top step to the result");

  const before = await items.count();
  await card(page, /^CORRELATED/).focus();
  await page.keyboard.press(" ");
  await card(page, /folded away/).waitFor();
  assert.match(await card(page, /folded away/).textContent(), /\+1 below/);
  assert.equal(await items.count(), before - 1);
  assert.equal(await card(page, /^CORRELATED/).getAttribute("aria-expanded"), "false");
  await page.keyboard.press(inward);
  await card(page, /o2/).waitFor();
  assert.equal(await items.count(), before);

  const { scale } = await camera(page);
  await page.keyboard.press("+");
  assert.ok((await camera(page)).scale > scale);
  await page.keyboard.press("0");
  assert.ok((await camera(page)).scale <= 1);

  // From the step to its text, and from the text back to it.
  await card(page, /^SORT/).focus();
  await page.keyboard.press("Enter");
  const at = await page.locator(".cm-content").evaluate((content) => ({
    focused: document.activeElement === content,
    head: content.cmTile.root.view.state.selection.main.head,
  }));
  assert.deepEqual(at, { focused: true, head: QUERY.indexOf("ORDER BY") });
  for (let steps = 0; steps < 3; steps++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Home");
  for (let steps = 0; steps < 25; steps++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Alt+Enter");
  await page.waitForFunction(() => /o2/.test(document.activeElement.querySelector("title")?.textContent ?? ""));
  await close(session);
});

test("pointing at a step marks its text, pointing at text its step", async () => {
  const session = await planned();
  const { page } = session;
  await showView(page, "Graph");
  await page.getByRole("button", { name: "Fit" }).click();
  await card(page, /^CORRELATED/).hover();
  await page.waitForFunction(() => document.querySelector(".cm-line .piece-subquery"));
  await page.mouse.move(2, 2);

  const piece = page.locator(".cm-line").filter({ hasText: "WHERE o.status" });
  const { x, y } = await piece.boundingBox();
  await page.mouse.move(x + 90, y + 8);
  await page.waitForFunction(() => document.querySelectorAll(".graph-card.pointed").length === 1);
  const name = await titleOf(page.locator(".graph-card.pointed"));
  assert.match(name, /\bo\b/, "the condition is checked where orders are read");
  await page.mouse.click(x + 90, y + 8);
  assert.equal(await titleOf(page.locator(".graph-card.selected")), name);
  assert.ok((await marked(page)).includes("o.status = 'open'"));

  // The pieces in the details lead to the text.
  await page.getByRole("complementary").getByRole("button", { name: /o\.status/ }).click();
  const head = await page
    .locator(".cm-content")
    .evaluate((content) => content.cmTile.root.view.state.selection.main.head);
  assert.equal(head, (await editorText(page)).indexOf("o.status = 'open'"));
  await close(session);
});

test("a run gives figures, sorting, heat and marks that are the same in every view", async () => {
  const session = await planned();
  const { page } = session;
  await run(page);
  const rows = page.locator(".plan-tree tbody tr");
  const own = await rows.allInnerTexts();
  const numbers = async (label) =>
    (await page.locator(`tbody [data-label="${label}"]`).allInnerTexts()).map((text) =>
      Number(text.split("\n")[0].replace(/[,–]/g, "") || -1),
    );
  await page.getByRole("button", { name: "VM steps" }).last().click();
  const most = await numbers("VM steps");
  assert.deepEqual(
    most,
    [...most].sort((a, b) => b - a),
  );
  assert.equal(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
  await page.getByRole("columnheader", { name: "VM steps" }).getByRole("button").click();
  assert.deepEqual(await numbers("VM steps"), most.toReversed());
  await page.getByRole("columnheader", { name: "VM steps" }).getByRole("button").click();
  assert.deepEqual(await rows.allInnerTexts(), own, "the plan's own order is back");

  await page.getByLabel("Heat").check();
  const hot = async () =>
    page.locator(".cm-line .heat").evaluateAll((list) => list.map((one) => [one.textContent, one.title]));
  const bySteps = await hot();
  assert.ok(bySteps.every(([, title]) => title.endsWith("(VM steps)")));
  const share = Number(
    /([\d.]+) %/.exec(bySteps.find(([text]) => text === "customers c" || text === "orders o")[1])[1],
  );
  const inTable = await page.locator(".figure-share").allInnerTexts();
  assert.ok(
    inTable.some((text) => Number.parseFloat(text) === share),
    `${share} % is one of ${inTable}`,
  );
  await page.getByRole("group", { name: "Compare steps by" }).getByRole("button", { name: "Visited" }).click();
  await page.locator(".cm-line .heat[title$='(Visited)']").first().waitFor();

  await showView(page, "Graph");
  await tree(page).getByRole("treeitem", { name: /rows visited/ }).first().waitFor();
  assert.match(await tree(page).innerHTML(), /×[\d,]+ too (high|low)/);
  await close(session);
});

test("small steps are put away, and a search finds and shows them again", async () => {
  const session = await planned();
  const { page } = session;
  await run(page);
  await showView(page, "Graph");
  const items = tree(page).getByRole("treeitem");
  await items.first().waitFor();
  const all = await items.count();
  await page.getByLabel("Small steps").selectOption({ label: "Fold steps below 10 %" });
  const more = card(page, /more steps/);
  await more.waitFor();
  assert.ok((await items.count()) < all);
  await more.focus();
  await page.keyboard.press("Enter");
  await more.waitFor({ state: "detached" });
  assert.equal(await items.count(), all);

  await page.getByRole("button", { name: "Reset folds" }).click();
  await more.waitFor();
  const field = page.getByRole("searchbox", { name: "Find a step" });
  await field.fill("temp b-tree");
  await textMatching(page.getByTestId("found"), /^1 found$/);
  await field.press("Enter");
  await textMatching(page.getByTestId("found"), /^1 of 1$/);
  await page.locator(".graph-card.selected.found").waitFor();
  assert.match(await titleOf(page.locator(".graph-card.selected")), /^SORT/);
  await field.fill("nothing like it");
  await textMatching(page.getByTestId("found"), /^none$/);
  await close(session);
});

test("a plan of 300 steps is drawn without overlaps, in view or on the map", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  // SQLite joins no more than 64 tables, and a compound query has at most 500 parts.
  const part = "SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id";
  await type(page, `${Array(98).fill(part).join("\nUNION ALL ")};`);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /UNION ALL/);
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((one) => one.duration))).observe(
      { type: "longtask" },
    );
  });
  await showView(page, "Graph");
  await tree(page).getByRole("treeitem").nth(290).waitFor({ state: "attached" });
  assert.ok((await tree(page).getByRole("treeitem").count()) > 290);
  await page.getByTestId("minimap").waitFor();
  const before = await camera(page);
  const { x, y } = await tree(page).boundingBox();
  await page.mouse.move(x + 300, y + 200);
  await page.mouse.down();
  await page.mouse.move(x + 200, y + 120, { steps: 8 });
  await page.mouse.up();
  const moved = await camera(page);
  assert.equal(moved.scale, before.scale);
  assert.deepEqual([moved.x - before.x, moved.y - before.y].map(Math.round), [-100, -80]);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction(
    (scale) =>
      document.querySelector(".graph-drawing > g").transform.baseVal.consolidate().matrix.a > scale,
    before.scale,
  );
  await page.getByRole("button", { name: "Fit" }).click();
  await page.getByTestId("minimap").waitFor({ state: "hidden" });
  assert.equal(await overlaps(page), 0);
  await page.getByRole("button", { name: "Turn" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".graph-card").length > 290);
  assert.equal(await overlaps(page), 0);
  if (process.env.SCANSEEK_TIMES) console.log("long tasks", await page.evaluate(() => window.longTasks));
  await close(session);
});

test("a link points at a step of one of its queries", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page);
  await page.locator(".strip-item").nth(3).click();
  await page.getByRole("treegrid", { name: "Plan" }).locator("tbody tr").last().click();
  const name = await page.getByRole("heading", { level: 2 }).last().innerText();
  const step = await page.locator(".plan-tree tr[aria-selected=true] .step-detail").innerText();
  await page.getByRole("button", { name: "Share" }).click();
  const url = await page.getByRole("textbox", { name: "Link that shows the chosen step" }).inputValue();
  await close(session);

  const opened = await openPage(browser, {}, new URL(url).hash);
  await textMatching(opened.page.locator(".plan-tree tr[aria-selected=true] .step-detail"), step);
  assert.equal(await opened.page.getByRole("heading", { level: 2 }).last().innerText(), name);
  await close(opened);
});

for (const look of [
  { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { colorScheme: "dark", viewport: { width: 390, height: 844 } },
]) {
  test(`axe finds nothing in the views, ${look.colorScheme}, ${look.viewport.width} px`, async () => {
    const session = await planned({ ...look, bypassCSP: true, reducedMotion: "reduce" });
    const { page } = session;
    await page.evaluate(AXE);
    await run(page);
    await page.getByLabel("Heat").check();
    for (const view of ["Graph", "Table", "Text"]) {
      await showView(page, view);
      if (view === "Graph") {
        await tree(page).waitFor();
        await page.getByText("How to read this").click();
      }
      await audit(page, view);
      await fits(page, view);
    }
    await close(session);
  });
}
