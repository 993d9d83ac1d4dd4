/** Each main state of the page, checked by axe in light and dark, and the keyboard's way through it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AXE,
  audit,
  close,
  fits,
  launch,
  makeFile,
  openFile,
  openPage,
  openSample,
  showTab,
  suggestIndexes,
  textMatching,
  type,
} from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const LOOKS = [
  { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { colorScheme: "light", viewport: { width: 360, height: 740 } },
];

for (const look of LOOKS) {
  test(`axe finds nothing in what opens over the page, ${look.colorScheme}, ${look.viewport.width} px`, async () => {
    const session = await openPage(browser, { ...look, bypassCSP: true, reducedMotion: "reduce" });
    const { page } = session;
    await page.evaluate(AXE);
    await page.getByTestId("sample-store").waitFor();
    await page.getByRole("button", { name: "Paste a plan" }).click();
    await page.getByLabel("What EXPLAIN QUERY PLAN printed").fill("QUERY PLAN\n`--SCAN t\n");
    await page.getByTestId("pasted-plan").waitFor();
    await audit(page, "pasted plan");
    await page.keyboard.press("Escape");
    await page.getByTestId("start").getByRole("button", { name: "Import a log" }).click();
    const log = page.getByLabel("What the application or SQLite logged");
    await log.waitFor();
    await audit(page, "import a log");
    const round = (id) => `(0.001) SELECT a FROM t WHERE b = ${id}; args=(${id},)\n`;
    await log.fill(`started\n(0.000) BEGIN; args=None\n${[1, 2, 3, 4].map(round).join("")}`);
    await page.getByRole("button", { name: "Read the log" }).click();
    await page.getByTestId("log-loop").waitFor();
    await audit(page, "log");
    await fits(page);
    await page.keyboard.press("Escape");
    await page.getByTestId("sample-patterns").click();
    await page.getByTestId("gallery").waitFor();
    await audit(page, "pattern gallery");
    await page.keyboard.press("Escape");
    await page.getByTestId("to-see").waitFor();
    await audit(page, "pattern");
    await fits(page);
    await close(session);
  });

  test(`axe finds nothing, ${look.colorScheme}, ${look.viewport.width} px`, async () => {
    // The policy of the page forbids foreign scripts, and axe is one.
    const session = await openPage(browser, { ...look, bypassCSP: true, reducedMotion: "reduce" });
    const { page } = session;
    await page.evaluate(AXE);
    await page.getByTestId("sample-store").waitFor();
    await audit(page, "start");
    await openSample(page);
    await audit(page, "plan");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("region", { name: "Result rows" }).waitFor();
    await audit(page, "rows");
    await showTab(page, "Plan");
    await page.locator(".plan-tree.measured").waitFor();
    await audit(page, "measured plan");
    await page.getByText("Why this plan?").click();
    await page.getByText(/Optimisations switched off/).click();
    await page.getByRole("button", { name: "Try every switch" }).click();
    await page.getByTestId("why-summary").waitFor();
    await page.getByRole("group", { name: "Statistics" }).getByRole("button", { name: "ANALYZE" }).click();
    await page
      .getByText(/The plan stays as it is|Under the switches/)
      .first()
      .waitFor();
    await audit(page, "why this plan");
    await fits(page);
    await showTab(page, "Bytecode");
    await page.getByRole("grid", { name: "Instructions" }).waitFor();
    await audit(page, "bytecode");
    await fits(page);
    await showTab(page, "Pages");
    await page.getByRole("application", { name: /^Map of pages/ }).waitFor();
    await textMatching(page.getByTestId("xray-state"), /^Recorded$/);
    await audit(page, "pages");
    await page.getByRole("button", { name: "invoices", exact: true }).last().click();
    await page.getByRole("application", { name: /^Levels of/ }).waitFor();
    await page.getByRole("button", { name: /^Touched pages/ }).click();
    await audit(page, "levels and touched pages");
    await fits(page);
    await page.getByRole("button", { name: /^B-trees/ }).click();
    await suggestIndexes(page);
    await audit(page, "suggestion");
    await showTab(page, "Trial");
    await page.getByRole("button", { name: /^Try \d/ }).click();
    await page.getByTestId("trial-table").waitFor();
    await audit(page, "trial");
    await showTab(page, "Patch");
    await page.getByRole("group", { name: "Apply script" }).waitFor();
    await audit(page, "patch");
    await fits(page);
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByLabel("Link", { exact: true }).waitFor();
    await audit(page, "share");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "About" }).click();
    await audit(page, "about");
    await page.keyboard.press("Escape");
    await type(
      page,
      "SELECT soundslike(name) FROM customers;\nSELECT * FROM invoices WHERE customer_id = :id;",
    );
    await page.getByTestId("parameters").waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("needs a value").waitFor();
    await audit(page, "parameters");
    await fits(page);
    await showTab(page, "Plan");
    await page.getByRole("button", { name: /query 1/ }).click();
    await page.getByTestId("notice-stand_in").waitFor();
    await audit(page, "explained, not run");
    await close(session);
  });

  test(`axe finds nothing in comparison, sizes and why not, ${look.colorScheme}, ${look.viewport.width} px`, async () => {
    const session = await openPage(browser, { ...look, bypassCSP: true, reducedMotion: "reduce" });
    const { page } = session;
    await page.evaluate(AXE);
    await openFile(page, makeFile("unanalysed"));
    await type(page, "SELECT id FROM events WHERE kind = 1 AND device = 'device 77' ORDER BY id;");
    await textMatching(page.getByRole("treegrid", { name: "Plan" }), /events/);
    await page.getByRole("button", { name: "Copy or save" }).click();
    await audit(page, "copy or save");
    await fits(page, "copy or save");
    await page.keyboard.press("Escape");
    await page.getByText("Why this plan?").click();
    await page.getByTestId("why-not-index").fill("by_device");
    await page.getByRole("button", { name: "Ask SQLite" }).click();
    await page.getByTestId("why-not").waitFor();
    await audit(page, "why not that index");
    await fits(page, "why not that index");
    await showTab(page, "Compare");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByTestId("pairs").waitFor();
    await audit(page, "comparison");
    await page.getByTestId("side-after").selectOption("text");
    await audit(page, "comparison with another text");
    await fits(page, "comparison");
    await showTab(page, "Size");
    await page.getByRole("button", { name: /^Plan from/ }).click();
    await page.getByTestId("size-summary").waitFor();
    await page.getByText("All sizes as a table").click();
    for (const flip of await page.locator(".flip-note > summary").all()) await flip.click();
    await page.getByRole("button", { name: /Run on all/ }).click();
    await page.getByTestId("growth-table").waitFor();
    await audit(page, "sizes and growth");
    await fits(page, "sizes and growth");
    await close(session);
  });

  test(`axe finds nothing on the page for addresses, ${look.colorScheme}, ${look.viewport.width} px`, async () => {
    const options = { ...look, bypassCSP: true, reducedMotion: "reduce" };
    const session = await openPage(browser, options, "", { path: "remote/" });
    const { page } = session;
    await page.evaluate(AXE);
    await page.getByTestId("sample-store").waitFor();
    await page.getByRole("button", { name: "Open address" }).click();
    await page.getByTestId("address-problem").waitFor();
    await audit(page, "start");
    await fits(page);
    await openSample(page);
    await page.getByRole("button", { name: "Address", exact: true }).click();
    await page.getByTestId("address").waitFor();
    await audit(page, "address");
    await fits(page);
    await close(session);
  });
}

test("tables, tabs and plan are reached by keyboard", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page);
  const first = page.getByRole("treeitem").first();
  await first.focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await first.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-level")), "2");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await first.getAttribute("aria-expanded"), "false");

  await page.getByRole("tab", { name: "Plan" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Rows" }).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Home");

  await page.getByRole("treegrid", { name: "Plan" }).locator("tr[tabindex='0']").focus();
  await page.keyboard.press("End");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-selected")), "true");
  await close(session);
});
