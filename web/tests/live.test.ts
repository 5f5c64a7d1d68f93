import { expect, test } from "vitest";
import type { Hit, Transit } from "../src/api/types";
import { backoffMs } from "../src/live/backoff";
import {
  CLOSED_KEPT,
  markTransit,
  mergeHits,
  mergeTransits,
  messageOf,
  unannounced,
} from "../src/live/reducer";
import { SseParser } from "../src/live/sse";

const hit = (id: string, more: Partial<Hit> = {}): Hit =>
  ({ id, transit: `t${id}`, state: "new", actions: [], ...more }) as Hit;
const transit = (id: string, revision: number, more: Partial<Transit> = {}): Transit =>
  ({ id, revision, hits: [], plate: "AB123CD", ...more }) as Transit;
const action = {
  at: "",
  account: "a",
  action: "acknowledge",
  outcome: null,
  note: null,
  unit: null,
} as const;

test("events are read whichever way the stream is cut", () => {
  const stream =
    ': keep-alive\n\nid: 7\nevent: hit\ndata: {"id":\ndata: "1"}\n\ndata: plain\r\n\r\n';
  const whole = new SseParser().push(stream);
  expect(whole).toEqual([
    { name: "hit", data: '{"id":\n"1"}', id: "7" },
    { name: "message", data: "plain", id: "7" },
  ]);
  const parser = new SseParser();
  expect([...stream].flatMap((character) => parser.push(character))).toEqual(whole);
});

test("an event without its empty line is not given out", () => {
  const parser = new SseParser();
  expect(parser.push("event: hit\ndata: {}\n")).toEqual([]);
  expect(parser.push("\n")).toHaveLength(1);
});

test("unknown and broken messages are left alone", () => {
  expect(messageOf({ name: "hit", data: "{", id: "" })).toBeNull();
  expect(messageOf({ name: "weather", data: '{"id":"1"}', id: "" })).toBeNull();
  expect(messageOf({ name: "hit", data: "[]", id: "" })).toBeNull();
  expect(messageOf({ name: "hit", data: '{"id":"1"}', id: "" })?.name).toBe("hit");
});

test("two hits of the same moment both stand in the list, newest first", () => {
  const list = mergeHits(mergeHits([], [hit("1")]), [hit("3"), hit("2")]);
  expect(list.map(({ id }) => id)).toEqual(["3", "2", "1"]);
  expect(mergeHits(list, [hit("2")])).toHaveLength(3);
});

test("an older copy never undoes what an officer did", () => {
  const acted = hit("1", { state: "acknowledged", actions: [action] });
  expect(mergeHits([acted], [hit("1")])[0]?.state).toBe("acknowledged");
  expect(mergeHits([hit("1")], [acted])[0]?.state).toBe("acknowledged");
});

test("closed hits do not pile up without end, open ones always stay", () => {
  const closed = Array.from({ length: CLOSED_KEPT + 50 }, (_, i) =>
    hit(String(i + 1000), { state: "closed" }),
  );
  const list = mergeHits([hit("0001")], closed);
  expect(list).toHaveLength(CLOSED_KEPT + 1);
  expect(list.at(-1)?.id).toBe("0001");
});

test("the highest revision of a transit holds, and its hits are kept", () => {
  const first = transit("1", 1, { hits: ["h"] });
  const second = transit("1", 2, { plate: "AB128CD" });
  expect(mergeTransits([first], [second])[0]).toMatchObject({ plate: "AB128CD", hits: ["h"] });
  expect(mergeTransits([second], [first])[0]?.plate).toBe("AB128CD");
  const three = mergeTransits([transit("2", 1)], [transit("1", 1), transit("3", 1)]);
  expect(three.map(({ id }) => id)).toEqual(["3", "2", "1"]);
});

test("a hit marks its transit once", () => {
  const marked = markTransit([transit("t1", 1)], hit("1"));
  expect(markTransit(marked, hit("1"))[0]?.hits).toEqual(["1"]);
});

test("only hits that nobody has seen are announced", () => {
  const coming = [hit("1"), hit("2"), hit("3", { state: "closed" })];
  expect(unannounced([hit("1")], coming).map(({ id }) => id)).toEqual(["2"]);
});

test("reconnecting backs off up to its limit", () => {
  expect(backoffMs(1, 0)).toBe(500);
  expect(backoffMs(2, 0)).toBe(1000);
  expect(backoffMs(50, 0)).toBe(15_000);
  expect(backoffMs(50, 1)).toBe(10_000);
});
