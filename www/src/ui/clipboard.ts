/** The clipboard. */

/** Copies a text that may still be on its way. False if that fails or the browser does not allow it. */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  try {
    if (!("ClipboardItem" in globalThis)) {
      await navigator.clipboard.writeText(await text);
      return true;
    }
    // Given at once: some browsers allow no copying any more when an answer has been waited for.
    const blob = Promise.resolve(text).then((ready) => new Blob([ready], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return true;
  } catch {
    return false;
  }
}
