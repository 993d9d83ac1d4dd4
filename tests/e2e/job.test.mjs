/** The main job: a slow query on a file that Python wrote, an index, a trial, a patch, and a link. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  close,
  editorText,
  launch,
  makeFile,
  openFile,
  openPage,
  openSample,
  pathOf,
  python,
  showTab,
  suggestIndexes,
  textMatching,
  type,
} from "./page.mjs";

const QUERY =
  "SELECT id, total FROM orders WHERE customer_id = 417 AND created_at >= '2023-06-01' ORDER BY created_at";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

test("from SCAN to SEARCH: plan, suggestion, trial and patch for a file", async () => {
  const shop = makeFile("shop");
  const untouched = digest(shop);
  const session = await openPage(browser);
  const { page } = session;

  await openFile(page, shop);
  const orders = page.getByRole("treeitem", { name: /^orders/ });
  assert.match(await orders.innerText(), /60,000/);

  await type(page, `-- name: recent orders\n${QUERY};`);
  const plan = page.getByRole("treegrid", { name: "Plan" });
  await textMatching(plan, /SCAN orders/);
  assert.match(await page.getByTestId("plan-state").innerText(), /Not executed/);

  await page.keyboard.press("ControlOrMeta+Enter");
  await page.getByRole("region", { name: "Result rows" }).waitFor();
  await showTab(page, "Plan");
  await textMatching(page.getByTestId("plan-state"), /^Measured$/);
  assert.match(await plan.innerText(), /60,000/, "the measured plan shows how many rows the scan visited");

  await suggestIndexes(page);
  const advice = page.getByTestId("advice");
  assert.equal(await advice.count(), 1, "one query needs one index");
  const ddl = await advice.locator("code").innerText();
  assert.match(ddl, /^CREATE INDEX \S+ ON "?orders"?\s*\("?customer_id"?, "?created_at"?/);
  const card = page.getByTestId("query-advice");
  assert.match(await card.getByRole("group", { name: /: As is/ }).innerText(), /SCAN orders/);
  assert.match(
    await card.getByRole("group", { name: /: With indexes/ }).innerText(),
    /SEARCH orders USING (COVERING )?INDEX/,
  );
  assert.match(await card.innerText(), /Same result/);

  await showTab(page, "Trial");
  await page.getByRole("button", { name: "Try 1 chosen index" }).click();
  const row = page.getByTestId("trial-table").locator("tbody tr");
  await row.waitFor();
  const high = Number(await row.getAttribute("data-high"));
  assert.ok(high > 0 && high < 1, `the whole interval lies below 1, its upper end is ${high}`);
  assert.equal(await row.getAttribute("data-verdict"), "faster");
  await textMatching(page.getByTestId("trial-query"), /Same result in both/);

  await showTab(page, "Patch");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download shop-up.sql" }).click(),
  ]);
  const script = pathOf("shop-up.sql");
  await download.saveAs(script);
  assert.equal(digest(shop), untouched, "the page never writes to the file");

  const patched = pathOf("patched.db");
  copyFileSync(shop, patched);
  const index = /CREATE INDEX (?:IF NOT EXISTS )?"?(\w+)"?/i.exec(ddl)[1];
  const printed = python("apply", patched, script, QUERY);
  assert.match(printed, new RegExp(`SEARCH orders USING (COVERING )?INDEX ${index}`));
  assert.match(printed, /integrity: ok/);

  const [undo] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download shop-down.sql" }).click(),
  ]);
  await undo.saveAs(pathOf("shop-down.sql"));
  assert.match(python("apply", patched, pathOf("shop-down.sql"), QUERY), /SCAN orders/);
  await close(session);
});

test("an index of one's own is tried like a suggested one", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(page, "SELECT count(*) FROM orders WHERE status = 'open';");
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SCAN orders/);
  await showTab(page, "Suggest");
  const field = page.getByLabel("CREATE INDEX statement");
  await field.fill("CREATE INDEX by_nothing ON orders(nothing)");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByTestId("error-bad_index").waitFor();
  await field.fill("CREATE INDEX by_status ON orders(status)");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("yours", { exact: true }).waitFor();
  await showTab(page, "Plan");
  await page.getByRole("button", { name: "With 1 chosen" }).click();
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /USING COVERING INDEX by_status/);
  await close(session);
});

test("a link opens in another profile with its queries and indexes, and is checked", async () => {
  const first = await openPage(browser);
  await openSample(first.page);
  const sql = await editorText(first.page);
  await suggestIndexes(first.page);
  const advice = await first.page.getByTestId("advice").locator("code").allInnerTexts();
  assert.ok(advice.length > 0, "the sample has something to suggest");
  const chosen = [...advice, ...(await first.page.getByTestId("analyze").locator("code").allInnerTexts())];
  await first.page.getByRole("button", { name: "Share" }).click();
  const link = await first.page.getByLabel("Link", { exact: true }).inputValue();
  const fragment = new URL(link).hash;
  assert.match(fragment, /^#v1\./);
  assert.match(
    await first.page.getByLabel("Markdown link", { exact: true }).inputValue(),
    /^\[.+\]\(.+#v1\..+\)$/,
  );
  await close(first);

  const second = await openPage(browser, {}, fragment);
  const banner = second.page.getByTestId("link-check");
  assert.match(await textMatching(banner, /Reproduced/), /the counters match \((\d+) of \1\)/);
  assert.equal(await editorText(second.page), sql);
  await showTab(second.page, "Suggest");
  const restored = await second.page
    .getByRole("region", { name: "Your own index" })
    .locator("code")
    .allInnerTexts();
  assert.deepEqual(restored.sort(), chosen.sort());
  await close(second);
});

test("a link to a file asks for that file, and says whether it is the same", async () => {
  const first = await openPage(browser);
  await openFile(first.page, makeFile("small"));
  await type(first.page, "SELECT * FROM orders WHERE customer_id = 417;");
  await textMatching(first.page.getByRole("treegrid", { name: "Plan" }), /SCAN orders/);
  await first.page.getByRole("button", { name: "Share" }).click();
  const fragment = new URL(await first.page.getByLabel("Link", { exact: true }).inputValue()).hash;
  await close(first);

  const second = await openPage(browser, {}, fragment);
  await textMatching(second.page.getByTestId("link-file"), /small\.db/);
  await openFile(second.page, makeFile("small"));
  await textMatching(second.page.getByTestId("link-check"), /Reproduced/);
  assert.equal(await editorText(second.page), "SELECT * FROM orders WHERE customer_id = 417;");
  await close(second);

  const third = await openPage(browser, {}, fragment);
  await textMatching(third.page.getByTestId("link-file"), /small\.db/);
  await openFile(third.page, makeFile("utf16"));
  await textMatching(third.page.getByTestId("link-check"), /Not the same/);
  await close(third);
});

test("a file dropped anywhere on the page opens", async () => {
  const session = await openPage(browser);
  const { page } = session;
  const content = readFileSync(makeFile("small")).toString("base64");
  const data = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "dropped.db"));
    return transfer;
  }, content);
  await page.dispatchEvent("body", "dragenter", { dataTransfer: data });
  await page.getByText("Drop to open").waitFor();
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await page.getByRole("heading", { name: "dropped.db" }).waitFor();
  await close(session);
});

test("a damaged link says so and leaves the page usable", async () => {
  const session = await openPage(browser, {}, "#v1.this-is-not-a-link");
  const { page } = session;
  await page.getByTestId("error-bad_link").waitFor();
  await openSample(page);
  await close(session);
});
