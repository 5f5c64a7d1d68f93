import { beforeEach, expect, test } from "vitest";
import type { ListHealth } from "../src/api/types";
import { filling, hits, putAside, reads, take, waiting } from "../src/incar/board";
import { newId } from "../src/incar/calls";
import { lightAt } from "../src/incar/light";
import { oldestList, signs } from "../src/incar/state-bar";
import type { Status, UnitHit } from "../src/incar/types";
import { WORDS } from "../src/incar/words";

const NOW = "2026-05-04T10:00:00Z";

const list = (name: string, compiled_at: string): ListHealth => ({
  id: name.toLowerCase(),
  name,
  kind: "stolen",
  source: "file",
  version: null,
  compiled_at,
  entries: 10,
  readable_until: null,
  error: null,
});

const status = (): Status => ({
  now: new Date().toISOString(),
  unit: "pattuglia-3",
  unit_name: "Pattuglia 3",
  cameras: [],
  lists: [list("Rubate", "2026-05-04T09:00:00Z"), list("Ricercate", "2026-05-03T10:00:00Z")],
  gps: null,
  position: null,
  link: { state: "down", reason: "no network" },
  outbox: 3,
});

const hit = (id: string, minutesAgo = 0): UnitHit =>
  ({
    id,
    matched_at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    exact: true,
    transit: `transit of ${id}`,
    list: { id: "stolen" },
    entry: { plate: "AB123CD" },
    decision: null,
  }) as UnitHit;

const tell = (name: string, value: unknown) => take({ name, data: JSON.stringify(value), id: "" });

beforeEach(() => tell("board", { reads: [], hits: [], status: status() }));

test("the newest hit that waits fills the screen, and gives way when it is decided", () => {
  tell("hit", hit("one"));
  tell("hit", hit("two"));
  expect(filling.value?.id).toBe("two");
  tell("decided", { ...hit("two"), decision: { verdict: "accept" } });
  expect(filling.value?.id).toBe("one");
  putAside("one");
  expect(filling.value).toBeNull();
  expect(hits.value.map((it) => it.id)).toEqual(["two", "one"]);
});

test("a better look at the same car takes the place of what was only alike", () => {
  tell("hit", { ...hit("alike"), exact: false, transit: "t" });
  tell("hit", { ...hit("sure"), transit: "t" });
  expect(waiting.value.map((it) => it.id)).toEqual(["sure"]);
});

test("a hit that waits since the morning stays in the list", () => {
  tell("board", { reads: [], hits: [hit("old", 200)], status: status() });
  expect(filling.value).toBeNull();
  expect(hits.value).toHaveLength(1);
});

test("a later revision of a read takes its place, and the list is bounded", () => {
  for (let n = 0; n < 60; n++) tell("read", { id: `r${n}`, revision: 1 });
  tell("read", { id: "r59", revision: 2 });
  expect(reads.value).toHaveLength(40);
  expect(reads.value[0]).toEqual({ id: "r59", revision: 2 });
});

test("signs of the state: without a network the unit is not at fault", () => {
  const now = Date.parse(NOW);
  expect(oldestList(status(), now)).toBe(86_400_000);
  expect(signs(status(), now)).toEqual({
    cameras: "good",
    gps: "idle",
    lists: "good",
    link: "warning",
  });
  expect(signs(status(), now + 3 * 86_400_000).lists).toBe("warning");
});

test("identifiers are of version 7 and in the order of time", () => {
  const id = newId(Date.parse(NOW));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(Date.parse(NOW));
  expect(newId(1) < newId(2)).toBe(true);
});

test("the light follows the hour unless it was chosen", () => {
  expect([3, 8, 18, 22].map((hour) => lightAt("auto", hour))).toEqual([
    "night",
    "day",
    "day",
    "night",
  ]);
  expect(lightAt("night", 12)).toBe("night");
});

test("both languages say something everywhere", () => {
  const texts = (value: unknown): string[] =>
    typeof value === "string"
      ? [value]
      : typeof value === "function"
        ? [String(value(2))]
        : Object.values(value as object).flatMap(texts);
  expect(texts(WORDS.it).length).toBe(texts(WORDS.en).length);
  for (const word of [...texts(WORDS.it), ...texts(WORDS.en)]) expect(word.trim()).not.toBe("");
});
