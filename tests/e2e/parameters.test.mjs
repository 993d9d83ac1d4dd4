/** Parameters: a field each, whose value is written into the comments before the statement. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, editorText, launch, makeFile, openFile, openPage, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function opened(sql) {
  const session = await openPage(browser);
  await openFile(session.page, makeFile("small"));
  await type(session.page, sql);
  await session.page.getByTestId("parameters").waitFor();
  return session;
}

const run = (page) => page.getByRole("button", { name: "Run", exact: true }).click();

test("values are typed, written as comments, and used by plan and run", async () => {
  const session = await opened(
    "SELECT 1;\n\n-- name: of a customer\nSELECT count(*) FROM orders WHERE customer_id = :customer AND status = @status;",
  );
  const { page } = session;
  const customer = page.getByLabel(":customer");
  assert.match(await page.getByTestId("parameters").innerText(), /:customer integer\s+@status text/);

  await run(page);
  await textMatching(page.getByTestId("parameters"), /:customer\s+needs a value/);
  assert.equal(await customer.getAttribute("aria-invalid"), "true");
  assert.ok(await customer.evaluate((field) => field === document.activeElement), "it has the focus");

  await customer.pressSequentially("1417");
  await page.getByLabel("@status").pressSequentially("'opened, then shut; then opened again'");
  await page.getByLabel("@status").press("Tab");
  assert.equal(
    await editorText(page),
    "SELECT 1;\n\n-- name: of a customer\n-- param: :customer = 1417\n-- param: @status = 'opened, then shut; then opened again'\n" +
      "SELECT count(*) FROM orders WHERE customer_id = :customer AND status = @status;",
  );
  await run(page);
  await page.getByRole("region", { name: "Result rows" }).waitFor();

  await customer.fill("");
  assert.match(
    await editorText(page),
    /-- name: of a customer\n-- param: @status = 'opened, then shut; then opened again'\nSELECT/,
  );
  assert.ok(await customer.evaluate((field) => field === document.activeElement), "the focus stays");
  await close(session);
});

test("comments typed into the editor appear in the fields", async () => {
  const session = await opened(
    "-- param: :least = 1.5\nSELECT * FROM orders WHERE total > :least AND id < $most;",
  );
  const { page } = session;
  assert.equal(await page.getByLabel(":least").inputValue(), "1.5");
  assert.equal(await page.getByLabel("$most").inputValue(), "");
  for (const [written, kind] of [
    ["null", "NULL"],
    ["x'00ff'", "blob"],
    ["-2", "integer"],
    ["'7'", "text"],
  ]) {
    await page.getByLabel(":least").fill(written);
    await textMatching(page.getByTestId("parameters"), new RegExp(`:least ${kind}`));
    assert.ok((await editorText(page)).startsWith(`-- param: :least = ${written}\nSELECT`));
  }
  await close(session);
});

test("the comment lands where it counts: behind other statements, comments and EXPLAIN", async () => {
  for (const [before, after] of [
    ["SELECT 1; SELECT :x", "SELECT 1; \n-- param: :x = 5\nSELECT :x"],
    [
      "SELECT 1 -- a; b\n; /* c; d */ SELECT :x",
      "SELECT 1 -- a; b\n; /* c; d */ \n-- param: :x = 5\nSELECT :x",
    ],
    [
      "SELECT 1;\n  EXPLAIN QUERY PLAN\n  SELECT :x",
      "SELECT 1;\n  -- param: :x = 5\n  EXPLAIN QUERY PLAN\n  SELECT :x",
    ],
    ["SELECT ';' ;\n\nSELECT ?1", "SELECT ';' ;\n\n-- param: ?1 = 5\nSELECT ?1"],
    [
      "SELECT 1 -- param: :x = 1\n;\n/* param: :x = 2 */\n-- PARAM : x=3\nSELECT :x",
      "SELECT 1 -- param: :x = 1\n;\n/* param: :x = 2 */\n-- PARAM : x=5\nSELECT :x",
    ],
    ["-- ☃ über\nSELECT '☃', :x", "-- ☃ über\n-- param: :x = 5\nSELECT '☃', :x"],
  ]) {
    const session = await opened(before);
    const { page } = session;
    await page.getByTestId("parameters").getByRole("textbox").fill("5");
    assert.equal(await editorText(page), after);
    await run(page);
    await page.getByRole("region", { name: "Result rows" }).waitFor();
    assert.match(await page.getByRole("region", { name: "Result rows" }).innerText(), /\b5\b/, before);
    await close(session);
  }
});
