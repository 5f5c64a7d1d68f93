/** Starts Chromium for a test: headless, with a profile of its own that is removed afterwards. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/**
 * @param {{ width?: number, height?: number, locale?: string, language?: string, timezone?: string, colorScheme?: "light" | "dark" }} [view]
 * @returns {Promise<{ context: import("playwright-core").BrowserContext, page: import("playwright-core").Page, stop: () => Promise<void> }>}
 */
export async function startBrowser(view = {}) {
  const profile = await mkdtemp(join(tmpdir(), "varco-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--autoplay-policy=user-gesture-required",
    ],
    viewport: { width: view.width ?? 1440, height: view.height ?? 900 },
    locale: view.locale ?? "it-IT",
    timezoneId: view.timezone ?? "Europe/Rome",
    colorScheme: view.colorScheme ?? "dark",
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const { language } = view;
  if (language) {
    // As if chosen in the page's own menu: it comes before the account's language.
    await context.addInitScript(
      (chosen) => localStorage.setItem("varco.language", chosen),
      language,
    );
  }
  return {
    context,
    page,
    stop: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
