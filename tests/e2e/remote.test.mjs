/** The page for addresses: a file on another site is read in parts, and a server that misbehaves is found out. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  close,
  launch,
  makeFile,
  openFile,
  openPage,
  openSample,
  textMatching,
  type,
  URL_BASE,
} from "./page.mjs";
import { serveRanges } from "./range-server.mjs";

const SCAN = "SELECT count(*), sum(total) FROM orders WHERE status = 'paid';";

let browser;
let server;
let path;
before(async () => {
  browser = await launch();
  path = makeFile("shop");
  server = await serveRanges(readFileSync(path));
});
after(async () => {
  server.stop();
  await browser.close();
});

function openAddressPage(options = {}, fragment = "") {
  return openPage(browser, options, fragment, { path: "remote/", may_ask: server.origin });
}

const at = (way) => `${server.origin}/${way}/shop.db`;

async function typeAddress(page, address) {
  const field = page.getByTestId("address");
  if ((await field.count()) === 0) await page.getByRole("button", { name: "Address", exact: true }).click();
  await field.fill(address);
  await page.getByRole("button", { name: "Open address" }).click();
}

async function openAddress(page, way) {
  await typeAddress(page, at(way));
  await page.getByRole("tree", { name: "Tables" }).waitFor();
}

async function run(page, sql = SCAN) {
  await type(page, sql);
  await page.getByRole("button", { name: "Run", exact: true }).click();
}

async function share(page) {
  await page.getByRole("button", { name: "Share" }).click();
  const link = await page.getByLabel("Link", { exact: true }).inputValue();
  await page.keyboard.press("Escape");
  return new URL(link).hash;
}

test("a file on a server gives the link that the same file on disk gives: name, fingerprint, counters", async () => {
  const local = await openPage(browser);
  await openFile(local.page, path);
  await type(local.page, SCAN);
  const expected = await share(local.page);
  await close(local);

  const session = await openAddressPage();
  await openAddress(session.page, "good");
  await run(session.page);
  await session.page.getByRole("region", { name: "Result rows" }).waitFor();
  assert.equal(await share(session.page), expected);
  await close(session);
  for (const { method, headers } of server.of("good")) {
    assert.equal(method, "GET", "no server is asked for leave first");
    assert.equal(headers.cookie, undefined);
    assert.equal(headers.referer, undefined);
    assert.match(headers.range, /^bytes=\d+-\d+$/);
  }
});

test("only what is needed is fetched, and the page says how much", async () => {
  const session = await openAddressPage();
  const { page } = session;
  const before = server.requests.length;
  await openAddress(page, "good");
  const status = page.getByTestId("fetched");
  await textMatching(status, /^\d+ kB in \d requests? from 127\.0\.0\.1:\d+$/);
  const opened = server.requests.length - before;
  assert.ok(opened <= 2, `${opened} requests to open`);
  await run(page);
  await textMatching(page.getByRole("region", { name: "Result rows" }), /1/);
  const all = server.requests.length - before;
  await textMatching(status, new RegExp(` in ${all} requests from `));
  // 256 KiB, doubled each time.
  const size = readFileSync(path).length;
  assert.ok(all <= 2 + Math.ceil(Math.log2(size / 262144 + 1)), `${all} requests for ${size} bytes`);
  // Read again: from memory.
  await run(page, `${SCAN} -- again`);
  await textMatching(page.getByRole("region", { name: "Result rows" }), /1/);
  assert.equal(server.requests.length - before, all);
  await close(session);
});

test("a fragment fills the field and fetches nothing; opening writes it", async () => {
  const before = server.requests.length;
  const address = at("good");
  const session = await openAddressPage({}, `#url=${encodeURIComponent(address)}`);
  const { page } = session;
  assert.equal(await page.getByTestId("address").inputValue(), address);
  await page.getByTestId("sample-store").waitFor();
  assert.equal(server.requests.length, before);
  await page.getByRole("button", { name: "Open address" }).click();
  await page.getByRole("tree", { name: "Tables" }).waitFor();
  await page.reload();
  assert.equal(await page.getByTestId("address").inputValue(), address);
  await close(session);
});

const BAD_ADDRESSES = [
  ["", /Type or paste/],
  ["example.org/a.db", /begins with https/],
  ["https://", /no address/],
  ["http://example.org/a.db", /Without encryption/],
  ["http://127.0.0.1.example.org/a.db", /Without encryption/],
  ["ftp://example.org/a.db", /Only addresses/],
  ["file:///home/me/a.db", /Open file/],
  ["https://me:secret@example.org/a.db", /password/],
  ["https://me@example.org/a.db", /password/],
];

test("addresses that are not read are refused before anything is asked", async () => {
  const session = await openAddressPage();
  const { page } = session;
  await page.getByTestId("sample-store").waitFor();
  for (const [address, words] of BAD_ADDRESSES) {
    await typeAddress(page, address);
    assert.match(await page.getByTestId("address-problem").innerText(), words, address);
  }
  await close(session);
});

const REFUSED = [
  { way: "missing", code: "remote_refused", words: /no file at this address \(status 404\)/ },
  { way: "forbidden", code: "remote_refused", words: /status 403.*open to everyone/s },
  {
    way: "nocors",
    code: "remote_unreachable",
    words: /Access-Control-Allow-Origin: \*.*Access-Control-Expose-Headers/s,
  },
  { way: "hidden", code: "remote_refused", words: /hides.*Access-Control-Expose-Headers: Content-Range/s },
  {
    way: "wholeunknown",
    code: "remote_refused",
    words: /only as a whole and does not say how long.*Download the file/s,
  },
  { way: "page", code: "remote_refused", words: /leads to a web page/ },
  { way: "pagepart", code: "remote_refused", words: /leads to a web page/ },
  { way: "empty", code: "empty_file", words: /empty/ },
  // Chromium asked for bytes that are not compressed, and says no more than that it failed.
  { way: "packed", code: "remote_unreachable", words: /as it is, without Content-Encoding/ },
  { way: "packedhidden", code: "remote_unreachable", words: /as it is, without Content-Encoding/ },
  { way: "more", code: "remote_refused", words: /more bytes than the 262144/ },
  { way: "endless", code: "remote_refused", words: /more bytes than the 262144/ },
  { way: "fewer", code: "remote_refused", words: /fewer bytes than the 262144/ },
  { way: "other", code: "remote_refused", words: /another part/ },
  { way: "cut", code: "remote_unreachable", words: /broke off/ },
  { way: "silent", code: "remote_unreachable", words: /silent for too long/ },
];

test("each way a server fails is said in words, and the open database stays", async () => {
  const session = await openAddressPage();
  const { page } = session;
  await openSample(page);
  for (const { way, code, words } of REFUSED) {
    await typeAddress(page, at(way));
    const error = page.getByTestId("open-error");
    const text = await textMatching(error, words);
    assert.match(
      await error.locator("[data-testid]").first().getAttribute("data-testid"),
      new RegExp(code),
      way,
    );
    assert.match(text, /store\.db.* is still open/s, way);
    await error.getByRole("button", { name: "Dismiss" }).click();
  }
  assert.equal(await page.getByTestId("fetched").count(), 0);
  // What would never end was left alone.
  for (let wait = 0; server.connections() > 6 && wait < 50; wait += 1) await page.waitForTimeout(100);
  assert.ok(server.connections() <= 6, `${server.connections()} connections are still open`);
  await close(session);
});

test("what did not answer is asked again when the person says so", async () => {
  const session = await openAddressPage();
  const { page } = session;
  const before = server.of("nocors").length;
  await typeAddress(page, at("nocors"));
  await page.getByTestId("error-remote_unreachable").getByRole("button", { name: "Try again" }).click();
  for (let wait = 0; server.of("nocors").length < before + 2 && wait < 600; wait += 1)
    await page.waitForTimeout(100);
  assert.equal(server.of("nocors").length, before + 2);
  await textMatching(page.getByTestId("error-remote_unreachable"), /did not answer/);
  await close(session);
});

test("a redirect is followed once the person says so, and the new address is used from then on", async () => {
  const session = await openAddressPage();
  const { page } = session;
  await typeAddress(page, at("moved"));
  const error = page.getByTestId("error-remote_redirect");
  await error.getByRole("button", { name: "Follow it" }).click();
  await page.getByRole("tree", { name: "Tables" }).waitFor();
  const moved = server.of("moved").length;
  await run(page);
  await textMatching(page.getByRole("region", { name: "Result rows" }), /1/);
  assert.equal(server.of("moved").length, moved);
  await close(session);
});

test("a server without ranges: the file is downloaded whole when asked to", async () => {
  const session = await openAddressPage();
  const { page } = session;
  await typeAddress(page, at("whole"));
  const size = new Intl.NumberFormat("en").format(readFileSync(path).length);
  const error = page.getByTestId("error-remote_no_ranges");
  await textMatching(error, new RegExp(size));
  await error.getByRole("button", { name: "Download it" }).click();
  await page.getByRole("tree", { name: "Tables" }).waitFor();
  await run(page);
  await textMatching(page.getByRole("region", { name: "Result rows" }), /1/);
  assert.equal(server.of("whole").length, 2);
  await close(session);
});

for (const way of ["flaky", "busy"]) {
  test(`a connection that is ${way} is asked again, and the rows are right`, async () => {
    const session = await openAddressPage();
    const { page } = session;
    await openAddress(page, way);
    await run(page, "SELECT count(*) FROM orders;");
    await textMatching(page.getByRole("region", { name: "Result rows" }), /60,?000/);
    await close(session);
  });
}

for (const way of ["changed", "changedtime", "changedlength", "gone"]) {
  test(`another version is never mixed in: ${way}`, async () => {
    const session = await openAddressPage();
    const { page } = session;
    await openAddress(page, way);
    await run(page);
    await textMatching(
      page.getByRole("tabpanel").getByTestId("error-remote_changed"),
      /changed on the server/,
    );
    await page.getByTestId("notice-remote").getByRole("button", { name: "Open it again" }).waitFor();
    // From then on nothing more is asked.
    const asked = server.of(way).length;
    await run(page, `${SCAN} -- again`);
    await page.getByTestId("error-remote_changed").waitFor();
    assert.equal(server.of(way).length, asked);
    await close(session);
  });
}

test("a new worker does not open another version in place of the one that was open", async () => {
  const session = await openAddressPage();
  const { page } = session;
  const before = server.of("changed").length;
  assert.ok(before > 0, "the file has changed already, so it opens in its second version");
  await openAddress(page, "good");
  await page.evaluate(() => window.dispatchEvent(new CustomEvent("scanseek:kill-for-test")));
  await textMatching(page.getByTestId("notice-engine"), /Your text and your file are still here/);
  await run(page, "SELECT count(*) FROM orders;");
  await textMatching(page.getByRole("region", { name: "Result rows" }), /60,?000/);
  await openAddress(page, "good");
  await close(session);

  const fresh = await serveRanges(readFileSync(path));
  const other = await openPage(browser, {}, "", { path: "remote/", may_ask: fresh.origin });
  await typeAddress(other.page, `${fresh.origin}/changed/shop.db`);
  await other.page.getByRole("tree", { name: "Tables" }).waitFor();
  await other.page.evaluate(() => window.dispatchEvent(new CustomEvent("scanseek:kill-for-test")));
  await textMatching(
    other.page.getByTestId("notice-engine"),
    /could not be opened again.*changed on the server/s,
  );
  await close(other);
  fresh.stop();
});

test("waiting for a silent server can be cancelled", async () => {
  const session = await openAddressPage();
  const { page } = session;
  await openAddress(page, "stuck");
  await run(page);
  await page.getByRole("tabpanel").getByRole("button", { name: "Cancel" }).click();
  await textMatching(page.getByRole("tabpanel"), /Cancelled/);
  assert.equal(await page.getByTestId("notice-engine").count(), 0, "the worker is still the same");
  await close(session);
});

test("a server that marks no version is said to", async () => {
  const session = await openAddressPage();
  await openAddress(session.page, "unmarked");
  await textMatching(session.page.getByTestId("notice-open-unmarked"), /ETag or Last-Modified/);
  await close(session);
});

test("the main page cannot reach the server at all, and says where addresses are opened", async () => {
  const session = await openPage(browser);
  const { page, problems } = session;
  const policies = new Map();
  page.on("response", (response) =>
    policies.set(new URL(response.url()).pathname, response.headers()["content-security-policy"] ?? ""),
  );
  await page.reload();
  await page.getByTestId("sample-store").waitFor();
  await openSample(page);
  await page.reload();
  for (const [path, policy] of policies) {
    if (/\.js$|\.wasm$|^\/$/.test(path) && path !== "/theme.js")
      assert.match(policy, /connect-src 'self';/, path);
    assert.doesNotMatch(path, /remote/);
  }
  assert.ok([...policies.keys()].some((path) => /worker-.*\.js$/.test(path)));
  const before = server.requests.length;
  const outcome = await page.evaluate(
    (url) =>
      fetch(url).then(
        () => "fetched",
        (cause) => cause.name,
      ),
    at("good"),
  );
  assert.equal(outcome, "TypeError");
  assert.equal(server.requests.length, before);
  const refusals = problems.splice(0).filter((problem) => /connect-src/.test(problem));
  assert.ok(refusals.length > 0, "it was the policy that refused");
  await page.getByRole("link", { name: "Open from an address…" }).click();
  await page.getByTestId("address").waitFor();
  assert.equal(new URL(page.url()).href, new URL("remote/", URL_BASE).href);
  await page.getByRole("link", { name: "the main page" }).click();
  await page.getByRole("link", { name: "Open from an address…" }).waitFor();
  await close(session);
});

test("only the reader has the wide policy: neither the engine's worker nor anything else that is loaded", async () => {
  const answer = await fetch(new URL("remote/", URL_BASE));
  assert.equal(answer.headers.get("cross-origin-embedder-policy"), "require-corp");
  assert.match(answer.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  const session = await openAddressPage();
  const { page } = session;
  const policies = new Map();
  page.on("response", (response) =>
    policies.set(new URL(response.url()).pathname, response.headers()["content-security-policy"] ?? ""),
  );
  await page.reload();
  await openAddress(page, "good");
  assert.ok(await page.evaluate(() => crossOriginIsolated));
  const wide = [...policies].filter(([, policy]) => /connect-src 'self' https:/.test(policy));
  for (const [path] of wide) assert.match(path, /^\/remote\/(reader-[\w-]+\.js)?$/);
  const narrow = [...policies]
    .filter(([, policy]) => /connect-src 'self';/.test(policy))
    .map(([path]) => path);
  assert.ok(
    narrow.some((path) => /remote-worker-[\w-]+\.js$/.test(path)),
    narrow.join(),
  );
  await close(session);
});
