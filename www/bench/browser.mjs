/** Chromium, a server for it on this machine only, and the engines in it, one worker each. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const WWW = fileURLToPath(new URL("..", import.meta.url));

/** Where the files of each engine, of the page and of the benchmark are. */
export const FOLDERS = {
  scanseek: join(WWW, "src/engine/pkg"),
  sqljs: join(WWW, "node_modules/sql.js/dist"),
  official: join(WWW, "node_modules/@sqlite.org/sqlite-wasm/dist"),
  page: join(WWW, "dist"),
  bench: join(WWW, "bench"),
};

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

// Cross-origin isolation makes the browser's clock fine enough: 5 µs instead of 100.
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cache-Control": "no-store",
};

/** Serves the folders and the database; returns the address and what stops it. */
export async function serve(database) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const [, folder, ...rest] = path.split("/");
    const file = path === "/sample.db" ? database : FOLDERS[folder] && join(FOLDERS[folder], ...rest);
    try {
      const body = path === "/" ? "<!doctype html><title>bench</title>" : await readFile(file);
      const type = path === "/" ? TYPES[".html"] : TYPES[extname(file)];
      response.writeHead(200, { ...HEADERS, "Content-Type": type ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404, HEADERS).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** Starts the browser with a worker for each engine named; `database` is the path of the file. */
export async function openBrowser(database, engines) {
  const { url, stop } = await serve(database);
  const browser = await chromium.launch({
    executablePath: process.env.SCANSEEK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  const page = await browser.newPage();
  await page.goto(`${url}/`);
  await page.evaluate((names) => {
    if (!crossOriginIsolated) throw new Error("The page is not isolated; its clock would be too coarse.");
    globalThis.workers = Object.fromEntries(
      names.map((name) => [name, new Worker(`/bench/worker.mjs#${name}`, { type: "module" })]),
    );
  }, engines);
  return {
    version: browser.version(),
    /** Calls one engine, while the others wait. */
    async call(engine, ...message) {
      const answer = await page.evaluate(
        ([name, parts]) =>
          new Promise((resolve) => {
            const worker = globalThis.workers[name];
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => resolve({ error: event.message || "the worker did not start" });
            worker.postMessage(parts);
          }),
        [engine, message],
      );
      if ("error" in answer) throw new Error(`${engine}: ${answer.error}`);
      return answer.ok;
    },
    /** The files, as paths in www/dist, that the product's page asks for when it is opened. */
    async filesOfFirstLoad() {
      const context = await browser.newContext();
      const visit = await context.newPage();
      const files = new Set();
      context.on("request", (request) => files.add(new URL(request.url()).pathname));
      await visit.goto(`${url}/page/index.html`);
      await visit.waitForLoadState("networkidle");
      await context.close();
      return [...files].map((path) => path.replace(/^\/page\//, ""));
    },
    async close() {
      await browser.close();
      stop();
    },
  };
}
