/** The pages of the file: the map, what a query asks for before and after an index, levels, order, lists. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chooseFiles, close, launch, makeFile, openFile, openPage, showTab, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const QUERY = "SELECT sum(total) FROM orders WHERE customer_id = 77;";
const INDEX = "CREATE INDEX orders_of_customer ON orders(customer_id)";

const number = (text) => Number(text.replaceAll(",", ""));

/** The table's columns as numbers, by the name of the tree; `All` is the last row. */
async function trees(page) {
  const rows = await page
    .getByRole("table", { name: /^B-trees/ })
    .locator("tbody tr, tfoot tr")
    .evaluateAll((all) =>
      all.map((row) => [
        row.querySelector("button, .xray-of > span:last-child, th").innerText.split("\n")[0],
        ...[...row.querySelectorAll("td")].map((cell) => cell.innerText.split("\n")[0]),
      ]),
    );
  return Object.fromEntries(rows.map(([name, ...cells]) => [name, cells.map(number)]));
}

/** Rows of trees add up to the last one in every column. */
function addUp(table) {
  const { All, ...rows } = table;
  All.forEach((total, column) => {
    const sum = Object.values(rows).reduce((sum, row) => sum + (row[column] || 0), 0);
    assert.equal(sum, total, `column ${column} of ${JSON.stringify(table)}`);
  });
}

async function addIndex(page) {
  await showTab(page, "Suggest");
  await page.getByLabel("CREATE INDEX statement").fill(INDEX);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText(INDEX).first().waitFor();
}

async function record(page) {
  await showTab(page, "Pages");
  await page.getByRole("button", { name: /^Run (and|without)/ }).click();
  await textMatching(page.getByTestId("xray-state"), /^Recorded$/);
}

test("the file is mapped without running, and what a query asks for adds up to its counters", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("shop"));
  await type(page, QUERY);
  await showTab(page, "Pages");
  await page.getByRole("application", { name: /^Map of pages/ }).waitFor();
  assert.match(await page.getByTestId("xray-state").innerText(), /Not executed/);
  const alone = await trees(page);
  addUp(alone);
  assert.equal(alone.orders.length, 1, "pages alone");

  await record(page);
  const scanned = await trees(page);
  addUp(scanned);
  const [pages, touched, requests, reads] = scanned.orders;
  assert.deepEqual([touched, requests, reads], [pages, pages, pages], "each page of the table once");
  assert.equal(scanned.customers[1], 0);

  // The Rows tab counts the same, and a run there is recorded without being asked for.
  await type(page, QUERY.replace("77", "78"));
  await textMatching(page.getByTestId("xray-state"), /^Not executed/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("region", { name: "Result rows" }).waitFor();
  const counters = await textMatching(page.getByRole("tabpanel"), /VM steps/);
  await showTab(page, "Pages");
  await textMatching(page.getByTestId("xray-state"), /^Recorded$/);
  const { All } = await trees(page);
  for (const total of [All[2], All[3]]) assert.ok(counters.includes(total.toLocaleString("en")), counters);
  await close(session);
});

test("before and after an index, the path of a search, and the lists", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("shop"));
  await type(page, QUERY);
  await addIndex(page);
  await record(page);
  const now = await trees(page);
  addUp(now);
  const [, touched, requests] = now.orders_of_customer;
  assert.ok(touched >= 2 && requests === touched, "from the root of the index to a leaf, once");
  await page.getByRole("button", { name: "Before", exact: true }).click();
  const was = await trees(page);
  addUp(was);
  assert.equal(was.orders_of_customer, undefined);
  assert.ok(was.All[2] > 5 * now.All[2], `${was.All} ${now.All}`);
  const change = await page.getByTestId("xray-change").innerText();
  for (const total of [was.All[2], now.All[2], was.All[3], now.All[3]]) {
    assert.ok(change.includes(total.toLocaleString("en")), change);
  }
  await page.getByRole("button", { name: "Both", exact: true }).click();
  assert.equal(await page.getByRole("application").count(), 2);
  await page.getByRole("button", { name: "After", exact: true }).click();

  // In order: the first page, then the index from its root down.
  const step = page.getByTestId("xray-step");
  const on = page.getByRole("button", { name: "One request on" });
  await on.click();
  assert.match(await step.innerText(), /^Step 1 of \d+: page 1, root of sqlite_schema, read from the file/);
  await on.click();
  assert.match(await step.innerText(), /root of orders_of_customer on orders, read/);
  for (let level = 1; level < touched; level++) await on.click();
  assert.match(await step.innerText(), /leaf of orders_of_customer on orders, read/);
  const slider = page.getByRole("slider", { name: "Requests shown" });
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  assert.match(await slider.getAttribute("aria-valuetext"), new RegExp(`^Step ${touched} of`));
  await page.getByRole("button", { name: "All", exact: true }).click();
  assert.match(await step.innerText(), new RegExp(`^All ${now.All[2]} requests`));

  // The levels of the index, down the path of the query by keyboard.
  await page.getByRole("button", { name: "orders_of_customer", exact: true }).click();
  const levels = page.getByRole("application", { name: /^Levels of orders_of_customer/ });
  await levels.focus();
  const line = page.locator(".xray-line");
  await page.keyboard.press("ArrowDown");
  await textMatching(line, /root of orders_of_customer.*level 1 of .*asked for once · read once/);
  for (let level = 1; level < touched; level++) await page.keyboard.press("ArrowDown");
  await textMatching(line, /leaf of orders_of_customer.*asked for once · read once/);
  await page.keyboard.press("ArrowUp");
  await textMatching(line, /(root|inner page) of orders_of_customer/);
  await page.keyboard.press("Escape");

  // On the map: arrows move, Enter opens the levels of the page's tree.
  const map = page.getByRole("application", { name: /^Map of pages/ });
  await map.focus();
  await page.keyboard.press("Home");
  await textMatching(line, /^Page 1: root of sqlite_schema/);
  await page.keyboard.press("ArrowRight");
  await textMatching(line, /^Page 2: root of customers/);
  await page.keyboard.press("+");
  await page.keyboard.press("Enter");
  await page.getByRole("application", { name: /^Levels of customers/ }).waitFor();
  await page.getByRole("button", { name: "Map", exact: true }).click();

  // Of many touched pages only those in sight are rows.
  await page.getByRole("button", { name: "Before", exact: true }).click();
  await page.getByRole("button", { name: /^Touched pages/ }).click();
  const list = page.getByRole("region", { name: /^Touched pages/ });
  const listed = async () => list.locator("tbody tr").count();
  assert.equal(await list.getByRole("table").getAttribute("aria-rowcount"), String(was.All[1] + 1));
  assert.ok((await listed()) < Math.min(60, was.All[1]), "rows out of sight are not drawn");
  await list.getByRole("button", { name: "Page", exact: true }).click();
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await list.getByRole("row").last().getByRole("button").click();
  await textMatching(line, /^Page [\d,]+: leaf of orders/);
  await close(session);
});

test("a statement that is not run leaves the map, and another file another map", async () => {
  const session = await openPage(browser, { reducedMotion: "reduce" });
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(page, "DELETE FROM orders;");
  await showTab(page, "Pages");
  await page.getByRole("application", { name: /^Map of pages/ }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Run and record/ }).count(), 0);
  const small = await trees(page);
  await type(page, QUERY);
  await record(page);
  assert.equal(await page.getByRole("button", { name: "Play" }).count(), 0, "motion is not wanted");
  await chooseFiles(page, makeFile("shop"));
  await page.getByRole("button", { name: "Open it instead" }).click();
  await textMatching(page.locator(".side"), /shop\.db/);
  await showTab(page, "Pages");
  await page.getByRole("application", { name: /^Map of pages/ }).waitFor();
  assert.ok((await trees(page)).All[0] > small.All[0]);
  await close(session);
});
