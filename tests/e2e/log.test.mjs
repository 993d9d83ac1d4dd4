/** Logs as workloads: dropped, chosen, pasted; their queries taken by mouse and by keyboard. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  chooseFiles,
  close,
  editorText,
  launch,
  openPage,
  openSample,
  pathOf,
  textMatching,
  type,
} from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** What Django would log of the sample: customers one by one, invoices by customer, an update. */
function django() {
  const lines = ['[12/May/2024 10:00:00] "GET / HTTP/1.1" 200 512'];
  const log = (seconds, sql, args) => lines.push(`(${seconds}) ${sql}; args=(${args},); alias=default`);
  log("0.002", "SELECT invoice_id FROM invoices WHERE status = 'open' LIMIT 25", "'open'");
  for (let id = 1; id <= 12; id++)
    log("0.001", `SELECT name FROM customers WHERE customer_id = ${id} LIMIT 21`, id);
  for (let id = 1; id <= 6; id++) {
    log("0.050", `SELECT total_cents FROM invoices WHERE customer_id > ${id}`, id);
  }
  lines.push("(0.000) BEGIN; args=None; alias=default");
  log("0.003", "UPDATE invoices SET notes = 'seen' WHERE invoice_id = 7", "'seen', 7");
  return `${lines.join("\n")}\n`;
}

function file(name, text) {
  const path = pathOf(name);
  writeFileSync(path, text);
  return path;
}

/** Drops a file anywhere on the page. */
async function drop(page, name, text) {
  const data = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text],
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}

const names = (page) => page.getByTestId("log-queries").locator("th[scope=row]").allInnerTexts();

test("a dropped log becomes a workload, with its loop proven", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page);
  await type(page, "SELECT 'mine';");
  await drop(page, "app.log", django());
  const summary = await textMatching(page.getByTestId("log-summary"), /is read as a debug log of Django/);
  assert.match(summary, /21 statements in 22 lines, 4 different queries/);

  const loop = page.getByTestId("log-loop");
  await textMatching(loop, /Same rows, less work/);
  const said = await loop.innerText();
  assert.match(said, /It ran 12 times in one loop, for the rows of “select invoices by status”/);
  assert.match(said, /customer_id IN \(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\)/);

  // Most total time first; by calls when asked.
  assert.match((await names(page))[0], /^select invoices by customer_id/);
  await page.getByRole("button", { name: /^Calls/ }).click();
  assert.match((await names(page))[0], /^select customers by customer_id/);
  const sorted = page.getByRole("columnheader", { name: /^Calls/ });
  assert.equal(await sorted.getAttribute("aria-sort"), "descending");

  const left = await page.getByTestId("log-left-out").innerText();
  assert.match(left, /1 statement\s*begin or end a transaction; the first on line 21/);
  assert.match(left, /1 line\s*without a statement/);

  await page.getByLabel("Take update invoices by invoice_id").uncheck();
  await page.getByRole("button", { name: "Use these 3 queries" }).click();
  await page.getByTestId("log-summary").waitFor({ state: "detached" });
  const text = await editorText(page);
  assert.match(text, /^-- name: select invoices by customer_id\n-- weight: 6\n/);
  assert.match(text, /-- param: :customer_id = \d+\nSELECT name FROM customers WHERE customer_id = :customer_id/);
  assert.doesNotMatch(text, /UPDATE/);
  assert.equal(await page.getByRole("tab", { name: "Suggest" }).getAttribute("aria-selected"), "true");

  await page.getByRole("button", { name: "Suggest indexes" }).click();
  await page.getByTestId("query-advice").first().waitFor();
  assert.equal(await page.getByTestId("query-advice").count(), 3);

  await page.getByRole("button", { name: "Bring my text back" }).click();
  assert.equal(await editorText(page), "SELECT 'mine';");
  await close(session);
});

test("a log is pasted and taken by keyboard alone, without a database", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await page.getByTestId("sample-store").waitFor();
  await page.getByTestId("start").getByRole("button", { name: "Import a log" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("What the application or SQLite logged").focus();
  await page.keyboard.insertText("SELECT a FROM t WHERE b = 1\nSELECT a FROM t WHERE b = 2\n");
  await page.locator("button:enabled", { hasText: "Read the log" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await textMatching(page.getByTestId("log-summary"), /is read as one statement a line: 2 statements/);
  const use = page.getByRole("button", { name: "Use this query" });
  const all = page.getByLabel("Take all queries");
  await all.focus();
  await page.keyboard.press("Space");
  assert.equal(await page.getByRole("button", { name: /^Use/ }).isDisabled(), true);
  await page.keyboard.press("Space");
  await use.focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("log-summary").waitFor({ state: "detached" });
  assert.match(await editorText(page), /-- weight: 2\n[^]*SELECT a FROM t WHERE b = :b;/);
  await close(session);
});

test("a log that is pasted into the editor is offered as a workload", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page);
  await page.getByTestId("sql").click();
  await page.evaluate((log) => {
    const data = new DataTransfer();
    data.setData("text/plain", log);
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
  }, django());
  await page.getByRole("button", { name: "Make a workload of it" }).click();
  await textMatching(page.getByTestId("log-summary"), /The pasted log is read as a debug log of Django/i);
  await page.keyboard.press("Escape");
  await page.getByTestId("log-summary").waitFor({ state: "detached" });
  await close(session);
});

test("a file of SQL goes into the editor; one in which queries repeat is shown first", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openSample(page);
  await chooseFiles(page, file("own.sql", "-- name: mine\nSELECT 1;\nSELECT name FROM customers;\n"));
  await page.waitForFunction(() => document.querySelector(".cm-content")?.textContent.includes("-- name: mine"));
  await chooseFiles(page, file("again.sql", "SELECT 1 FROM t;\nSELECT 2 FROM t;\nDELETE FROM t;\n"));
  await textMatching(page.getByTestId("log-summary"), /again\.sql is read as a file of statements: 3 statements/);
  await close(session);
});

test("what is no log is said, and a large one does not stop the page", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await page.getByTestId("sample-store").waitFor();
  const input = page.getByTestId("file-input").first();
  await input.setInputFiles({ name: "x.log", mimeType: "", buffer: Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]) });
  await textMatching(page.getByTestId("error-bad_log"), /This file is compressed\. Unpack it first\./);
  await page.keyboard.press("Escape");
  await input.setInputFiles({ name: "y.txt", mimeType: "", buffer: Buffer.from("a\0b\n") });
  await textMatching(page.getByTestId("error-bad_log"), /it has zero bytes in it/);
  await page.keyboard.press("Escape");

  // 48 MB, and the page counts frames meanwhile.
  const large = django().repeat(Math.ceil(48e6 / django().length));
  const path = file("large.log", large);
  await page.evaluate(() => {
    window.longestGapMs = 0;
    let last = performance.now();
    const frame = (now) => {
      window.longestGapMs = Math.max(window.longestGapMs, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await input.setInputFiles(path);
  await page.getByRole("status", { name: "Reading large.log" }).waitFor();
  await textMatching(page.getByTestId("log-summary"), /large\.log is read as a debug log of Django/);
  console.log(`longest gap between frames: ${await page.evaluate(() => Math.round(window.longestGapMs))} ms`);
  const calls = large.split("\n").filter((line) => line.startsWith("(")).length;
  const summary = await page.getByTestId("log-summary").innerText();
  assert.match(summary, new RegExp(`: ${calls.toLocaleString("en")} statements`));
  await close(session);
});
