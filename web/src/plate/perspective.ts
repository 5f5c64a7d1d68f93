/** Straightens a plate seen at an angle: from the four corners in the picture to a rectangle. */

import type { Point, Quad } from "../api/types";

/** Maps a place in the unit square to a place in the picture. */
export type Projection = (u: number, v: number) => Point;

/**
 * The projective map from the unit square to a quad (Heckbert, "Fundamentals of Texture Mapping and
 * Image Warping", 1989, §2.2.3). A quad without area gives its corners' bilinear map.
 */
export function projection(quad: Quad): Projection {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = quad;
  const dx1 = x1 - x2;
  const dy1 = y1 - y2;
  const dx2 = x3 - x2;
  const dy2 = y3 - y2;
  const sx = x0 - x1 + x2 - x3;
  const sy = y0 - y1 + y2 - y3;
  const determinant = dx1 * dy2 - dx2 * dy1;
  if (Math.abs(determinant) < 1e-9) {
    return (u, v) => [
      (1 - v) * (x0 + u * (x1 - x0)) + v * (x3 + u * (x2 - x3)),
      (1 - v) * (y0 + u * (y1 - y0)) + v * (y3 + u * (y2 - y3)),
    ];
  }
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  const a = x1 - x0 + g * x1;
  const b = x3 - x0 + h * x3;
  const d = y1 - y0 + g * y1;
  const e = y3 - y0 + h * y3;
  return (u, v) => {
    const w = g * u + h * v + 1;
    return [(a * u + b * v + x0) / w, (d * u + e * v + y0) / w];
  };
}

function length(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** Width over height of the plate, from its sides; between a square and a long plate. */
export function aspectOf(quad: Quad): number {
  const across = (length(quad[0], quad[1]) + length(quad[3], quad[2])) / 2;
  const down = (length(quad[0], quad[3]) + length(quad[1], quad[2])) / 2;
  return Math.min(6, Math.max(1, across / Math.max(down, 1e-6)));
}

/** Size of the straightened picture for a given width, pixels. */
export function straightSize(quad: Quad, widthPx: number): { width: number; height: number } {
  return { width: widthPx, height: Math.round(widthPx / aspectOf(quad)) };
}

/**
 * Straightened RGBA pixels of the plate with `margin` (share of its size) around it. Bilinear;
 * places outside the picture stay transparent.
 */
export function straighten(
  source: { data: Uint8ClampedArray; width: number; height: number },
  quad: Quad,
  size: { width: number; height: number },
  margin: number,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(size.width * size.height * 4);
  const place = projection(quad);
  const { data, width, height } = source;
  for (let row = 0; row < size.height; row++) {
    const v = ((row + 0.5) / size.height) * (1 + 2 * margin) - margin;
    for (let column = 0; column < size.width; column++) {
      const u = ((column + 0.5) / size.width) * (1 + 2 * margin) - margin;
      const [x, y] = place(u, v);
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      if (!(left >= 0 && top >= 0 && left + 1 < width && top + 1 < height)) continue;
      const fx = x - 0.5 - left;
      const fy = y - 0.5 - top;
      const from = (top * width + left) * 4;
      const to = (row * size.width + column) * 4;
      for (let channel = 0; channel < 3; channel++) {
        const i = from + channel;
        const upper = (data[i] ?? 0) * (1 - fx) + (data[i + 4] ?? 0) * fx;
        const below = i + width * 4;
        const lower = (data[below] ?? 0) * (1 - fx) + (data[below + 4] ?? 0) * fx;
        out[to + channel] = upper * (1 - fy) + lower * fy;
      }
      out[to + 3] = 255;
    }
  }
  return out;
}
