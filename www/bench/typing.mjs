/**
 * `cargo xtask bench --typing`: what a keystroke costs. Types into the page's editor in Chromium and takes, for each
 * keystroke, the time from its event until the frame with the letter has been painted, until the plan of the text as
 * it then is stands in the page ("ready"), and until the frame with that plan has been painted. Also the longest task
 * of the main thread while typing and while changing views, over a plan of about 300 steps. docs/benchmarks.md says
 * how.
 *
 * Options: --rounds N (3), --json FILE. SCANSEEK_CHROMIUM names the browser.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { serve } from "./browser.mjs";
import { generator } from "./random.mjs";
import { median, table } from "./report.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
/** Frames come when they are ready: what is left is the page's own time, without waiting for a screen. */
const AT_ONCE = ["--disable-frame-rate-limit", "--disable-gpu-vsync"];

const HEAD = `SELECT c.name, count(*) AS invoices, sum(i.total_cents) AS total
FROM invoices i JOIN customers c ON c.customer_id = i.customer_id
WHERE i.status = 'open'`;
const TAIL = `
GROUP BY c.customer_id
ORDER BY total DESC
LIMIT 25;`;
/** Typed between them. Within words there is nothing that can be planned, within numbers and texts there is. */
const TYPED =
  " AND i.notes LIKE '%second reminder sent%' AND i.invoice_date >= '2025-01-01' AND i.total_cents > 1250000 " +
  "AND c.name NOT LIKE '%steel and wire works%' AND i.invoice_number < 'INV-2025-99999'";

const PART = "SELECT c.name FROM customers c JOIN invoices i ON i.customer_id = c.customer_id";
/** 98 parts of three steps each. */
const LONG = Array(98).fill(PART).join("\nUNION ALL\n");
const TYPED_INTO_LONG = " WHERE i.total_cents > 123456 AND i.status = 'open' AND c.city <> 'Graz'";

function options() {
  const { values } = parseArgs({
    options: {
      typing: { type: "boolean" },
      rounds: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  return { rounds: Number(values.rounds), json: values.json };
}

/** In the page, before any of its scripts: writes down keystrokes, paints, and what is asked of the worker. */
function watch() {
  const keys = [];
  const asked = new Map();
  const painted = (then) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => then(performance.now());
      channel.port2.postMessage(0);
    });
  globalThis.typing = { keys, asks: 0, answers: 0 };
  addEventListener(
    "keydown",
    (event) => {
      if (event.key.length !== 1) return;
      const key = { at: event.timeStamp, letter: null, ready: null, plan: null, failed: false };
      keys.push(key);
      painted((now) => {
        key.letter = now - key.at;
      });
    },
    { capture: true },
  );
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.op === "explain" || message?.op === "explain_at") {
      globalThis.typing.asks += 1;
      asked.set(message.id, message.params[0]);
    }
    return post.call(this, message, ...rest);
  };
  /** Whether the steps on show, in whichever view, begin with those of the plan. */
  const shows = ({ plan }) => {
    const lines = [
      ...document.querySelectorAll(".step-detail, .plan-line span:last-child, .graph-card title"),
    ];
    const words = lines.map((one) => one.textContent).filter((text) => !text.startsWith("RESULT"));
    const inGraph = document.querySelector(".graph-card") !== null;
    const steps = [...plan].sort((a, b) => a.line - b.line).slice(0, 12);
    return steps.every((node, at) =>
      inGraph ? words[at]?.includes(node.sentence) : words[at] === node.detail,
    );
  };
  const { get, set } = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
  Object.defineProperty(Worker.prototype, "onmessage", {
    get,
    set(handle) {
      set.call(this, (event) => {
        handle(event);
        const { data } = event;
        const text = data?.type === "ok" ? asked.get(data.id) : undefined;
        if (text === undefined) return;
        globalThis.typing.answers += 1;
        const { state } = document.querySelector(".cm-content").cmTile.root.view;
        const key = keys.at(-1);
        if (!key || key.plan !== null || state.doc.toString() !== text) return;
        const { head } = state.selection.main;
        const { statements, meant } = data.ok;
        const plan =
          meant ?? statements.find((one) => head <= one.statement.span.end + 1) ?? statements.at(-1);
        key.failed = plan?.error != null;
        if (!plan || key.failed) return;
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          if (shows(plan)) key.ready ??= performance.now() - key.at;
        };
        channel.port2.postMessage(0);
        painted((now) => {
          if (shows(plan)) key.plan ??= now - key.at;
        });
      });
    },
  });
}

async function openPage(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watch);
  await page.goto(`${url}/page/index.html`);
  await page.getByTestId("sample-store").click();
  await page.getByRole("treegrid", { name: "Plan" }).waitFor();
  await page.locator(".cm-content").waitFor();
  return page;
}

async function fill(page, text) {
  await page.getByTestId("sql").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Escape");
  await page.waitForTimeout(1000);
}

/** Types as a quick typist does, 50 to 130 ms a letter. */
async function type(page, text) {
  const random = generator(7);
  for (const letter of text) {
    await page.keyboard.press(letter === " " ? "Space" : letter);
    await page.waitForTimeout(50 + 80 * random());
  }
  await page.waitForTimeout(600);
}

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

async function keystrokes(browser, url, { whole }) {
  const page = await openPage(browser, url);
  const editor = page.getByTestId("sql");
  const before = whole ? await editor.evaluate(textOf) : "";
  await fill(page, `${before}\n${HEAD}${TAIL}`);
  await editor.evaluate(
    (content, at) => {
      content.cmTile.root.view.dispatch({ selection: { anchor: at } });
    },
    before.length + 1 + HEAD.length,
  );
  await editor.focus();
  await page.waitForTimeout(800);
  await page.evaluate(() => globalThis.typing.keys.splice(0));
  await type(page, TYPED);
  const typed = (await editor.evaluate(textOf)).slice(before.length + 1);
  if (typed !== HEAD + TYPED + TAIL) throw new Error(`typed: ${typed}`);
  const found = await page.evaluate(() => globalThis.typing);
  await page.close();
  return found;
}

const textOf = (content) => content.cmTile.root.view.state.doc.toString();

/** The longest tasks of the page's main thread while `act` goes on, in ms. */
async function longest(browser, page, act) {
  await browser.startTracing(page, {
    categories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"],
  });
  await act();
  const { traceEvents } = JSON.parse(String(await browser.stopTracing()));
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid, dur }) => name === "RunTask" && dur && main.has(`${pid} ${tid}`),
  );
  return tasks.map(({ dur }) => dur / 1000).sort((a, b) => b - a);
}

async function views(browser, url) {
  const page = await openPage(browser, url);
  await fill(page, LONG);
  const row = (name) => page.getByRole("treegrid", { name: "Plan" }).locator(name);
  await row("tbody tr").nth(290).waitFor();
  const found = {};
  const step = async (name, act) => {
    found[name] = (await longest(browser, page, act))[0] ?? 0;
  };
  const view = (name) => page.getByRole("group", { name: "View" }).getByRole("button", { name }).click();
  await step("table → graph", async () => {
    await view("Graph");
    await page.getByRole("treeitem").nth(290).waitFor({ state: "attached" });
    await page.waitForTimeout(500);
  });
  await step("graph → text", async () => {
    await view("Text");
    await page.getByRole("option").nth(290).waitFor({ state: "attached" });
    await page.waitForTimeout(300);
  });
  await step("text → table", async () => {
    await view("Table");
    await row("tbody tr").nth(290).waitFor({ state: "attached" });
    await page.waitForTimeout(300);
  });
  await step("plan → bytecode", async () => {
    await page.getByRole("tab", { name: "Bytecode" }).click();
    await page.getByRole("grid", { name: "Instructions" }).waitFor();
    await page.waitForTimeout(800);
  });
  await step("bytecode → plan", async () => {
    await page.getByRole("tab", { name: "Plan" }).click();
    await row("tbody tr").nth(290).waitFor({ state: "attached" });
    await page.waitForTimeout(300);
  });
  for (const name of ["Table", "Graph", "Text"]) {
    await view(name);
    await page.waitForTimeout(800);
    await page.getByTestId("sql").press("ControlOrMeta+End");
    await step(`typing, ${name.toLowerCase()} shown`, () => type(page, TYPED_INTO_LONG.slice(0, 40)));
    await fill(page, LONG);
  }
  await page.close();
  return found;
}

const ms = (number) => number.toFixed(1);

function line(name, rounds) {
  const keys = rounds.flatMap((round) => round.keys);
  const letters = keys.map((key) => key.letter).filter((time) => time !== null);
  const ready = keys.map((key) => key.ready).filter((time) => time !== null);
  const plans = keys.map((key) => key.plan).filter((time) => time !== null);
  const failed = keys.filter((key) => key.failed).length;
  const asks = rounds.reduce((sum, round) => sum + round.asks, 0);
  return [
    name,
    keys.length,
    ...[0.5, 0.95].map((share) => ms(quantile(letters, share))),
    plans.length,
    ...[0.5, 0.95].map((share) => ms(quantile(ready, share))),
    ...[0.5, 0.95, 1].map((share) => ms(quantile(plans, share))),
    failed,
    asks,
  ];
}

const SCENES = [
  { name: "one query", whole: false },
  { name: "behind the sample's 20", whole: true },
];

async function main() {
  const { rounds, json } = options();
  const { url, stop } = await serve(null);
  const executablePath = process.env.SCANSEEK_CHROMIUM ?? "/usr/bin/chromium";
  const report = { keystrokes: {}, views: [] };
  const lines = [];
  let version = "";
  try {
    for (const [screen, flags] of Object.entries({ "at once": AT_ONCE, "60 Hz": [] })) {
      const browser = await chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
      version = browser.version();
      for (const scene of SCENES) {
        const found = [];
        for (let round = 0; round < rounds; round += 1) found.push(await keystrokes(browser, url, scene));
        report.keystrokes[`${scene.name}, ${screen}`] = found;
        lines.push(line(`${scene.name}, frames ${screen}`, found));
      }
      if (screen === "60 Hz") {
        for (let round = 0; round < rounds; round += 1) report.views.push(await views(browser, url));
      }
      await browser.close();
    }
  } finally {
    stop();
  }
  const heads = [
    "keys",
    "letter p50",
    "letter p95",
    "plans",
    "ready p50",
    "ready p95",
    "plan p50",
    "plan p95",
    "most",
    "in error",
    "asked",
  ];
  console.log(`\nms from a keystroke to the paint\n\n${table(["typed", ...heads], lines)}`);
  const names = Object.keys(report.views[0]);
  const longestRows = names.map((name) => {
    const all = report.views.map((round) => round[name]);
    return [name, ms(median(all)), ms(Math.max(...all))];
  });
  console.log(`\nlongest task, ms\n\n${table(["over 294 steps", "median", "most"], longestRows)}\n`);
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores; Chromium ${version}; Node.js ${process.version}`);
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`);
}

await main().catch((cause) => {
  console.error(`error: ${cause.stack}`);
  process.exitCode = 1;
});
