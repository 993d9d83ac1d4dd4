/** Bad input: each file and each query gets a sentence that says what is wrong, and nothing is lost. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  chooseFiles,
  close,
  editorText,
  endEngine,
  launch,
  makeFile,
  openFile,
  openPage,
  runs,
  showTab,
  textMatching,
  type,
} from "./page.mjs";

let browser;
let small;
before(async () => {
  browser = await launch();
  small = makeFile("small");
});
after(() => browser.close());

const UNREADABLE = [
  { kind: "text", code: "not_a_database" },
  { kind: "empty", code: "empty_file" },
  { kind: "truncated", code: "truncated_file" },
  { kind: "scrambled", code: "encrypted_file" },
];

for (const { kind, code } of UNREADABLE) {
  test(`a file that is ${kind} is refused as ${code}, and the open database stays`, async () => {
    const session = await openPage(browser);
    const { page } = session;
    await openFile(page, small);
    await type(page, "SELECT count(*) FROM orders;");
    await chooseFiles(page, makeFile(kind));
    await page.getByRole("button", { name: "Open it instead" }).click();
    const error = page.getByTestId("open-error");
    await error.getByTestId(`error-${code}`).waitFor();
    assert.match(await error.innerText(), /small\.db.* is still open/);
    assert.equal(await editorText(page), "SELECT count(*) FROM orders;");
    await runs(page, /500/);
    await close(session);
  });
}

test("a database in WAL mode opens without its -wal file, and says what that means", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("wal"));
  await page.getByTestId("notice-open-wal_missing").waitFor();
  assert.equal(await page.getByRole("treeitem", { name: /^late/ }).count(), 0);
  await close(session);
});

test("with its -wal file the newest rows are there", async () => {
  const session = await openPage(browser);
  const { page } = session;
  const path = makeFile("wal", "with-wal.db");
  await chooseFiles(page, path, `${path}-wal`);
  const late = page.getByRole("treeitem", { name: /^late/ });
  await late.waitFor();
  assert.match(await late.innerText(), /7/);
  await close(session);
});

test("a UTF-16 database works", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("utf16"));
  await type(page, "SELECT name FROM customers WHERE id = 1;");
  await runs(page, /Ünïcode ☃/);
  await close(session);
});

const BAD_SQL = [
  { name: "a syntax error", sql: "SELECT id\nFORM orders;", marked: /FORM|orders/, message: /syntax/i },
  { name: "an unknown table", sql: "SELECT * FROM ordrs;", marked: /ordrs/, message: /ordrs/ },
  { name: "an unknown column", sql: "SELECT totl FROM orders;", marked: /totl/, message: /totl/ },
];

for (const { name, sql, marked, message } of BAD_SQL) {
  test(`${name} is marked in the editor`, async () => {
    const session = await openPage(browser);
    const { page } = session;
    await openFile(page, small);
    await type(page, sql);
    await textMatching(page.getByTestId("editor-error"), message);
    assert.match(await page.locator(".cm-lintRange-error").first().innerText(), marked);
    await type(page, "SELECT id FROM orders;");
    await page.locator(".cm-lintRange-error").waitFor({ state: "detached" });
    await close(session);
  });
}

test("of several statements the one under the cursor runs", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, small);
  await type(page, "-- name: first\nSELECT 'one';\n-- name: second\nSELECT 'two';\nSELECT 'three';\n");
  const strip = page.getByRole("navigation", { name: "Statements" });
  await strip.getByRole("button", { name: /second/ }).click();
  assert.equal(await strip.getByRole("button").count(), 3);
  await page.keyboard.press("ControlOrMeta+Enter");
  const rows = page.getByRole("region", { name: "Result rows" });
  await textMatching(rows, /two/);
  assert.doesNotMatch(await rows.innerText(), /three/);
  await close(session);
});

test("a statement that writes is not run", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, small);
  await type(page, "DELETE FROM orders;");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByTestId("error-writes").waitFor();
  await type(page, "SELECT count(*) FROM orders;");
  await runs(page, /500/);
  await close(session);
});

// Without shared memory the worker cannot be told to stop: it is ended, and the file opened again in another.
for (const shared of [true, false]) {
  test(`an endless query can be cancelled, ${shared ? "with" : "without"} shared memory`, async () => {
    const session = await openPage(browser, {}, "", { shared });
    const { page } = session;
    await openFile(page, small);
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;";
    await type(page, endless);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("tabpanel").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Run", exact: true }).waitFor();
    await textMatching(page.getByRole("tabpanel"), /Cancelled|Stopped by you/);
    assert.equal(await editorText(page), endless);
    await type(page, "SELECT count(*) FROM orders;");
    await runs(page, /500/);
    await close(session);
  });
}

test("when the engine dies it is replaced, and text and file are still there", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, small);
  await type(page, "SELECT count(*) FROM orders;");
  await endEngine(page, "crash");
  assert.equal(await editorText(page), "SELECT count(*) FROM orders;");
  await runs(page, /500/);
  await showTab(page, "Plan");
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /orders/);
  await close(session);
});
