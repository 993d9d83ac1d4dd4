/** The pattern gallery, and a plan that was pasted. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, editorText, launch, openPage, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("a pattern is found by its words, chosen, and says what there is to see", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await page.getByTestId("sample-patterns").click();
  const gallery = page.getByTestId("gallery");
  await gallery.getByRole("status").filter({ hasText: "patterns" }).waitFor();
  await gallery.getByLabel("Find").fill("skip-scan");
  await gallery.getByRole("status").filter({ hasText: /^1 pattern$/ }).waitFor();
  await gallery.getByRole("button", { name: /^Skip-scan/ }).press("Enter");
  await gallery.waitFor({ state: "hidden" });
  const plan = page.getByRole("treegrid", { name: "Plan" });
  await textMatching(plan, /ANY\(level\) AND joined_on>\?/);
  await textMatching(page.getByTestId("to-see"), /searches once for each of them/);
  assert.match(await editorText(page), /^-- name: Skip-scan\n-- see: .*\nSELECT/);

  await page.getByRole("button", { name: "Patterns" }).click();
  await gallery.getByRole("button", { name: /^MIN or MAX|^min or max/ }).click();
  await textMatching(plan, /members_name/);

  await type(page, "SELECT name FROM authors;");
  await page.getByTestId("to-see").waitFor({ state: "detached" });
  await close(session);
});

test("a pasted plan is explained without a database, and anything else refused in words", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await page.getByTestId("sample-store").waitFor();
  await page.getByRole("button", { name: "Paste a plan" }).click();
  const text = page.getByLabel("What EXPLAIN QUERY PLAN printed");
  await text.fill("id|parent|notused|detail\n3|0|0|SCAN t\n9|0|0|USE TEMP B-TREE FOR ORDER BY");
  const pasted = page.getByTestId("pasted-plan");
  await textMatching(pasted, /Pasted, not run here[\s\S]*Reads every row of t\.[\s\S]*Findings/);
  await pasted.getByRole("button", { name: "Text" }).click();
  await textMatching(pasted, /QUERY PLAN\n\|--SCAN t\n`--USE TEMP B-TREE FOR ORDER BY/);
  await pasted.getByRole("button", { name: "Show step" }).first().click();
  await pasted.getByRole("button", { pressed: true }).filter({ hasText: "SORT" }).waitFor();

  await text.fill("SELECT * FROM t;");
  await textMatching(page.getByTestId("error-bad_plan"), /This is a statement\./);
  assert.equal(await pasted.count(), 0);
  await page.keyboard.press("Escape");
  await text.waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "Samples" }).click();
  await page.getByRole("region", { name: "Samples" }).getByRole("button", { name: "Paste a plan" }).click();
  await text.waitFor();
  await close(session);
});
