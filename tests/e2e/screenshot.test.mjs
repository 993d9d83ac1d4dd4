/** Takes the picture in the README: SCANSEEK_SCREENSHOT=1 writes docs/screenshot.png. */

import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { close, launch, openPage, openSample, showTab, suggestIndexes } from "./page.mjs";

const TARGET = fileURLToPath(new URL("../../docs/screenshot.png", import.meta.url));

test("screenshot", { skip: !process.env.SCANSEEK_SCREENSHOT }, async () => {
  const browser = await launch();
  const session = await openPage(browser, { colorScheme: "light", reducedMotion: "reduce" });
  await openSample(session.page);
  await showTab(session.page, "Suggest");
  await session.page.getByRole("button", { name: "This query" }).click();
  await suggestIndexes(session.page);
  await session.page.mouse.move(0, 0);
  await session.page.screenshot({ path: TARGET });
  await close(session);
  await browser.close();
});
