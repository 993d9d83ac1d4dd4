/** The worker is ended from outside at random moments, as a browser short of memory does: nothing shown is lost. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, editorText, launch, makeFile, openFile, openPage, showTab, suggestIndexes, textMatching, type } from "./page.mjs";

const KILLS = process.env.SCANSEEK_FULL ? 100 : 12;
const TEXT = "SELECT id, total FROM orders\nWHERE customer_id = 17 ORDER BY created_at DESC LIMIT 20;";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Constants of Numerical Recipes; the moments are the same in every run. */
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

const WORK = [
  (page) => page.getByRole("button", { name: "Run", exact: true }).click(),
  async (page) => {
    await showTab(page, "Suggest");
    await page.getByRole("button", { name: /Suggest (indexes|again)/ }).click();
  },
  async (page) => {
    await showTab(page, "Trial");
    await page.getByRole("button", { name: /^Try / }).click();
  },
  (page) => showTab(page, "Plan"),
];

test(`the engine is killed at ${KILLS} moments and nothing shown is lost`, async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("shop"));
  await type(page, TEXT);
  await suggestIndexes(page);
  const ddl = await page.getByTestId("advice").locator("code").innerText();
  await showTab(page, "Plan");
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /orders/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const rows = page.getByRole("region", { name: "Result rows" });
  await rows.waitFor();
  const shown = await rows.innerText();
  const tables = await page.getByRole("tree", { name: "Tables" }).innerText();

  const draw = numbers(2_024);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await WORK[draw.next().value % WORK.length](page);
    await page.waitForTimeout(draw.next().value % 400);
    await page.evaluate(() => window.dispatchEvent(new CustomEvent("scanseek:kill-for-test")));
    const notice = page.getByTestId("notice-engine");
    await textMatching(notice, /Your text and your file are still here/);
    await notice.getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await editorText(page), TEXT);
    assert.equal(await page.getByRole("tree", { name: "Tables" }).innerText(), tables);
    await showTab(page, "Suggest");
    const again = page.getByRole("button", { name: "Suggest indexes" });
    // Advice that was being renewed is asked for again; other advice has stayed.
    if ((await page.getByTestId("advice").count()) === 0) await again.click();
    assert.equal(await page.getByTestId("advice").locator("code").innerText(), ddl);
  }
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await rows.waitFor();
  assert.equal((await rows.innerText()).replace(/[\d.]+ (ms|s|µs)/g, ""), shown.replace(/[\d.]+ (ms|s|µs)/g, ""));
  await close(session);
});
