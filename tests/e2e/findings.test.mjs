/** Findings: the close look after a run, the piece in the editor, rewrites put in and taken back, setting aside. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, editorText, launch, openPage, openSample, showTab, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function run(sql, options) {
  const session = await openPage(browser, options);
  await openSample(session.page);
  await type(session.page, sql);
  await session.page.getByRole("button", { name: /^Run/ }).first().click();
  await showTab(session.page, "Plan");
  await textMatching(session.page.getByTestId("plan-state"), /^Measured/);
  return session;
}

const PAGING = "SELECT invoice_id, total_cents FROM invoices ORDER BY invoice_id LIMIT 10 OFFSET 30000";

test("a rewrite is proven, put into the editor and taken back", async () => {
  const session = await run(`SELECT 1;\n${PAGING};`);
  const { page } = session;
  const card = page.locator('.finding[data-rule="offset_paging"]');
  assert.match(
    await textMatching(card, /A rewrite with the same rows/),
    /30,000 rows are read and thrown away/,
  );
  await card.locator(".finding-title").click();
  const picked = await page.locator(".cm-content").evaluate((content) => {
    const { state } = content.cmTile.root.view;
    return state.sliceDoc(state.selection.main.from, state.selection.main.to);
  });
  assert.equal(picked, "LIMIT 10 OFFSET 30000");
  await card.getByRole("button", { name: "Put it into the editor" }).click();
  const rewritten = await editorText(page);
  assert.match(
    rewritten,
    /^SELECT 1;\nSELECT invoice_id, total_cents FROM invoices WHERE invoice_id > \d+ ORDER BY invoice_id LIMIT 10;$/,
  );
  await page.getByRole("button", { name: "Bring my text back" }).click();
  assert.equal(await editorText(page), `SELECT 1;\n${PAGING};`);
  await close(session);
});

test("what the page marked is not run alone", async () => {
  const session = await run(`${PAGING};`);
  const { page } = session;
  await page.locator('.finding[data-rule="offset_paging"] .finding-title').click();
  await page.getByRole("button", { name: /^Run/ }).first().click();
  await showTab(page, "Plan");
  await page.locator('.finding[data-rule="offset_paging"]').waitFor();
  assert.equal(await page.locator("[data-testid^=error-]").count(), 0);
  await close(session);
});

test("a finding is set aside with a reason, and comes back", async () => {
  const session = await run("SELECT name FROM customers WHERE lower(name) = 'x';");
  const { page } = session;
  const card = page.locator('.finding[data-rule="function_on_column"]');
  await textMatching(card, /is computed for each of 4,000 rows/);
  await card.getByRole("button", { name: /^Set aside/ }).click();
  await card.getByRole("button", { name: "Meant that way" }).click();
  await textMatching(page.getByTestId("findings"), /Set aside: Computed column \(meant that way\)/);
  assert.equal(await card.count(), 0);
  await page.getByRole("button", { name: "Bring back" }).click();
  await card.waitFor();
  await close(session);
});

test("what cannot be run is looked at on demand, and it is said", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page);
  await type(page, "UPDATE customers SET name = 'x' WHERE lower(name) = 'y';");
  await page.getByRole("button", { name: "Look closer" }).click();
  await textMatching(page.locator('.finding[data-rule="function_on_column"]'), /CREATE INDEX/);
  await textMatching(page.getByTestId("not-looked-at"), /It was not run/);
  await close(session);
});
