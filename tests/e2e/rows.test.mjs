/** Rows as they come, the others by pages, single values in full, and the grid's keys. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { chooseFiles, close, launch, makeFile, openFile, openPage, showTab, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const grid = (page) => page.getByRole("grid", { name: "Rows" });
const cells = (page) => grid(page).getByRole("gridcell");
const range = (page, pattern) => textMatching(page.getByTestId("pager-range"), pattern);

async function session(sql, options = {}, { shared = true } = {}) {
  const opened = await openPage(browser, options, "", { shared });
  await openFile(opened.page, makeFile("small"));
  await type(opened.page, sql);
  await opened.page.getByRole("button", { name: "Run", exact: true }).click();
  return opened;
}

const ended = (page) => page.locator('[data-testid="rows-count"].measured').waitFor();

/** The place of the active cell, as row/column from 1, and its text. */
function active(page) {
  return grid(page).evaluate((element) => {
    const cell = document.getElementById(element.getAttribute("aria-activedescendant"));
    const row = Number(cell.parentElement.getAttribute("aria-rowindex")) - 1;
    return `${row}/${Number(cell.getAttribute("aria-colindex")) - 1}: ${cell.querySelector(".sheet-text").textContent}`;
  });
}

const numbers = (last) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`;

// Three rows at once; each of the others would take longer than the test waits.
const SLOW = `SELECT o.id FROM orders o WHERE o.id <= 3 OR
  (SELECT count(*) FROM orders a, orders b, orders c, orders d WHERE a.total + b.total + c.total = d.id) < 0;`;

for (const shared of [true, false]) {
  test(`rows are there before the end, and stay after Cancel (memory shared: ${shared})`, async () => {
    const opened = await session(SLOW, {}, { shared });
    const { page } = opened;
    await cells(page).nth(2).waitFor();
    const cancel = page.getByRole("tabpanel").getByRole("button", { name: "Cancel" });
    assert.ok(await cancel.isVisible(), "it still runs");
    await textMatching(page.getByTestId("rows-count"), /^3 rows so far$/);
    await cancel.click();
    await page.getByText(shared ? "Stopped by you." : "Cancelled.", { exact: false }).first().waitFor();
    assert.deepEqual(await cells(page).allInnerTexts(), ["1", "2", "3"]);
    assert.equal(await grid(page).getAttribute("aria-rowcount"), "-1", "how many there are is not known");

    // The connection goes on, and the rows of another run take their place.
    await type(page, "SELECT 'another' AS a;");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await textMatching(cells(page), /^another$/);
    assert.deepEqual(await cells(page).allInnerTexts(), ["another"]);
    await close(opened);
  });
}

test("other rows are read by pages, and no more than fit stay in memory", async () => {
  const opened = await session(`${numbers(25_500)} SELECT i, i * 2 AS twice FROM n;`);
  const { page } = opened;
  await range(page, /^Rows 1–1,000 of 25,500$/);
  await textMatching(page.getByTestId("rows-count"), /^25,500 rows$/);
  assert.equal(await grid(page).getAttribute("aria-rowcount"), "25501");
  const next = page.getByRole("button", { name: /^Next/ });
  const previous = page.getByRole("button", { name: /^Previous/ });
  assert.ok(await previous.isDisabled());

  for (let last = 2; last <= 11; last++) {
    await next.click();
    await range(page, new RegExp(`^Rows ${last === 11 ? "1,001" : "1"}–${last},000 of 25,500$`));
  }
  await grid(page).focus();
  await page.keyboard.press("ControlOrMeta+Home");
  assert.equal(await active(page), "1001/1: 1001");
  await page.keyboard.press("ControlOrMeta+End");
  assert.equal(await active(page), "11000/2: 22000");
  await previous.click();
  await range(page, /^Rows 1–10,000 of 25,500$/);

  await page.getByLabel("From row").fill("25,001");
  await page.getByRole("button", { name: "Read", exact: true }).click();
  await range(page, /^Rows 25,001–25,500 of 25,500$/);
  assert.ok(await next.isDisabled());
  assert.deepEqual((await cells(page).allInnerTexts()).slice(0, 2), ["25001", "50002"]);
  await previous.click();
  await range(page, /^Rows 24,001–25,500 of 25,500$/);
  await grid(page).focus();
  await page.keyboard.press("ControlOrMeta+Home");
  assert.equal(await active(page), "24001/1: 24001");
  await close(opened);
});

test("only what is visible is in the page", async () => {
  const columns = Array.from({ length: 50 }, (_, at) => `i + ${at} AS column_${at}`).join(", ");
  const opened = await session(`${numbers(10_000)} SELECT ${columns} FROM n;`);
  const { page } = opened;
  for (let last = 1; last < 10; last++) {
    await range(page, new RegExp(`^Rows 1–${last},000 of 10,000$`));
    await page.getByRole("button", { name: /^Next/ }).click();
  }
  await page.getByTestId("pager").waitFor({ state: "detached" });
  const drawn = async () => (await cells(page).count()) + (await grid(page).getByRole("row").count());
  assert.ok((await drawn()) < 1000, `${await drawn()} cells and rows`);
  await grid(page).evaluate((element) => element.scrollTo(3000, 140_000));
  await textMatching(grid(page), /5005/);
  assert.ok((await drawn()) < 1000, `${await drawn()} cells and rows`);
  assert.match(await grid(page).getByRole("row").nth(0).innerText(), /column_3\d/);
  assert.equal(await grid(page).getAttribute("aria-colcount"), "51");
  await close(opened);
});

const VALUES = `SELECT 9007199254740993 AS big, 0.1 + 0.2 AS real, NULL AS none, '' AS empty,
  CAST(x'61ff0062c3' AS TEXT) AS broken, printf('%.*c', 5000, 'x') || 'end' AS long,
  '{"id":9007199254740993,"list":[1,2]}' AS json,
  x'89504e470d0a1a0a' AS picture, zeroblob(70000000) AS huge, zeroblob(3000) AS zeros;`;

test("a cell opens to its whole value", async () => {
  const opened = await session(VALUES);
  const { page } = opened;
  await ended(page);
  const dialog = page.getByRole("dialog");
  const open = async (column) => {
    await grid(page).focus();
    await page.keyboard.press("Home");
    for (let at = 1; at < column; at++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await dialog.waitFor();
  };
  const shut = async () => {
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  };
  const value = dialog.getByTestId("cell-value");
  const facts = dialog.getByTestId("cell-facts");

  await open(1);
  await textMatching(value, /^9007199254740993$/);
  await textMatching(dialog, /beyond 2⁵³/);
  await shut();
  await open(2);
  await textMatching(value, /^0\.30000000000000004$/);
  await shut();
  await open(3);
  await textMatching(dialog, /NULL: there is no value/);
  await shut();
  await open(4);
  await textMatching(dialog, /The text is empty; it is not NULL/);
  await shut();

  await open(5);
  await textMatching(facts, /^5 characters, 5 bytes$/);
  assert.deepEqual(await dialog.locator("mark.invalid").allInnerTexts(), ["FF", "C3"]);
  assert.deepEqual(await dialog.locator("mark.control").allInnerTexts(), ["00"]);
  await shut();

  await open(6);
  await textMatching(facts, /^5,003 characters, 5,003 bytes$/);
  assert.equal(await value.innerText(), `${"x".repeat(5000)}end`);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: "Save as long-1.txt" }).click(),
  ]);
  assert.equal(readFileSync(await download.path(), "utf8"), `${"x".repeat(5000)}end`);
  await shut();

  await open(7);
  await textMatching(facts, /JSON$/);
  assert.equal(await value.innerText(), '{\n  "id": 9007199254740993,\n  "list": [\n    1,\n    2\n  ]\n}');
  await dialog.getByRole("button", { name: "As it is" }).click();
  await textMatching(value, /^\{"id":9007199254740993,"list":\[1,2\]\}$/);
  await shut();

  await open(8);
  await textMatching(facts, /^Blob of 8 bytes, by its first bytes: PNG image$/);
  assert.equal(await value.innerText(), `0000  89 50 4e 47 0d 0a 1a 0a${" ".repeat(24)}  ·PNG····`);
  await shut();
  await open(9);
  await textMatching(dialog.getByTestId("error-sql_error"), /70 MB.*at most 67 MB/);
  await shut();
  await open(10);
  await textMatching(facts, /^Blob of 3,000 bytes \(3 kB\)$/);
  await shut();

  // With the mouse: what stands behind a value that is cut, or two clicks.
  await grid(page).getByText("3 kB").click();
  await textMatching(facts, /^Blob of 3,000 bytes/);
  await shut();
  assert.ok(await grid(page).evaluate((element) => element === document.activeElement), "the focus is back");
  await close(opened);
});

test("the grid is used by keyboard, and copied and saved", async () => {
  const sql = `${numbers(700)} SELECT i, 'text ' || i AS name, iif(i % 2, NULL, '') AS sometimes, i || char(9) || 'x"y' AS quoted,
    printf('%.*c', 1500, 'z') AS long, i AS i FROM n;`;
  const opened = await session(sql, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = opened;
  await ended(page);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
    return active(page);
  };
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await grid(page).focus();
  assert.equal(await press(), "1/1: 1");
  assert.equal(await press("ArrowDown", "ArrowDown", "ArrowRight"), "3/2: text 3");
  assert.equal(await press("ArrowUp", "ArrowLeft", "ArrowLeft"), "2/1: 2");
  assert.equal(await press("End"), "2/6: 2");
  assert.equal(await press("Home"), "2/1: 2");
  assert.equal(await press("ControlOrMeta+End"), "700/6: 700");
  assert.equal(await press("ArrowDown", "ArrowRight"), "700/6: 700", "there is nothing behind the last");
  const back = Number((await press("PageUp")).split("/")[0]);
  assert.ok(back < 700 && back > 600, `a page up is at row ${back}`);
  assert.equal(await press("ControlOrMeta+Home"), "1/1: 1");

  await press("ArrowRight", "ControlOrMeta+c");
  await textMatching(page.getByTestId("said"), /^1 value copied\.$/);
  assert.equal(await clipboard(), "text 1");
  await press("Shift+ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight");
  assert.equal(await grid(page).locator('[aria-selected="true"]').count(), 6);
  await press("ControlOrMeta+c");
  await textMatching(page.getByTestId("said"), /^6 values copied\.$/);
  assert.equal(await clipboard(), 'text 1\t\t"1\tx""y"\ntext 2\t""\t"2\tx""y"\n');
  assert.equal(await press("Escape"), "2/4: 2⇥x\"y");
  assert.equal(await grid(page).locator('[aria-selected="true"]').count(), 1);

  await press("Home");
  const width = () => cells(page).first().evaluate((cell) => cell.getBoundingClientRect().width);
  const narrow = await width();
  await press("+");
  assert.ok((await width()) > narrow);
  await press("-");
  assert.equal(await width(), narrow);

  const save = async (choice) => {
    await page.getByRole("button", { name: "Copy or save" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: choice }).click(),
    ]);
    return readFileSync(await download.path(), "utf8");
  };
  const long = "z".repeat(1500);
  const csv = (await save("Save as CSV")).split("\r\n");
  assert.equal(csv.length, 702);
  assert.deepEqual(csv.slice(0, 3), [
    "i,name,sometimes,quoted,long,i",
    `1,text 1,,"1\tx""y",${long},1`,
    `2,text 2,"","2\tx""y",${long},2`,
  ]);
  const json = JSON.parse(await save("Save as JSON"));
  assert.equal(json.length, 700);
  assert.deepEqual(json[699], {
    i: 700,
    name: "text 700",
    sometimes: "",
    quoted: '700\tx"y',
    long,
    "i (2)": 700,
  });
  await close(opened);
});

test("what depends on the time of day is said, and the grid is left when another file is opened", async () => {
  const opened = await session(`${numbers(1500)} SELECT i, datetime('now') AS at FROM n;`);
  const { page } = opened;
  await ended(page);
  await textMatching(page.getByRole("tabpanel"), /asks for the date or the time of day/);
  await chooseFiles(page, makeFile("shop"));
  await page.getByRole("button", { name: "Open it instead" }).click();
  await textMatching(page.locator(".side"), /60,000/);
  await showTab(page, "Rows");
  await textMatching(page.getByRole("tabpanel"), /Run a query to see its rows/);
  await close(opened);
});
