/**
 * A web server on another port, and so another site: it gives parts of a file to anyone, or misbehaves in the way
 * the first part of the path names.
 */
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const SHOWN = "Content-Range, Accept-Ranges, ETag, Content-Encoding";

/** Each way: what a request for `[first, end)` of `bytes` gets. `n` counts requests to this path, from 0. */
const WAYS = {
  good: (ask) => ask.part(),
  unmarked: (ask) => ask.part({ ETag: null, "Last-Modified": null }),
  missing: (ask) => ask.send(404, {}, "no such file"),
  forbidden: (ask) => ask.send(403, {}, "no"),
  nocors: (ask) => ask.part({ "Access-Control-Allow-Origin": null }),
  hidden: (ask) => ask.part({ "Access-Control-Expose-Headers": null }),
  whole: (ask) => ask.send(200, { "Content-Length": ask.bytes.length }, ask.bytes),
  wholeunknown: (ask) => ask.send(200, {}, ask.bytes),
  moved: (ask) => ask.send(302, { Location: "/good/shop.db" }, ""),
  page: (ask) => ask.send(200, { "Content-Type": "text/html" }, "<!doctype html><p>Not found, but politely"),
  pagepart: (ask) => ask.of(Buffer.from("<!DOCTYPE html><p>Hello"), { "Content-Type": "text/html" }),
  empty: (ask) => ask.send(416, { "Content-Range": "bytes */0" }, ""),
  /** Parts of what is stored compressed. */
  packed: (ask) => ask.of(gzipSync(ask.bytes), { "Content-Encoding": "gzip" }),
  packedhidden: (ask) =>
    ask.of(gzipSync(ask.bytes), {
      "Content-Encoding": "gzip",
      "Access-Control-Expose-Headers": "Content-Range, ETag",
    }),
  more: (ask) => ask.sized(Buffer.concat([ask.wanted(), Buffer.alloc(1000)])),
  fewer: (ask) => ask.sized(ask.wanted().subarray(1)),
  endless: (ask) => ask.endless(),
  other: (ask) => ask.part({ "Content-Range": `bytes 512-262655/${ask.bytes.length}` }),
  silent: (ask) => ask.half(),
  cut: (ask) => ask.half().then((response) => response.destroy()),
  /** Twice cut off amid a part, then well again; the first part is whole, so that the file opens. */
  flaky: (ask) => (ask.n > 0 && ask.n % 3 !== 0 ? WAYS.cut(ask) : ask.part()),
  busy: (ask) => (ask.n > 0 && ask.n % 3 !== 0 ? ask.send(503, {}, "later") : ask.part()),
  /** Another version from the second request on: by its mark, by its time, by its length. */
  changed: (ask) => ask.part({ ETag: `"${Math.min(ask.n, 1)}"` }),
  changedtime: (ask) =>
    ask.part({ ETag: null, "Last-Modified": new Date(Math.min(ask.n, 1) * 5000).toUTCString() }),
  changedlength: (ask) =>
    ask.of(ask.n === 0 ? ask.bytes : ask.bytes.subarray(0, -4096), { ETag: null, "Last-Modified": null }),
  gone: (ask) => (ask.n === 0 ? ask.part() : ask.send(404, {}, "gone")),
  stuck: (ask) => (ask.n === 0 ? ask.part() : ask.half()),
};

/** `requests` lists what was asked, with the headers. */
export async function serveRanges(bytes) {
  const requests = [];
  const open = new Set();
  const server = createServer((request, response) => {
    const way = request.url.split("/")[1];
    const n = requests.filter((other) => other.way === way).length;
    requests.push({ way, method: request.method, headers: request.headers, url: request.url });
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const ask = {
      n,
      bytes,
      end: 0,
      send(status, headers, body) {
        const all = {
          "Access-Control-Allow-Origin": "*",
          "Access-Control-Expose-Headers": SHOWN,
          "Accept-Ranges": "bytes",
          "Content-Type": "application/vnd.sqlite3",
          ETag: '"one"',
          "Last-Modified": new Date(0).toUTCString(),
          ...headers,
        };
        response.writeHead(
          status,
          Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)),
        );
        if (body !== undefined) response.end(body);
        return response;
      },
      span(of = bytes) {
        const first = Number(range?.[1] ?? 0);
        ask.end = Math.min(of.length, range?.[2] ? Number(range[2]) + 1 : of.length);
        return { first, headers: { "Content-Range": `bytes ${first}-${ask.end - 1}/${of.length}` } };
      },
      wanted: () => bytes.subarray(ask.span().first, ask.span().end ?? ask.end),
      of(other, headers = {}) {
        const { first, headers: span } = ask.span(other);
        const body = other.subarray(first, ask.end);
        ask.send(206, { ...span, "Content-Length": body.length, ...headers }, body);
      },
      part: (headers) => ask.of(bytes, headers),
      /** In chunks, so that nothing but the range tells how many bytes there should be. */
      sized: (body) => ask.send(206, ask.span().headers, body),
      endless() {
        const to = ask.send(206, ask.span().headers);
        const more = () => {
          while (!to.destroyed && to.write(Buffer.alloc(65536)));
        };
        to.on("drain", more);
        more();
      },
      async half() {
        const { first, headers } = ask.span();
        const to = ask.send(206, { ...headers, "Content-Length": ask.end - first });
        await new Promise((done) =>
          to.write(bytes.subarray(first, first + Math.floor((ask.end - first) / 2)), done),
        );
        return to;
      },
    };
    (WAYS[way] ?? WAYS.missing)(ask);
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    of: (way) => requests.filter((request) => request.way === way),
    connections: () => open.size,
    stop() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
