/**
 * What the browser tests share: a browser, a page that watches itself, and the moves a person makes.
 *
 * SCANSEEK_URL (required): where the built page is served. SCANSEEK_CHROMIUM: the browser to use.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXECUTABLE, FLAGS } from "./engine.mjs";

// The dependencies belong to the page's package, so that there is one lock file.
export const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export const URL_BASE = process.env.SCANSEEK_URL;
if (!URL_BASE)
  throw new Error("Set SCANSEEK_URL to the address of the built page, or run `cargo xtask e2e`.");

/** Long enough for a slow machine; no test asserts on time. Shorter while writing tests: SCANSEEK_PATIENCE_MS. */
export const PATIENCE_MS = Number(process.env.SCANSEEK_PATIENCE_MS ?? 120_000);

export function launch() {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: FLAGS,
  });
}

/**
 * A fresh page in a profile of its own. `problems` collects what no page should ever do. `path`: another page than
 * the main one; `may_ask`: the one other site it may read from.
 */
export async function openPage(
  browser,
  options = {},
  fragment = "",
  { shared = true, path = "", may_ask = null } = {},
) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  if (!shared) {
    await page.addInitScript(() =>
      Object.defineProperty(globalThis, "crossOriginIsolated", { value: false }),
    );
  }
  page.setDefaultTimeout(PATIENCE_MS);
  const problems = [];
  const origin = new URL(URL_BASE).origin;
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) problems.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (url.startsWith("blob:") || url.startsWith("data:")) return;
    // Nothing of the user's file may leave the browser: only reads of the page's own files are allowed.
    if (may_ask && new URL(url).origin === may_ask && request.method() === "GET") return;
    if (new URL(url).origin !== origin || request.method() !== "GET" || new URL(url).search) {
      problems.push(`request: ${request.method()} ${url}`);
    }
  });
  await page.goto(URL_BASE + path + fragment);
  await page.getByTestId("sql").waitFor();
  return { page, context, problems };
}

export async function close({ context, problems }) {
  await context.close();
  assert.deepEqual(problems, []);
}

const folder = mkdtempSync(join(tmpdir(), "scanseek-e2e-"));
const SCRIPT = fileURLToPath(new URL("make_files.py", import.meta.url));

/** Runs make_files.py; returns what it printed. */
export function python(...args) {
  return execFileSync("python3", [SCRIPT, ...args], { encoding: "utf8" });
}

export function pathOf(name) {
  return join(folder, name);
}

/** Makes a file of this kind once; returns its path. */
export function makeFile(kind, name = `${kind}.db`) {
  const path = pathOf(name);
  if (!existsSync(path)) python(kind, path);
  return path;
}

export async function chooseFiles(page, ...paths) {
  await page.getByTestId("file-input").first().setInputFiles(paths);
}

export async function openFile(page, path) {
  await chooseFiles(page, path);
  await page.getByRole("tree", { name: "Tables" }).waitFor();
}

export async function openSample(page, id = "store") {
  await page.getByTestId(`sample-${id}`).click();
  await page.getByRole("treegrid", { name: "Plan" }).waitFor();
}

/** Replaces the editor's text as typing would. */
export async function type(page, sql) {
  await page.getByTestId("sql").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(sql);
  await page.keyboard.press("Escape");
}

export function editorText(page) {
  // The editor keeps only the visible lines in the page, so the text is asked of the editor itself.
  return page.locator(".cm-content").evaluate((content) => content.cmTile.root.view.state.doc.toString());
}

export async function showTab(page, name) {
  await page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
}

/** Waits until an element's text matches, and returns it. */
export async function textMatching(locator, pattern) {
  await locator.filter({ hasText: pattern }).first().waitFor();
  return locator.filter({ hasText: pattern }).first().innerText();
}

/** Runs the query and waits until its rows match. */
export async function runs(page, pattern = /./) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await textMatching(page.getByRole("region", { name: "Result rows" }), pattern);
}

/** Lets the engine die, as in a "crash" or when the browser would "kill" it, and waits until the page has said so. */
export async function endEngine(page, how) {
  await page.evaluate((name) => window.dispatchEvent(new CustomEvent(`scanseek:${name}-for-test`)), how);
  await textMatching(page.getByTestId("notice-engine"), /Your text and your file are still here/);
}

/** axe as a script to evaluate in a page whose policy is bypassed: it forbids foreign scripts, and axe is one. */
export const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** axe finds nothing in what is on show. */
export async function audit(page, state) {
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`,
    );
  });
  assert.deepEqual(violations, [], state);
}

/** Nothing reaches beyond the window. */
export async function fits(page, state = "") {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wider <= 0, `${state} the page is ${wider} px wider than the window`);
}

export async function suggestIndexes(page) {
  await showTab(page, "Suggest");
  await page.getByRole("button", { name: "Suggest indexes" }).click();
  await page.getByTestId("query-advice").first().waitFor();
}
