/** The plan for other places: copied by keyboard in each form, before and after a run, and saved as drawings. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { close, launch, makeFile, openFile, openPage, showTab, textMatching, type } from "./page.mjs";

const QUERY = `-- name: late "ones" [all]
SELECT c.name AS "end", o.total FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.total;`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function planned(options) {
  const session = await openPage(browser, options);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(page, QUERY);
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /ORDER BY/);
  return session;
}

async function measure(page) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("region", { name: "Result rows" }).waitFor();
  await showTab(page, "Plan");
  await page.getByRole("group", { name: "Compare steps by" }).waitFor();
}

/** Opens the menu and copies all four forms, by keyboard alone. */
async function copies(page) {
  const menu = page.getByRole("region", { name: "Copy or save the plan" });
  await page.getByRole("group", { name: "View" }).getByRole("button").last().focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const found = {};
  for (const form of ["text", "Markdown", "Mermaid", "JSON"]) {
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.innerText), new RegExp(`^Copy as ${form}`));
    await page.keyboard.press("Enter");
    await menu.getByRole("button", { name: new RegExp(`^Copy as ${form}\\s*Copied$`) }).waitFor();
    await textMatching(menu.getByRole("status"), /^Copied$/);
    found[form] = await page.evaluate(() => navigator.clipboard.readText());
  }
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.innerText.trim()), "Copy or save");
  return found;
}

test("the plan is copied as text, Markdown, Mermaid and JSON, with figures once it ran", async () => {
  const session = await planned({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = session;
  const before = await copies(page);
  assert.match(before.text, /^QUERY PLAN\n\|--SCAN (c|o)\n[\s\S]*`--USE TEMP B-TREE FOR ORDER BY\n$/);
  assert.match(before.Markdown, /^## late "ones" \\\[all\\\]\n\n```sql\nSELECT c\.name[\s\S]*```text\nQUERY PLAN\n/);
  assert.doesNotMatch(before.Markdown, /VM steps/);
  assert.match(before.Mermaid, /^flowchart TD\n  q\(\["QUERY PLAN"\]\)\n  n0\["SCAN (c|o)"\]\n/);
  const planned_object = JSON.parse(before.JSON);
  assert.equal(planned_object.statements.length, 1);
  assert.equal(planned_object.statements[0].plan_text, before.text);
  assert.equal(planned_object.statements[0].counters, null);

  await measure(page);
  const after = await copies(page);
  const { counters, plan, rest } = JSON.parse(after.JSON).statements[0];
  const grouped = (count) => count.toLocaleString("en");
  assert.ok(plan.every((node) => node.work !== null) && rest !== null);
  const steps = plan.map((node) => node.work.vm_steps).reduce((sum, one) => sum + one, rest.vm_steps);
  assert.equal(steps, counters.vm_steps, "the work of the steps adds up");
  for (const form of ["text", "Markdown"]) {
    const last = after[form].trimEnd().split("\n").at(-1);
    assert.match(last, /The whole statement/);
    for (const key of ["rows_returned", "vm_steps", "page_requests", "page_reads"]) {
      assert.ok(last.split(/[ |]+/).includes(grouped(counters[key])), `${key} in ${last}`);
    }
  }
  assert.ok(after.Mermaid.includes(`QUERY PLAN<br/>${grouped(counters.rows_returned)} rows, `), after.Mermaid);
  assert.ok(after.Mermaid.includes(`${grouped(plan[0].work.vm_steps)} VM steps`), after.Mermaid);
  await close(session);
});

test("the drawing is saved as SVG and PNG", async () => {
  const session = await planned({ colorScheme: "dark" });
  const { page } = session;
  await measure(page);
  const save = async (kind) => {
    await page.getByRole("button", { name: "Copy or save" }).click();
    const waiting = page.waitForEvent("download");
    await page.getByRole("region", { name: "Copy or save the plan" }).getByRole("button", { name: kind }).click();
    const file = await waiting;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const svg = await save(/^Save SVG/);
  assert.match(svg.name, /\.svg$/);
  const text = svg.bytes.toString("utf8");
  assert.match(text, /^<svg [\s\S]*customers c<\/text>[\s\S]* VM steps<\/text>[\s\S]*<\/svg>\s*$/);
  const problems = await page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
    return [...parsed.querySelectorAll("parsererror, script, [href]")].length;
  }, text);
  assert.equal(problems, 0, "it is well-formed, and asks for nothing");
  const png = await save(/^Save PNG/);
  assert.match(png.name, /\.png$/);
  assert.deepEqual([...png.bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const drawn = await page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return { width: image.width, corner: [...context.getImageData(2, 2, 1, 1).data] };
  }, png.bytes.toString("base64"));
  assert.equal(drawn.width, 2 * Number(/ width="(\d+)"/.exec(text)[1]));
  assert.deepEqual(drawn.corner, [0x10, 0x16, 0x1e, 255], "in the dark colours of the page");
  await close(session);
});

