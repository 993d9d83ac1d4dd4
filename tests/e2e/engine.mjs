/**
 * The engine alone in a worker of Chromium, without the page: for what is easier asked of it directly, and for
 * `cargo xtask bench --large`. The profile is a real one on disk, since private windows have no quick file
 * system of their own.
 *
 * SCANSEEK_CHROMIUM: the browser to use. SCANSEEK_PACKAGE: the package, without an ending.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = process.env.SCANSEEK_PACKAGE ?? join(HERE, "../../www/src/engine/pkg/scanseek_wasm");

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cache-Control": "no-store",
};
/** How every test starts the browser. */
export const EXECUTABLE = process.env.SCANSEEK_CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Serves the package, the worker, and what else is named: path → file. */
async function serve(files) {
  const server = createServer((request, response) => {
    const path = request.url;
    if (path === "/") {
      const html = '<!doctype html><title>engine</title><input type="file" multiple>';
      response.writeHead(200, { ...HEADERS, "Content-Type": "text/html" }).end(html);
      return;
    }
    const file = path.startsWith("/engine/") ? join(dirname(PACKAGE), basename(path)) : files[path];
    try {
      const body = readFileSync(file);
      response.writeHead(200, { ...HEADERS, "Content-Type": TYPES[extname(file)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404, HEADERS).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** Starts a browser; `start()` gives an engine in a worker of its own. */
export async function openChromium(files = {}) {
  const site = await serve({ "/worker.mjs": join(HERE, "engine-worker.mjs"), ...files });
  const profile = await mkdtemp(join(tmpdir(), "scanseek-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    args: FLAGS,
  });
  const page = await context.newPage();
  await page.goto(site.address);
  let next = 0;
  return {
    page,
    version: context.browser()?.version() ?? "",
    /** An engine whose calls run one at a time; `stop()` is the wish to cancel. */
    async start(script = "/worker.mjs") {
      const id = next++;
      await page.evaluate(
        ([at, address]) => {
          const worker = new Worker(address, { type: "module" });
          const flag = new Int32Array(new SharedArrayBuffer(4));
          worker.postMessage({ flag });
          globalThis.engines ??= [];
          globalThis.engines[at] = { worker, flag };
        },
        [id, script],
      );
      const call = (name, ...parameters) =>
        page.evaluate(
          ([at, message]) =>
            new Promise((resolve, reject) => {
              const { worker } = globalThis.engines[at];
              worker.onmessage = ({ data }) =>
                "error" in data ? reject(new Error(JSON.stringify(data.error))) : resolve(data.ok);
              worker.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
              const files = [...document.querySelector("input").files];
              worker.postMessage({ ...message, files });
            }),
          [id, { name, parameters }],
        );
      return {
        call,
        /** Opens files of the disk as picked files. */
        async open(...paths) {
          await page.locator("input").setInputFiles(paths);
          return call("open");
        },
        /** Calls, and cancels after a while; milliseconds from the wish to the answer. */
        cancelled: (after_ms, name, ...parameters) =>
          page.evaluate(
            ([at, wait, message]) =>
              new Promise((resolve) => {
                const { worker, flag } = globalThis.engines[at];
                let wished = 0;
                worker.onmessage = ({ data }) => {
                  Atomics.store(flag, 0, 0);
                  resolve({ ms: wished ? performance.now() - wished : null, error: data.error ?? null });
                };
                worker.postMessage(message);
                setTimeout(() => {
                  wished = performance.now();
                  Atomics.store(flag, 0, 1);
                }, wait);
              }),
            [id, after_ms, { name, parameters }],
          ),
        terminate: () => page.evaluate((at) => globalThis.engines[at].worker.terminate(), id),
      };
    },
    async close() {
      await context.close();
      site.stop();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
