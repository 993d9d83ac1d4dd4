/** A second file: opened in place of the first, or attached to it under a name. */
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
  openSample,
  runs,
  showTab,
  textMatching,
  type,
} from "./page.mjs";

const JOIN = "SELECT count(*) FROM orders o JOIN shop.orders s ON s.id = o.id;";

let browser;
let small;
let shop;
before(async () => {
  browser = await launch();
  small = makeFile("small");
  shop = makeFile("shop");
});
after(() => browser.close());

const dialog = (page) => page.getByRole("dialog");
async function attach(page, path, name) {
  await chooseFiles(page, path);
  if (name !== undefined) await dialog(page).getByLabel("Attach as").fill(name);
  await dialog(page).getByRole("button", { name: "Attach", exact: true }).click();
}

test("a second file is attached, advised on, kept when the engine dies, shared, and detached", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, small);
  await type(page, JOIN);
  await attach(page, shop);
  const attached = page.getByTestId("attached-shop");
  await attached.getByRole("treeitem", { name: /^orders/ }).waitFor();
  assert.match(await attached.innerText(), /shop\.db/);
  assert.equal(await page.getByRole("tree", { name: "Tables" }).getByRole("treeitem").count(), 2);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /s/);
  await runs(page, /500/);

  // The name of an attached table goes into the editor with its database's.
  await attached.getByRole("treeitem", { name: /^orders/ }).click();
  assert.equal(await editorText(page), `${JOIN}shop.orders`);

  await type(page, "SELECT id, total FROM shop.orders WHERE customer_id = 17;");
  await showTab(page, "Suggest");
  await page.getByRole("button", { name: "Suggest indexes" }).click();
  await textMatching(page.getByTestId("advice"), /CREATE INDEX shop\.idx_orders_customer_id\w* ON orders\(customer_id\b/);

  for (const event of ["crash", "kill"]) {
    await endEngine(page, event);
    await page.getByTestId("notice-engine").getByRole("button", { name: "Dismiss" }).click();
    await type(page, JOIN);
    await runs(page, /500/);
  }

  await page.getByRole("button", { name: "Share" }).click();
  const link = await dialog(page).getByLabel("Link", { exact: true }).inputValue();
  assert.match(await dialog(page).innerText(), /shop\.db as shop/);
  await page.keyboard.press("Escape");

  await attached.getByRole("button", { name: "Detach shop" }).click();
  await attached.waitFor({ state: "detached" });
  await textMatching(page.getByTestId("editor-error"), /no such table: shop\.orders/i);
  await close(session);

  const other = await openPage(browser, {}, link.slice(link.indexOf("#")));
  await textMatching(other.page.getByTestId("link-file"), /small\.db/);
  await chooseFiles(other.page, small);
  await textMatching(other.page.getByTestId("link-file"), /shop\.db.*attached as shop/);
  await chooseFiles(other.page, shop);
  await textMatching(other.page.getByTestId("link-check"), /Reproduced/);
  await close(other);
});

test("a name that cannot be taken is said, and the file can be opened instead", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, small);
  await attach(page, small, "main");
  await textMatching(dialog(page).getByTestId("error-not_attached"), /SQLite's own names/);
  await dialog(page).getByLabel("Attach as").fill("a \"b");
  await dialog(page).getByRole("button", { name: "Attach", exact: true }).click();
  await page.getByTestId('attached-a "b').waitFor();
  // Two at once: of each it is asked.
  await chooseFiles(page, small, makeFile("utf16"));
  await textMatching(dialog(page), /small\.db.*is open/s);
  assert.equal(await dialog(page).getByLabel("Attach as").inputValue(), "small");
  await dialog(page).getByRole("button", { name: "Attach", exact: true }).click();
  await page.getByTestId("attached-small").waitFor();
  await dialog(page).getByRole("button", { name: "Attach", exact: true }).click();
  await textMatching(dialog(page).getByTestId("error-not_attached"), /UTF-16/);
  await dialog(page).getByRole("button", { name: "Open it instead" }).click();
  await page.getByRole("heading", { name: "utf16.db" }).waitFor();
  assert.equal(await page.getByTestId("attached-small").count(), 0);
  await close(session);
});

test("a sample brings its databases, one that is detached stays away, and a link needs no file", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page, "jobs");
  const customers = page.getByTestId("attached-customers");
  await customers.getByRole("treeitem", { name: /^contacts/ }).waitFor();
  await type(page, "SELECT count(*) FROM runs r JOIN customers.customers c ON c.id = r.customer_id;");
  await runs(page, /12,?000/);

  const audit = page.getByTestId("attached-audit");
  await audit.getByRole("button", { name: "Detach audit" }).click();
  await audit.waitFor({ state: "detached" });
  await page.evaluate(() => window.dispatchEvent(new CustomEvent("scanseek:crash-for-test")));
  await textMatching(page.getByTestId("notice-engine"), /Your text and your file are still here/);
  await runs(page, /12,?000/);
  await type(page, "SELECT count(*) FROM audit.audit_log;");
  await textMatching(page.getByTestId("editor-error"), /no such table: audit\.audit_log/i);

  await type(page, "SELECT count(*) FROM runs r JOIN customers.customers c ON c.id = r.customer_id;");
  await page.getByRole("button", { name: "Share" }).click();
  const link = await dialog(page).getByLabel("Link", { exact: true }).inputValue();
  await close(session);

  const other = await openPage(browser, {}, link.slice(link.indexOf("#")));
  await textMatching(other.page.getByTestId("link-check"), /Reproduced/);
  await close(other);
});
