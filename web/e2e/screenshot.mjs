#!/usr/bin/env node
/**
 * Takes a picture of the control room once enough hits are on it (the README's picture is made so).
 *
 *   node web/e2e/screenshot.mjs --url http://127.0.0.1:8080 --link TOKEN_OR_ADDRESS --out FILE.png
 *        [--hits 3] [--screen hits|transits|cameras|audit] [--language it|en] [--theme dark|light]
 *        [--width 1600] [--height 900] [--timeout SECONDS]
 *
 * Exit code 0: taken; 1: not enough hits in time (the picture is taken all the same); 2: wrong arguments.
 */

import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startBrowser } from "./browser.mjs";

const { values: given } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8080" },
    link: { type: "string", default: "" },
    out: { type: "string", default: "" },
    hits: { type: "string", default: "1" },
    screen: { type: "string", default: "hits" },
    language: { type: "string", default: "en" },
    theme: { type: "string", default: "dark" },
    width: { type: "string", default: "1600" },
    height: { type: "string", default: "900" },
    timeout: { type: "string", default: "60" },
  },
});
if (!given.link || !given.out) {
  process.stderr.write("screenshot.mjs: give --link TOKEN and --out FILE.png\n");
  process.exit(2);
}

const browser = await startBrowser({
  width: Number(given.width),
  height: Number(given.height),
  language: given.language,
});
const { page } = browser;
await page.addInitScript((theme) => localStorage.setItem("varco.theme", theme), given.theme);
page.setDefaultTimeout(Number(given.timeout) * 1000);
let failed = false;
try {
  const token = given.link.slice(given.link.indexOf("#") + 1);
  await page.goto(`${given.url.replace(/\/+$/, "")}/sign-in#${token}`);
  await page.waitForSelector('[data-testid="connection"][data-state="live"]');
  // A click lets the page sound, as an operator's would; the bar then shows its usual state.
  await page.getByTestId("sound").click();
  await page.waitForFunction(
    (count) => document.querySelectorAll("[data-evidence-at]").length >= count,
    Number(given.hits),
  );
  if (given.screen !== "hits") await page.getByTestId(`tab-${given.screen}`).click();
  // Cards have come to rest and plates are drawn.
  await page.waitForTimeout(1500);
} catch (error) {
  failed = true;
  process.stderr.write(`screenshot.mjs: ${error}\n`);
} finally {
  await writeFile(given.out, await page.screenshot());
  await browser.stop();
}
process.exit(failed ? 1 : 0);
