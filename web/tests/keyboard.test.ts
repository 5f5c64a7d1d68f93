import { expect, test } from "vitest";
import { commandOf } from "../src/state/keyboard";
import { screenOf } from "../src/state/route";
import { linkToken } from "../src/state/session";

const key = (name: string, more = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

test("keys mean commands, and the browser keeps its own", () => {
  expect(commandOf(key("j"))).toEqual({ kind: "move", step: 1 });
  expect(commandOf(key("ArrowUp"))).toEqual({ kind: "move", step: -1 });
  expect(commandOf(key("a"))).toEqual({ kind: "acknowledge" });
  expect(commandOf(key("?"))).toEqual({ kind: "help" });
  expect(commandOf(key("a", { ctrlKey: true }))).toBeNull();
  expect(commandOf(key("Tab"))).toBeNull();
});

test("the screen stands in the address", () => {
  expect(screenOf("#/transits")).toBe("transits");
  expect(screenOf("#cameras")).toBe("cameras");
  expect(screenOf("#/nowhere")).toBe("hits");
  expect(screenOf("")).toBe("hits");
});

test("only the sign-in address carries a token", () => {
  expect(linkToken("/sign-in", "#abc")).toBe("abc");
  expect(linkToken("/sign-in/", "#a%2Bb")).toBe("a+b");
  expect(linkToken("/sign-in", "")).toBeNull();
  expect(linkToken("/sign-in", "#%")).toBeNull();
  expect(linkToken("/", "#/transits")).toBeNull();
});
