import { expect, test } from "vitest";
import { ApiError } from "../src/api/client";
import { DICTIONARIES, languageOf } from "../src/text/language";
import { trouble } from "../src/text/trouble";

/** Every text of a dictionary by its path; functions are called with a sample. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, String(value(2))]];
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

const all = { it: texts(DICTIONARIES.it), en: texts(DICTIONARIES.en) };

test("both languages have the same keys, and no text is empty", () => {
  expect(all.it.map(([path]) => path).sort()).toEqual(all.en.map(([path]) => path).sort());
  for (const [path, text] of [...all.it, ...all.en]) expect(text.trim(), path).not.toBe("");
});

test("Italian is translated: sentences differ from the English ones", () => {
  const english = new Map(all.en);
  const same = all.it.filter(([path, text]) => text.includes(" ") && english.get(path) === text);
  expect(same).toEqual([]);
});

test("the glossary's words stand on the screens, and never the population register's", () => {
  const { it } = DICTIONARIES;
  expect(it.hits).toBe("Segnalazioni");
  expect(it.transits).toBe("Transiti");
  expect(it.cameras).toBe("Telecamere");
  expect(it.site).toBe("Varco");
  expect(it.node).toBe("Nodo");
  for (const [path, text] of [...all.it, ...all.en]) expect(text, path).not.toMatch(/ANPR/i);
});

test("the browser's wish decides between the two languages", () => {
  expect(languageOf(["it-IT", "en"])).toBe("it");
  expect(languageOf(["de-AT", "it"])).toBe("it");
  expect(languageOf(["fr", "de"])).toBe("en");
  expect(languageOf([])).toBe("en");
});

test("a failure is told in words, with what the centre said of it", () => {
  const { en } = DICTIONARIES;
  expect(trouble(new ApiError(0, ""), en)).toBe(en.errorUnreachable);
  expect(trouble(new ApiError(409, "closed by Anna"), en)).toContain("closed by Anna");
  expect(trouble(new ApiError(422, "outcome is missing"), en)).toContain("outcome is missing");
  expect(trouble(new ApiError(500, ""), en)).toBe(en.errorServer);
  expect(trouble(new TypeError("x"), en)).toBe(en.errorServer);
});
