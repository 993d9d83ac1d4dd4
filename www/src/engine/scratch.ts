/**
 * Scratch files in the page's private file system: parts of a large file that are read twice are copied to
 * one, and written pages go to another when memory is short. Each worker has files of its own; those of
 * workers that are gone are removed by the next.
 */
import type { ScratchFile } from "./types";

const FOLDER = "scanseek-scratch";

/** The share of the space still free that one file may take. */
const SHARE = 0.4;

const PAGE_BYTES = 4096;

/** A read of a page from a real file takes some 2 µs; one that goes through another process, 100 times that. */
const QUICK_MS = 0.05;

/** Private windows keep such files in another process: memory of this one serves better then. */
function isQuick(file: FileSystemSyncAccessHandle): boolean {
  const page = new Uint8Array(PAGE_BYTES);
  file.write(page, { at: 0 });
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let read = 0; read < 10; read++) file.read(page, { at: 0 });
    best = Math.min(best, (performance.now() - start) / 10);
  }
  file.truncate(0);
  return best < QUICK_MS;
}

async function folder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return null; // A private window, or an old browser: what is written stays in memory.
  }
}

/** An empty file, or null where the browser has no place for one. */
export async function scratchFile(): Promise<ScratchFile | null> {
  const inside = await folder();
  if (!inside) return null;
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    const handle = await inside.getFileHandle(crypto.randomUUID(), { create: true });
    const file = await handle.createSyncAccessHandle();
    if (!isQuick(file)) {
      file.close();
      return null;
    }
    return { file, limit_bytes: Math.max(0, quota - usage) * SHARE };
  } catch {
    return null;
  }
}

/** Removes the files that nobody has open. */
export async function removeLeftovers(): Promise<void> {
  const inside = await folder();
  if (!inside) return;
  for await (const name of inside.keys()) {
    await inside.removeEntry(name).catch(() => {}); // In use by another worker.
  }
}
