/**
 * The plan while typing. The page is kept from noticing that typing rests, so that what is shown can only come from
 * the plan that is asked for with each keystroke.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, editorText, launch, makeFile, openFile, openPage, textMatching, type } from "./page.mjs";

const FIRST = "SELECT id FROM orders";
const OTHERS = ";\nSELECT nosuch FROM orders;\nSELECT name FROM customers WHERE id = 3;";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** As TYPING_PAUSE_MS in the page. */
const PAUSE_MS = 150;

/** A page whose typing never rests while `hold` is true. */
async function held() {
  const session = await openPage(browser);
  const { page } = session;
  await page.evaluate((pause) => {
    const start = window.setTimeout;
    window.hold = false;
    window.held = 0;
    window.setTimeout = (run, ms, ...rest) => {
      if (!window.hold || ms !== pause) return start(run, ms, ...rest);
      window.held++;
      return 0;
    };
  }, PAUSE_MS);
  await openFile(page, makeFile("small"));
  await type(page, FIRST + OTHERS);
  await textMatching(page.getByTestId("editor-error"), /nosuch/);
  await page.locator(".cm-content").evaluate((content, anchor) => {
    content.cmTile.root.view.dispatch({ selection: { anchor } });
  }, FIRST.length);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SCAN orders/);
  return session;
}

const hold = (page, on) =>
  page.evaluate((on) => {
    window.hold = on;
  }, on);

test("the plan follows each letter, and of the other statements all is kept", async () => {
  const session = await held();
  const { page } = session;
  const strip = page.getByRole("navigation", { name: "Statements" }).getByRole("button");
  const before = await strip.allInnerTexts();
  await hold(page, true);
  await page.keyboard.type(" WHERE id = 77");
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SEARCH orders/);
  assert.ok((await page.evaluate(() => window.held)) >= 14, "each letter began to wait for a rest");
  const now = await strip.allInnerTexts();
  assert.match(now[0], /looks up rows/);
  assert.deepEqual(now.slice(1), before.slice(1));
  assert.match(before[1], /error/);
  assert.equal(await page.locator(".cm-lintRange-error").innerText(), "nosuch", "its mark moved with it");

  // In the middle of a word nothing can be planned: the last plan stays, and nothing is called an error yet.
  await page.keyboard.type(" AND tot");
  await page.waitForFunction(
    (text) => document.querySelector(".cm-content").cmTile.root.view.state.doc.toString().startsWith(text),
    `${FIRST} WHERE id = 77 AND tot`,
  );
  assert.match(await page.getByRole("treegrid", { name: "Plan" }).innerText(), /SEARCH orders/);
  assert.equal(await page.locator(".cm-lintRange-error").innerText(), "nosuch");
  await hold(page, false);
  await page.keyboard.type("a");
  await textMatching(page.getByTestId("editor-error"), /tota/);
  assert.equal(await page.locator(".cm-lintRange-error").count(), 2);

  // The word is finished, and one more statement begun: the next plan is of that one.
  await hold(page, true);
  await page.keyboard.type("l > 5");
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SEARCH orders/);
  assert.equal(await editorText(page), `${FIRST} WHERE id = 77 AND total > 5${OTHERS}`);
  await close(session);
});

test("the graph and the marks in the text follow, too", async () => {
  const session = await held();
  const { page } = session;
  await page.getByRole("group", { name: "View" }).getByRole("button", { name: "Graph" }).click();
  const tree = page.getByRole("tree", { name: "Plan as a graph" });
  await tree.getByRole("treeitem", { name: /Reads every row of orders/ }).waitFor();
  await page.getByTestId("sql").focus();
  await hold(page, true);
  await page.keyboard.type(" WHERE id = 77");
  await tree.getByRole("treeitem", { name: /Finds/ }).waitFor();
  const pieces = page.locator(".cm-line .piece");
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".cm-line .piece")].some((piece) => piece.textContent === "id = 77"),
  );
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.type("   ");
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".cm-line .piece")].some((piece) => piece.textContent === "id = 77"),
  );
  assert.deepEqual((await pieces.allInnerTexts()).sort(), ["id = 77", "orders"]);
  await close(session);
});
