import { expect, test } from "vitest";
import type { Quad } from "../src/api/types";
import { difference } from "../src/plate/difference";
import { bandOf, gaps } from "../src/plate/layout";
import { aspectOf, projection, straighten } from "../src/plate/perspective";

const marked = (marks: { character: string; differs: boolean }[]) =>
  marks.map((mark) => (mark.differs ? `[${mark.character}]` : mark.character)).join("");

test("equal plates have no mark", () => {
  const same = difference("AB123CD", "AB123CD");
  expect(same.count).toBe(0);
  expect(marked(same.read)).toBe("AB123CD");
});

test("look-alike characters are marked on both plates", () => {
  const found = difference("FX904RB", "FX9O4RD");
  expect(found.count).toBe(2);
  expect(marked(found.read)).toBe("FX9[0]4R[B]");
  expect(marked(found.listed)).toBe("FX9[O]4R[D]");
});

test("a missing or an extra character does not mark all that follows", () => {
  const missing = difference("B123CD", "AB123CD");
  expect(marked(missing.read)).toBe("B123CD");
  expect(marked(missing.listed)).toBe("[A]B123CD");
  expect(marked(difference("AB1123CD", "AB123CD").read)).toMatch(/^AB(\[1\]1|1\[1\])23CD$/);
  expect(marked(difference("", "AB").listed)).toBe("[A][B]");
});

test("umlauts are one character", () => {
  expect(difference("WÜ12", "WU12").count).toBe(1);
});

test("characters are grouped as the country paints them", () => {
  expect([...gaps("GB482LM", "IT")]).toEqual([2, 5]);
  expect([...gaps("1741GWY", "ES")]).toEqual([4]);
  expect([...gaps("GB482LM", null)]).toEqual([]);
  expect([...gaps("GB482L", "IT")]).toEqual([]);
});

test("the band bears the country's sign, stars only inside the Union", () => {
  expect(bandOf("IT")).toEqual({ sign: "I", union: true });
  expect(bandOf("CH")).toEqual({ sign: "CH", union: false });
  expect(bandOf(null)).toBeNull();
});

const SLANTED: Quad = [
  [10, 20],
  [90, 10],
  [95, 40],
  [12, 44],
];

test("the projection meets the four corners", () => {
  const place = projection(SLANTED);
  for (const [u, v, corner] of [
    [0, 0, 0],
    [1, 0, 1],
    [1, 1, 2],
    [0, 1, 3],
  ] as const) {
    const [x, y] = place(u, v);
    expect(x).toBeCloseTo(SLANTED[corner][0], 6);
    expect(y).toBeCloseTo(SLANTED[corner][1], 6);
  }
});

test("a quad without area gives numbers, not NaN", () => {
  const flat: Quad = [
    [5, 5],
    [5, 5],
    [5, 5],
    [5, 5],
  ];
  expect(projection(flat)(0.5, 0.5)).toEqual([5, 5]);
  expect(aspectOf(flat)).toBeGreaterThanOrEqual(1);
});

test("straightening takes the pixels inside the quad and leaves the outside empty", () => {
  const width = 40;
  const height = 20;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Red on the left half of the picture, blue on the right.
      data.set(x < 20 ? [255, 0, 0, 255] : [0, 0, 255, 255], (y * width + x) * 4);
    }
  }
  const quad: Quad = [
    [10, 5],
    [30, 5],
    [30, 15],
    [10, 15],
  ];
  const out = straighten({ data, width, height }, quad, { width: 20, height: 10 }, 0);
  expect([...out.slice(0, 4)]).toEqual([255, 0, 0, 255]);
  expect([...out.slice(19 * 4, 20 * 4)]).toEqual([0, 0, 255, 255]);
  const beyond = straighten({ data, width, height }, quad, { width: 20, height: 10 }, 1);
  expect(beyond[3]).toBe(0);
});
