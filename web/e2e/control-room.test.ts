/** Layout, keyboard, languages, reconnecting and small screens, in headless Chromium. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startBrowser } from "./browser.mjs";
import { LINK, MockCentre, PASSWORD } from "./mock-centre";
import { fill, make, type Sample } from "./samples";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/** A folder for screenshots of what the tests saw; none are kept without it. */
const SHOTS = process.env.VARCO_SHOTS;

const NEW: Sample = {
  plate: "GA700ZX",
  country: "IT",
  kind: "stolen",
  reason: "Furto denunciato oggi",
  colour: "#335577",
  minutesAgo: 0,
  camera: "Nord 2",
  site: "Varco Via Milano",
  confidence: 0.99,
};

const centre = new MockCentre(DIST);
let browser: Awaited<ReturnType<typeof startBrowser>>;
let page: Page;
let url = "";
const faults: string[] = [];

beforeAll(async () => {
  if (SHOTS) await mkdir(SHOTS, { recursive: true });
  browser = await startBrowser({ width: 1920, height: 1080 });
  page = browser.page;
  url = await centre.start();
  await fill(page, centre);
  await page.setViewportSize({ width: 1920, height: 1080 });
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
});

afterAll(async () => {
  await browser?.stop();
  await centre.stop();
});

async function shot(name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

async function live(): Promise<void> {
  await page.waitForSelector('[data-testid="connection"][data-state="live"]');
}

/** Opens a screen afresh, signed in, as an Italian operator's browser shows it. */
async function show(screen: string, width = 1920, height = 1080): Promise<void> {
  centre.signedIn = true;
  await page.setViewportSize({ width, height });
  await page.goto("about:blank");
  await page.goto(`${url}/#/${screen}`);
  await live();
}

beforeEach(() => {
  faults.length = 0;
});

const card = (plate: string) => page.locator(`[data-testid="hit"][data-plate="${plate}"]`);
const noSidewaysScroll = () =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test("the one-time link signs in, leaves no token in the address, and works once", async () => {
  centre.signedIn = false;
  await page.goto(`${url}/sign-in#${LINK}`);
  await live();
  expect(page.url()).toBe(`${url}/`);
  await page.waitForSelector("[data-evidence-at]");
  await page.waitForTimeout(300);
  await shot("hits");

  await page.getByTestId("account").click();
  await page.getByTestId("sign-out").click();
  await page.getByTestId("sign-in").waitFor();
  await page.goto("about:blank");
  await page.goto(`${url}/sign-in#${LINK}`);
  await page.getByRole("alert").waitFor();
  await shot("sign-in");
  await page.getByTestId("name").fill("giulia");
  await page.getByTestId("password").fill("wrong");
  await page.getByTestId("sign-in").click();
  await page.getByText("Nome o password errati").waitFor();
  await page.getByTestId("password").fill(PASSWORD);
  await page.getByTestId("sign-in").click();
  await live();
});

test("a hit shows its picture, both plates, the match, the place and the duty to verify", async () => {
  await show("hits");
  const before = centre.requests.length;
  await page.reload();
  const hit = card("FX904RB");
  await hit.waitFor();
  const words = (await hit.textContent()) ?? "";
  for (const word of [
    "Ricercato",
    "Approssimato",
    "24 %",
    "Ponte",
    "PL 2026/0412",
    "da verificare",
  ]) {
    expect(words).toContain(word);
  }
  expect(await hit.locator(".differs").allTextContents()).toEqual(["B", "D"]);
  const picture = hit.getByTestId("evidence");
  expect(await picture.getAttribute("src")).toMatch(/^\/api\/v1\/evidence\/[0-9a-f]{64}$/);
  await page.waitForFunction(
    () => document.querySelectorAll('[data-testid="hit"][data-evidence-at]').length >= 3,
  );
  // Each look at a picture is audited: none is fetched twice, and none of a transit without a hit.
  const looks = centre.requests.slice(before).filter((line) => line.includes("/evidence/"));
  expect(new Set(looks).size).toBe(looks.length);
  expect(looks.length).toBeLessThanOrEqual(centre.hits.length);
  const shown = Number(await hit.getAttribute("data-shown-at"));
  expect(Math.abs(Date.now() - shown)).toBeLessThan(30_000);
  // The crop is drawn from the picture: light plate, dark characters.
  const range = await hit.getByTestId("crop").evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) return 0;
    const pixels = element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data;
    const greens = Array.from(pixels ?? []).filter((_, place) => place % 4 === 1);
    return Math.max(...greens.slice(0, 60_000)) - Math.min(...greens.slice(0, 60_000));
  });
  expect(range).toBeGreaterThan(120);
  expect(faults).toEqual([]);
});

test("two hits in one moment both show, are announced and counted, and hide nothing", async () => {
  await show("hits");
  const before = await page.getByTestId("hit").count();
  const scratch = await browser.context.newPage();
  const first = await make(scratch, centre, NEW, 3);
  const second = await make(scratch, centre, { ...NEW, plate: "GA701ZX", listed: "GA70IZX" }, 4);
  await scratch.close();
  if (!first.hit || !second.hit) throw new Error("the samples are hits");
  centre.addHit(first.hit);
  centre.addHit(second.hit);
  await card("GA701ZX").waitFor();
  await card("GA700ZX").waitFor();
  expect(await page.getByTestId("hit").count()).toBe(before + 2);
  expect(await page.title()).toMatch(/^\(\d+\) Segnalazioni/);
  expect(await page.getByTestId("announcement").textContent()).toContain("G A 7 0 1 Z X");
  expect(await card("GA700ZX").getAttribute("data-fresh")).toBe("true");
  const shown = Number(await card("GA700ZX").getAttribute("data-shown-at"));
  expect(shown).toBeGreaterThan(0);
});

test("the keyboard alone takes a hit from new to closed", async () => {
  await show("hits");
  const target = card("GB482LM");
  await target.waitFor();
  for (let press = 0; press < 10; press++) {
    await page.keyboard.press("j");
    if ((await target.getAttribute("aria-current")) === "true") break;
  }
  await page.keyboard.press("a");
  await page.waitForSelector('[data-plate="GB482LM"][data-state="acknowledged"]');
  await page.keyboard.press("d");
  await page.getByTestId("unit").fill("Pattuglia 7");
  await shot("dispatch");
  await page.keyboard.press("Enter");
  await page.waitForSelector('[data-plate="GB482LM"][data-state="dispatched"]');
  await page.keyboard.press("Enter");
  await page.getByTestId("timeline").waitFor();
  expect(await page.getByTestId("timeline").textContent()).toContain("Pattuglia 7");
  await page.waitForTimeout(200);
  await shot("detail");
  await page.keyboard.press("c");
  await page.getByTestId("close-window").waitFor();
  await page.getByTestId("submit").click();
  await page.getByText("Scegli prima un esito").waitFor();
  await page.getByTestId("outcome-confirmed").check();
  await page.getByTestId("note").fill("Fermato in via Roma");
  await shot("close");
  await page.getByTestId("submit").click();
  await page.waitForSelector('[data-plate="GB482LM"][data-state="closed"]');
  await page.getByTestId("filter-closed").click();
  expect(await page.getByTestId("hit").count()).toBe(1);
  expect(faults).toEqual([]);
});

test("an action that came too late is explained and the hit is brought up to date", async () => {
  await show("hits");
  const hit = centre.hits.find((candidate) => candidate.plate === "EK310ZS");
  if (!hit) throw new Error("the sample is there");
  await card("EK310ZS").waitFor();
  // Somebody else closes it and this page does not hear of it.
  hit.state = "closed";
  hit.outcome = "no-action";
  hit.actions.push({
    at: new Date().toISOString(),
    account: "Marco Riva",
    action: "close",
    outcome: "no-action",
    note: null,
    unit: null,
  });
  await card("EK310ZS").getByTestId("acknowledge").click();
  await page.getByText("Qualcuno è stato più veloce").waitFor();
  await page.waitForSelector('[data-plate="EK310ZS"][data-state="closed"]');
});

test("a lost connection is said, and what was missed is there afterwards", async () => {
  await show("hits");
  const scratch = await browser.context.newPage();
  const missed = await make(scratch, centre, { ...NEW, plate: "GA702ZX" }, 6);
  await scratch.close();
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const sign = document.querySelector('[data-testid="connection"]');
    if (sign) {
      new MutationObserver(() => seen.push(sign.getAttribute("data-state") ?? "")).observe(sign, {
        attributes: true,
      });
    }
  });
  centre.cutStreams();
  // Not sent by the stream: the page has to fetch it.
  if (missed.hit) centre.hits.unshift(missed.hit);
  await card("GA702ZX").waitFor();
  await live();
  const seen = await page.evaluate(() => Reflect.get(window, "seen"));
  expect(seen).toContain("reconnecting");
  expect(await page.getByTestId("announcement").textContent()).toContain("G A 7 0 2 Z X");
});

test("sound waits for a touch, then can be muted by key", async () => {
  await show("hits");
  expect(await page.getByTestId("sound").getAttribute("data-state")).toBe("locked");
  await page.getByTestId("sound").click();
  await page.waitForSelector('[data-testid="sound"][data-state="on"]');
  await page.locator("h1").click();
  await page.keyboard.press("m");
  await page.waitForSelector('[data-testid="sound"][data-state="muted"]');
  await page.keyboard.press("m");
  await page.waitForSelector('[data-testid="sound"][data-state="on"]');
});

test("transits, cameras and the audit log have their screens", async () => {
  await show("transits");
  await page.getByTestId("transits").waitFor();
  expect(await page.getByTestId("transit").count()).toBe(centre.transits.length);
  expect(await page.getByTestId("transit").first().textContent()).toContain("autovettura");
  await page.waitForTimeout(400);
  await shot("transits");
  await page.locator('[name="plate"]').fill("gb482lm");
  await page.locator('[name="reason"]').fill("Denuncia di furto");
  await page.keyboard.press("Enter");
  await page.getByText("Transiti di GB482LM").waitFor();
  expect(centre.requests.at(-1)).toContain("reason=Denuncia+di+furto");

  await show("cameras");
  await page.getByTestId("node").first().waitFor();
  const words = (await page.locator("main").textContent()) ?? "";
  for (const word of [
    "Silenzioso dalle",
    "Troppo buia",
    "Non raggiungibile",
    "connection refused",
    "127",
    "Veicoli rubati",
    "148.212",
    "5 h fa",
  ]) {
    expect(words).toContain(word);
  }
  const view = page.getByTestId("view").first();
  expect(await view.getAttribute("open"), "a poor view is unfolded").not.toBeNull();
  expect(await view.locator('[data-grade="weak"]').textContent()).toContain(
    "Ridurre il tempo di esposizione",
  );
  const list = page.getByTestId("list").first();
  expect(await list.getAttribute("data-version")).toBe("42");
  await shot("cameras");
  await show("audit");
  expect(await page.getByTestId("audit").textContent()).toContain("Denuncia di furto");
  await shot("audit");
});

test("English and the light theme are one choice away and stay chosen", async () => {
  await show("hits", 1440, 900);
  await page.getByTestId("account").click();
  await page.getByTestId("language-en").click();
  await page.getByTestId("theme-light").click();
  await page.getByRole("heading", { name: "Hits" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
  await page.keyboard.press("Escape");
  await page.reload();
  await live();
  await page.waitForTimeout(400);
  await shot("light");
  expect(await page.title()).toContain("Hits");
  expect(await contrasts()).toEqual([]);
  await page.getByTestId("account").click();
  await page.getByTestId("language-it").click();
  await page.getByTestId("theme-dark").click();
  expect(await contrasts()).toEqual([]);
});

test("a phone of 360 pixels shows every screen without sideways scrolling", async () => {
  for (const screen of ["hits", "transits", "cameras", "audit"]) {
    await show(screen, 360, 780);
    await page.waitForTimeout(300);
    expect(await noSidewaysScroll(), screen).toBe(true);
    await shot(`phone-${screen}`);
  }
  await show("hits", 360, 780);
  const narrow = await page.getByTestId("acknowledge").first().boundingBox();
  expect(narrow?.height).toBeGreaterThanOrEqual(44);
  await page.getByTestId("hit").first().getByTestId("evidence").click();
  await page.getByTestId("detail").waitFor();
  await shot("phone-detail");
});

test("roles: a viewer cannot act, an auditor sees the audit log only", async () => {
  centre.account = { ...centre.account, role: "viewer" };
  await show("hits");
  await page.getByTestId("hit").first().waitFor();
  expect(await page.getByTestId("acknowledge").count()).toBe(0);
  expect(await page.getByTestId("tab-audit").count()).toBe(0);

  centre.account = { ...centre.account, role: "auditor" };
  const before = centre.requests.length;
  await page.goto("about:blank");
  await page.goto(url);
  await page.getByTestId("audit").waitFor();
  expect(await page.getByTestId("tab-hits").count()).toBe(0);
  // What an auditor may not see is not even asked for.
  expect(centre.requests.slice(before).filter((line) => /hits|transits|events/.test(line))).toEqual(
    [],
  );
  centre.account = { ...centre.account, role: "admin" };
});

/** Texts whose contrast with their background is below WCAG 2.2 AA. */
function contrasts(): Promise<string[]> {
  return page.evaluate(() => {
    const parse = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour: string): number[] => {
      if (!parse) return [0, 0, 0, 1];
      parse.clearRect(0, 0, 1, 1);
      parse.fillStyle = colour;
      parse.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = parse.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
      const linear = [r, g, b].map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
    };
    const background = (element: Element): number[] => {
      const layers: number[][] = [];
      for (let at: Element | null = element; at; at = at.parentElement) {
        const layer = rgba(getComputedStyle(at).backgroundColor);
        layers.push(layer);
        if ((layer[3] ?? 0) >= 0.99) break;
      }
      return layers.reverse().reduce(
        (below, above) => {
          const a = above[3] ?? 0;
          return [0, 1, 2].map((i) => (above[i] ?? 0) * a + (below[i] ?? 0) * (1 - a));
        },
        [0, 0, 0],
      );
    };
    const poor = new Set<string>();
    for (const element of document.querySelectorAll("body *")) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === 3 && node.textContent?.trim(),
      );
      if (
        !own ||
        element.closest(".plate, .visually-hidden, kbd, .hit-closed, svg, dialog:not([open])")
      )
        continue;
      if (element instanceof HTMLElement && !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const a = luminance(rgba(style.color));
      const b = luminance(background(element));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) {
        poor.add(
          `${element.className || element.tagName} ${element.textContent?.slice(0, 20)} ${ratio.toFixed(2)}`,
        );
      }
    }
    return [...poor];
  });
}
