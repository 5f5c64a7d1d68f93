/** Draws evidence pictures for the layout tests: a car on a road with a given plate, by our own hand. */

import type { Page } from "playwright-core";
import type { Quad } from "../src/api/types";

export interface Scene {
  plate: string;
  colour: string;
  /** Left edge of the car, pixels of a 1280 × 720 picture. */
  x: number;
  y: number;
  scale: number;
  /** Vertical shear of the plate, as if seen from the side. */
  slant: number;
  night: boolean;
}

export const SCENE_WIDTH_PX = 1280;
export const SCENE_HEIGHT_PX = 720;
/** The plate in the car's own drawing. */
const PLATE = { x: 148, y: 170, width: 104, height: 23 };

/** Corners of the plate in the picture. */
export function plateQuad(scene: Scene): Quad {
  const corner = (u: number, v: number): [number, number] => {
    const x = PLATE.x + u * PLATE.width;
    const y = PLATE.y + v * PLATE.height + scene.slant * u * PLATE.width;
    return [scene.x + x * scene.scale, scene.y + y * scene.scale];
  };
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

function drawing(scene: Scene): string {
  const { plate, colour, x, y, scale, slant, night } = scene;
  const sky = night ? ["#0a0f18", "#1b2434"] : ["#a8c4d8", "#dfe8ee"];
  const road = night ? ["#1a1d21", "#2a2e34"] : ["#6d7278", "#84898f"];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720" viewBox="0 0 1280 720">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="${sky[0]}"/><stop offset="1" stop-color="${sky[1]}"/></linearGradient>
    <linearGradient id="road" x2="0" y2="1"><stop stop-color="${road[0]}"/><stop offset="1" stop-color="${road[1]}"/></linearGradient>
    <linearGradient id="body" x2="0" y2="1"><stop stop-color="#fff" stop-opacity=".35"/><stop offset=".5" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".45"/></linearGradient>
    <linearGradient id="glass" x2="1" y2="1"><stop stop-color="#1c2a36"/><stop offset=".6" stop-color="#4a6274"/><stop offset="1" stop-color="#1a242c"/></linearGradient>
    <filter id="soft"><feGaussianBlur stdDeviation="9"/></filter>
    <filter id="grain"><feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2"/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5 0 0 0 0 .5 0 0 0 .22 0"/></filter>
  </defs>
  <rect width="1280" height="260" fill="url(#sky)"/>
  <g fill="${night ? "#0c1118" : "#93806c"}"><rect y="80" width="270" height="190"/><rect x="282" y="120" width="190" height="150" fill="${night ? "#10161f" : "#b39b80"}"/><rect x="930" y="60" width="350" height="210" fill="${night ? "#0e141c" : "#a58d77"}"/></g>
  <g fill="${night ? "#e8c777" : "#5d6d78"}">${[20, 90, 160, 230].map((w) => `<rect x="${w}" y="120" width="30" height="46"/><rect x="${960 + w}" y="110" width="34" height="50"/>`).join("")}</g>
  <path d="M0 262h1280v460H0z" fill="url(#road)"/>
  <path d="M0 262h1280v26H0z" fill="${night ? "#20252b" : "#9aa59a"}"/>
  <path d="M520 288 80 720h90L548 288zM760 288l470 432h-90L732 288z" fill="#dfe3e5" opacity="${night ? 0.35 : 0.75}"/>
  <g transform="translate(${x} ${y}) scale(${scale})">
    <ellipse cx="200" cy="246" rx="205" ry="20" fill="#000" opacity=".55" filter="url(#soft)"/>
    <rect x="34" y="196" width="62" height="56" rx="10" fill="#14171a"/><rect x="304" y="196" width="62" height="56" rx="10" fill="#14171a"/>
    <path d="M92 18Q100 2 130 2h140q30 0 38 16l38 76q20 8 22 34v76q0 16-18 18H50q-18-2-18-18v-76q2-26 22-34z" fill="${colour}"/>
    <path d="M92 18Q100 2 130 2h140q30 0 38 16l38 76q20 8 22 34v76q0 16-18 18H50q-18-2-18-18v-76q2-26 22-34z" fill="url(#body)"/>
    <path d="M104 24q4-10 20-10h152q16 0 20 10l30 62q-126 14-252 0z" fill="url(#glass)"/>
    <path d="M40 118q50-6 70 6l-8 30q-36 6-62-2zM360 118q-50-6-70 6l8 30q36 6 62-2z" fill="#a5121b"/><path d="M48 126q34-3 50 4l-4 10q-26 3-46-2zM352 126q-34-3-50 4l4 10q26 3 46-2z" fill="#ff5a4d"/>
    <rect x="124" y="150" width="152" height="58" rx="8" fill="#000" opacity=".25"/>
    <g transform="matrix(1 ${slant} 0 1 ${PLATE.x} ${PLATE.y})">
      <rect width="${PLATE.width}" height="${PLATE.height}" rx="2" fill="#f4f5f2" stroke="#20262b"/>
      <rect width="9" height="${PLATE.height}" fill="#0b3fa8"/><rect x="${PLATE.width - 9}" width="9" height="${PLATE.height}" fill="#0b3fa8"/>
      <text x="${PLATE.width / 2}" y="18" font-family="DejaVu Sans Condensed, Arial Narrow, sans-serif" font-weight="700" font-size="18" text-anchor="middle" textLength="${PLATE.width - 26}" lengthAdjust="spacingAndGlyphs" fill="#15191c">${plate}</text>
    </g>
    <rect x="40" y="212" width="320" height="14" rx="6" fill="#15181b"/>
  </g>
  <rect width="1280" height="720" filter="url(#grain)" opacity="${night ? 0.9 : 0.5}"/>
</svg>`;
}

/** The picture as a JPEG file. */
export async function photograph(page: Page, scene: Scene): Promise<Buffer> {
  await page.setViewportSize({ width: SCENE_WIDTH_PX, height: SCENE_HEIGHT_PX });
  await page.setContent(`<body style="margin:0">${drawing(scene)}</body>`);
  return page.screenshot({ type: "jpeg", quality: 82 });
}
