/** What each step of a plan cost: the figures, their sum, estimates, and what is said of a plan. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, launch, makeFile, openFile, openPage, showTab, textMatching, type } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function run(page) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("region", { name: "Result rows" }).waitFor();
  await showTab(page, "Plan");
  await page.locator(".plan-tree.measured").waitFor();
}

const number = (text) => Number(text.replace(/,/g, ""));

test("the work of the steps and of no step adds up to that of the statement", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(
    page,
    "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'open' ORDER BY o.total;",
  );
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SCAN o/);
  await run(page);
  const tree = page.getByRole("treegrid", { name: "Plan" });
  for (const label of ["VM steps", "Page requests", "Page reads"]) {
    const column = (part) => tree.locator(`${part} [data-label="${label}"]`).allInnerTexts();
    const steps = (await column("tbody")).map((text) => number(text.split("\n")[0]));
    const [rest, whole] = (await column("tfoot")).map(number);
    assert.equal(steps.length, 3);
    assert.equal(
      steps.reduce((sum, one) => sum + one, rest),
      whole,
      label,
    );
  }
  const [visited, out] = await Promise.all(
    ["Rows visited", "Rows out"].map(async (label) =>
      number((await tree.locator(`tbody [data-label="${label}"]`).first().innerText()).split("\n")[0]),
    ),
  );
  assert.equal(visited, 500);
  assert.ok(out > 0 && out < 500, `the filter keeps some of the rows, it kept ${out}`);
  await close(session);
});

test("an estimate is compared with the rows of one loop, and marked when it is far off", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  // Without statistics SQLite takes any table for one of a million rows; this one has 500.
  await type(
    page,
    "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 0;",
  );
  await textMatching(page.getByRole("treegrid", { name: "Plan" }), /SCAN o/);
  await run(page);
  const estimates = page.locator('tbody [data-label="Estimated per loop"]');
  assert.match(await estimates.nth(0).innerText(), /×[\d,]+ too high/);
  const lookup = await estimates.nth(1).innerText();
  assert.match(lookup, /^1\s+came: 1$/, "one row a loop was expected, and one came");
  await close(session);
});

test("notices tell of NULL for parameters, of EXPLAIN, and of what this SQLite lacks", async () => {
  const session = await openPage(browser);
  const { page } = session;
  await openFile(page, makeFile("small"));
  await type(page, "EXPLAIN QUERY PLAN SELECT * FROM orders WHERE customer_id = :customer;");
  await textMatching(page.getByTestId("notice-parameter_without_value"), /:customer.*NULL/);
  await textMatching(page.getByTestId("notice-explain_left_out"), /EXPLAIN QUERY PLAN is left out/);

  await type(page, "SELECT soundslike(name) FROM customers;");
  await textMatching(page.getByTestId("plan-state"), /^Explained, not run$/);
  await textMatching(page.getByTestId("notice-stand_in"), /soundslike\(\)/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await textMatching(page.getByTestId("error-not_runnable"), /soundslike\(\)/);
  await close(session);
});
