#!/usr/bin/env node
/**
 * An officer at the in-car screen of a running node, in a real browser of 1024x600.
 *
 *   node web/e2e/incar.mjs --url http://127.0.0.1:8090 [--hits N] [--verdicts accept,reject:gone,not-now]
 *        [--check PLATE]... [--screenshots FOLDER] [--timeout SECONDS] [--language it|en] [--light day|night]
 *
 * One JSON line on stdout per hit that filled the screen:
 *   {"hit","plate","listed","exact","captured_at_ms","matched_at_ms","shown_at_ms","evidence_at_ms",
 *    "frame_to_shown_ms","decided_to_shown_ms","verdict","stored_ms","small_targets","console_errors"}
 * and one per plate typed: {"typed","matches"}.
 * `ready` alone on a line on stderr says that the screen is live. Exit code 0: done; 1: not in time.
 */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBrowser } from "./browser.mjs";

const { values: given } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8090" },
    hits: { type: "string", default: "1" },
    verdicts: { type: "string", default: "accept" },
    check: { type: "string", multiple: true, default: [] },
    screenshots: { type: "string" },
    timeout: { type: "string", default: "60" },
    language: { type: "string", default: "it" },
    light: { type: "string", default: "day" },
  },
});
const timeout = Number(given.timeout) * 1000;
const verdicts = given.verdicts.split(",");
/** @type {string[]} */
const consoleErrors = [];

const browser = await startBrowser({ width: 1024, height: 600, language: given.language });
const { page } = browser;
page.setDefaultTimeout(timeout);
/** Whoever touches does not wait. */
const touch = { timeout: 10_000 };
page.on("console", (message) => {
  if (message.type() === "error") consoleErrors.push(message.text());
});
page.on("pageerror", (error) => consoleErrors.push(String(error)));
await browser.context.addInitScript(
  (light) => localStorage.setItem("varco.light", light),
  given.light,
);

/** @param {string} name */
async function picture(name) {
  if (!given.screenshots) return;
  await writeFile(join(given.screenshots, `${name}.png`), await page.screenshot());
}

/** Buttons on the screen that are too small for a finger: less than 56 px either way. */
const smallTargets = () =>
  page.$$eval("button", (buttons) =>
    buttons
      .map((button) => ({ box: button.getBoundingClientRect(), text: button.textContent ?? "" }))
      .filter(({ box }) => box.width > 0 && (box.width < 56 || box.height < 56))
      .map(({ box, text }) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`),
  );

/** Whether anything of an element lies outside the screen. @param {string} testid */
const outside = (testid) =>
  page.getByTestId(testid).evaluate((element) => {
    const box = element.getBoundingClientRect();
    return (
      box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1
    );
  });

/** @param {string} plate */
async function typePlate(plate) {
  await page.getByTestId("type-plate").click(touch);
  for (const key of plate) await page.locator(`[data-key="${key}"]`).click(touch);
  await page.getByTestId("check").click(touch);
  const answer = page.locator('[data-testid="answer"] [data-matches]');
  await answer.waitFor();
  const matches = Number(await answer.getAttribute("data-matches"));
  const small = await smallTargets();
  await picture(`typed-${plate}`);
  process.stdout.write(`${JSON.stringify({ typed: plate, matches, small_targets: small })}\n`);
  await page.getByTestId("close-keypad").click(touch);
}

let failed = false;
try {
  await page.goto(given.url);
  await page.waitForSelector('[data-testid="incar"][data-connection="live"]');
  await page.waitForSelector('[data-testid="chip-cameras"]');
  // First what needs a quiet screen: a hit would cover it.
  for (const plate of given.check) await typePlate(plate);
  await page.getByTestId("chip-gps").click(touch);
  await page.getByTestId("state-panel").waitFor();
  await picture("state");
  await page.getByTestId("close-state").click(touch);
  process.stderr.write("ready\n");

  /** @type {string[]} */
  const handled = [];
  while (handled.length < Number(given.hits)) {
    const found = await page.waitForFunction((known) => {
      const alert = document.querySelector(
        '[data-testid="alert"][data-shown-at][data-evidence-at]',
      );
      const id = alert?.getAttribute("data-hit-id");
      return id && !known.includes(id) ? id : null;
    }, handled);
    const id = String(await found.jsonValue());
    const verdict = verdicts[handled.length] ?? verdicts.at(-1) ?? "accept";
    handled.push(id);
    const alert = page.locator(`[data-testid="alert"][data-hit-id="${id}"]`);
    const seen = await alert.evaluate((element) => ({ ...element.dataset }));
    const small = await smallTargets();
    if (await outside("accept")) consoleErrors.push("the buttons do not fit on the screen");
    await picture(`hit-${handled.length}`);
    const [what, why] = verdict.split(":");
    const before = Date.now();
    // A better look at the same car may have taken its place meanwhile.
    const now = page.getByTestId("alert");
    await now.getByTestId(what ?? "").click(touch);
    if (why) {
      await now.getByTestId(`reason-${why}`).waitFor();
      await picture(`hit-${handled.length}-why`);
      await now.getByTestId(`reason-${why}`).click(touch);
    }
    await page.waitForSelector(
      `[data-testid="hit-row"][data-hit-id="${id}"][data-verdict="${what}"]`,
    );
    const stored = Date.now() - before;
    const shown = Number(seen.shownAt);
    const captured = Date.parse(seen.capturedAt ?? "");
    const matched = Date.parse(seen.matchedAt ?? "");
    const report = {
      hit: id,
      plate: seen.plate,
      listed: seen.listed,
      exact: seen.exact === "true",
      captured_at_ms: captured,
      matched_at_ms: matched,
      shown_at_ms: shown,
      evidence_at_ms: Number(seen.evidenceAt),
      frame_to_shown_ms: shown - captured,
      decided_to_shown_ms: shown - matched,
      evidence_ms: Number(seen.evidenceAt) - matched,
      verdict,
      stored_ms: stored,
      small_targets: small,
      console_errors: consoleErrors,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  await picture("board");
} catch (error) {
  failed = true;
  process.stderr.write(`incar.mjs: ${error}\n`);
  for (const line of consoleErrors) process.stderr.write(`  browser: ${line}\n`);
  await picture("failed").catch(() => {});
} finally {
  await browser.stop();
}
process.exit(failed ? 1 : 0);
