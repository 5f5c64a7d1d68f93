import { expect, test } from "vitest";
import {
  clock,
  count,
  countryName,
  percent,
  rate,
  span,
  utc,
  vehicleLine,
} from "../src/text/format";

test("times are shown in the place's own time, with UTC beside them", () => {
  expect(clock("2026-11-21T23:02:25.120Z", "it", "Europe/Rome")).toBe("00:02:25");
  expect(clock("2026-07-01T12:00:00Z", "en", "Europe/Rome")).toBe("14:00:00");
  expect(utc("2026-11-21T23:02:25.120Z")).toBe("2026-11-21 23:02:25.120 UTC");
});

test("a broken time does not break the page", () => {
  expect(clock("yesterday", "it")).toBe("–");
  expect(utc("")).toBe("–");
});

test("spans have one or two units", () => {
  expect(span(-500, "it")).toBe("0 s");
  expect(span(59_999, "it")).toBe("59 s");
  expect(span(60_000, "it")).toBe("1 min");
  expect(span(2 * 3_600_000 + 5 * 60_000, "en")).toBe("2 h 5 min");
  expect(span(4 * 86_400_000, "it")).toBe("4 g");
  expect(span(4 * 86_400_000, "en")).toBe("4 d");
});

test("a probability says certain only when it is", () => {
  expect(percent(1)).toBe("100 %");
  expect(percent(0.997)).toBe("99 %");
  expect(percent(0.503)).toBe("50 %");
  expect(percent(0.001)).toBe("1 %");
  expect(percent(0)).toBe("0 %");
  expect(percent(1.4)).toBe("100 %");
});

test("numbers and countries follow the language", () => {
  expect(count(12_345, "it")).toBe("12.345");
  expect(count(12_345, "en")).toBe("12,345");
  expect(rate(6.14, "it")).toBe("6,1");
  expect(rate(24.96, "en")).toBe("25");
  expect(countryName("DE", "it")).toBe("Germania");
  expect(countryName("DE", "en")).toBe("Germany");
  expect(countryName("?!", "en")).toBe("?!");
});

test("a vehicle is described as far as it is known", () => {
  expect(vehicleLine({ make: "Fiat", model: "Panda", colour: "rosso" })).toBe("Fiat Panda, rosso");
  expect(vehicleLine({ make: null, model: null, colour: "blu" })).toBe("blu");
  expect(vehicleLine({ make: null, model: null, colour: null })).toBe("");
});
