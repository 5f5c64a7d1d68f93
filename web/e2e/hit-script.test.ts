/** The script that the project's end-to-end test waits with. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser.mjs";
import { LINK, MockCentre } from "./mock-centre";
import { make, SAMPLES } from "./samples";

const centre = new MockCentre(fileURLToPath(new URL("../dist", import.meta.url)));
let url = "";

beforeAll(async () => {
  centre.signedIn = false;
  url = await centre.start();
});
afterAll(() => centre.stop());

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(options: string[], ready: () => void = () => {}): Promise<Ran> {
  const script = fileURLToPath(new URL("./hit.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, ...options]);
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (piece) => {
    ran.stdout += piece;
  });
  child.stderr.on("data", (piece) => {
    ran.stderr += piece;
    if (String(piece).includes("ready")) ready();
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ ...ran, code }));
  });
}

test("it sees the hit, times it, acknowledges it and names its picture", async () => {
  const sample = SAMPLES.find((candidate) => candidate.kind === "stolen");
  if (!sample) throw new Error("the sample is there");
  const browser = await startBrowser();
  const { hit } = await make(browser.page, centre, { ...sample, minutesAgo: 0 }, 1);
  await browser.stop();
  if (!hit) throw new Error("the sample is a hit");
  const ran = await run(
    [
      "--url",
      url,
      "--link",
      `${url}/sign-in#${LINK}`,
      "--plate",
      hit.plate,
      "--acknowledge",
      "--json",
    ],
    () => {
      hit.captured_at = new Date().toISOString();
      centre.addHit(hit);
    },
  );
  expect(ran.stderr).toBe("ready\n");
  expect(ran.code).toBe(0);
  const report = JSON.parse(ran.stdout);
  expect(report).toMatchObject({
    plate: hit.plate,
    hit: hit.id,
    state: "acknowledged",
    exact: true,
    evidence_sha256: hit.evidence.sha256,
    evidence_width_px: 1280,
    console_errors: [],
  });
  expect(report.latency_ms).toBeGreaterThan(0);
  expect(report.latency_ms).toBeLessThan(5_000);
  expect(report.evidence_latency_ms).toBeGreaterThanOrEqual(report.latency_ms - 50);
  expect(hit.state).toBe("acknowledged");
});

test("wrong arguments are told apart from a hit that did not come", async () => {
  expect((await run(["--plate", "AB123CD"])).code).toBe(2);
  const spent = await run([
    "--url",
    url,
    "--link",
    "spent",
    "--plate",
    "ZZ999ZZ",
    "--timeout",
    "2",
  ]);
  expect(spent.code).toBe(1);
  expect(spent.stderr).toContain("no hit on ZZ999ZZ");
});
