/** A file on a server that is only to be had as a whole. */
import { ASKING } from "./parts";
import { wireError } from "./protocol";
import type { Reading } from "./types";

const TRY = "Try again, or download the file yourself and open it from your disk.";

/** Reads all of a file into the browser's memory: just as many bytes as the server announced. */
export async function download(
  url: string,
  name: string,
  onReading: (reading: Reading) => void,
  signal: AbortSignal,
): Promise<File> {
  try {
    // With this header the browser asks for bytes that are not compressed, so that they can be counted.
    const headers = { Range: "bytes=0-" };
    const response = await fetch(url, { ...ASKING, headers, redirect: "error", signal });
    const total_bytes = Number(response.headers.get("content-length") ?? Number.NaN);
    if (!response.ok || !response.body || !(total_bytes > 0)) {
      throw wireError(
        "remote_refused",
        `The server gave another answer than before (status ${response.status}).`,
        TRY,
      );
    }
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let read_bytes = 0;
    for (const stream = response.body.getReader(); read_bytes <= total_bytes; ) {
      const { done, value } = await stream.read();
      if (done) break;
      chunks.push(value);
      read_bytes += value.length;
      onReading({ read_bytes, total_bytes });
    }
    if (read_bytes !== total_bytes) {
      const more = read_bytes > total_bytes ? "more" : "fewer";
      throw wireError("remote_refused", `The server sent ${more} bytes than it had announced.`, TRY);
    }
    return new File(chunks, name);
  } catch (cause) {
    if (signal.aborted) throw wireError("cancelled", "Cancelled.");
    if (cause instanceof Error) throw wireError("remote_unreachable", "The download broke off.", TRY);
    throw cause;
  }
}
