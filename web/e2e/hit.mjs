#!/usr/bin/env node
/**
 * Waits in a real browser for the hit on one plate, and says when it was on the screen.
 *
 *   node web/e2e/hit.mjs --url http://127.0.0.1:8080 --link TOKEN_OR_ADDRESS --plate 1741GWY
 *        [--acknowledge] [--screenshot FILE] [--json] [--timeout SECONDS] [--count N]
 *        [--width PX] [--height PX] [--language it|en]
 *
 * With --json one line per hit on stdout:
 *   {"plate","hit","state","exact","captured_at_ms","shown_at_ms","evidence_at_ms","latency_ms",
 *    "evidence_latency_ms","evidence_sha256","evidence_width_px","evidence_height_px",
 *    "acknowledged_ms","console_errors"}
 * `ready` alone on a line on stderr says that the page is live and waiting.
 * Exit code 0: seen; 1: not seen in time, or something failed; 2: wrong arguments.
 */

import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startBrowser } from "./browser.mjs";

/** @param {string} message @returns {never} */
function usage(message) {
  process.stderr.write(`hit.mjs: ${message}\nusage: see the head of web/e2e/hit.mjs\n`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: "string", default: "http://127.0.0.1:8080" },
        link: { type: "string" },
        plate: { type: "string" },
        acknowledge: { type: "boolean", default: false },
        screenshot: { type: "string" },
        json: { type: "boolean", default: false },
        timeout: { type: "string", default: "60" },
        count: { type: "string", default: "1" },
        width: { type: "string", default: "1440" },
        height: { type: "string", default: "900" },
        language: { type: "string", default: "it" },
      },
    });
    if (!values.link) usage("--link is missing: give the one-time sign-in token or its address");
    if (!values.plate) usage("--plate is missing: give the plate as it is read, such as 1741GWY");
    return { ...values, link: values.link, plate: values.plate };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const given = options();
const timeout = Number(given.timeout) * 1000;
/** @type {string[]} */
const consoleErrors = [];

const browser = await startBrowser({
  width: Number(given.width),
  height: Number(given.height),
  language: given.language,
});
const { page } = browser;
page.setDefaultTimeout(timeout);
page.on("console", (message) => {
  if (message.type() === "error") consoleErrors.push(message.text());
});
page.on("pageerror", (error) => consoleErrors.push(String(error)));

let failed = false;
try {
  const token = given.link.includes("#")
    ? given.link.slice(given.link.indexOf("#") + 1)
    : given.link;
  await page.goto(`${given.url.replace(/\/+$/, "")}/sign-in#${token}`);
  await page.waitForSelector('[data-testid="connection"][data-state="live"]');
  process.stderr.write("ready\n");

  // Each hit is looked at as it comes: a lively list moves on.
  const wanted = Number(given.count);
  /** @type {string[]} */
  const handled = [];
  while (handled.length < wanted) {
    const found = await page.waitForFunction(
      ([plate, known]) =>
        [...document.querySelectorAll(`[data-testid="hit"][data-plate="${plate}"][data-shown-at]`)]
          .map((card) => card.getAttribute("data-hit-id"))
          .find((hit) => hit !== null && !known.includes(hit)),
      /** @type {[string, string[]]} */ ([given.plate, handled]),
    );
    const id = String(await found.jsonValue());
    handled.push(id);
    const card = page.locator(`[data-testid="hit"][data-hit-id="${id}"]`);
    const picture = card.getByTestId("evidence");
    await page.waitForFunction(
      (hit) => document.querySelector(`[data-hit-id="${hit}"][data-evidence-at]`),
      id,
    );
    const seen = await card.evaluate((element) => ({
      captured: Date.parse(element.dataset.capturedAt ?? ""),
      shown: Number(element.dataset.shownAt),
      evidence: Number(element.dataset.evidenceAt),
      exact: element.dataset.exact === "true",
    }));
    const source = (await picture.getAttribute("src")) ?? "";
    const size = await picture.evaluate((image) =>
      image instanceof HTMLImageElement ? [image.naturalWidth, image.naturalHeight] : [0, 0],
    );

    let acknowledged = null;
    if (given.acknowledge && handled.length === 1) {
      const before = Date.now();
      await card.getByTestId("acknowledge").click();
      await page.waitForSelector(`[data-hit-id="${id}"][data-state="acknowledged"]`);
      acknowledged = Date.now() - before;
    }
    const report = {
      plate: given.plate,
      hit: id,
      state: await card.getAttribute("data-state"),
      exact: seen.exact,
      captured_at_ms: seen.captured,
      shown_at_ms: seen.shown,
      evidence_at_ms: seen.evidence,
      latency_ms: seen.shown - seen.captured,
      evidence_latency_ms: seen.evidence - seen.captured,
      evidence_sha256: source.split("/").pop() ?? "",
      evidence_width_px: size[0],
      evidence_height_px: size[1],
      acknowledged_ms: acknowledged,
      console_errors: consoleErrors,
    };
    process.stdout.write(
      given.json
        ? `${JSON.stringify(report)}\n`
        : `${report.plate}: on the screen ${report.latency_ms} ms after capture, picture ${report.evidence_latency_ms} ms, ${report.state}\n`,
    );
  }
} catch (error) {
  failed = true;
  process.stderr.write(`hit.mjs: no hit on ${given.plate} seen: ${error}\n`);
  for (const line of consoleErrors) process.stderr.write(`  browser: ${line}\n`);
  const words = await page
    .locator("body")
    .ariaSnapshot({ timeout: 2000 })
    .catch(() => "");
  process.stderr.write(`  page says: ${words.slice(0, 600).replaceAll("\n", " | ")}\n`);
} finally {
  if (given.screenshot) {
    const picture = await page.screenshot().catch(() => null);
    if (picture) await writeFile(given.screenshot, picture);
  }
  await browser.stop();
}
process.exit(failed ? 1 : 0);
