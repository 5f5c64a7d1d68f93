/** Day and night: bright for sunlight, dim and warm at night, or by the hour. */

import { signal } from "@preact/signals";

export type Light = "day" | "night" | "auto";

const KEPT_AS = "varco.light";
const DAY_FROM_H = 7;
const NIGHT_FROM_H = 19;
const LOOK_EVERY_MS = 60_000;

function kept(): Light {
  const value = globalThis.localStorage?.getItem(KEPT_AS);
  return value === "day" || value === "night" ? value : "auto";
}

export const light = signal<Light>(kept());

/** Which of the two holds at an hour of the day. */
export function lightAt(choice: Light, hour: number): "day" | "night" {
  if (choice !== "auto") return choice;
  return hour >= DAY_FROM_H && hour < NIGHT_FROM_H ? "day" : "night";
}

function apply(): void {
  const now = lightAt(light.value, new Date().getHours());
  document.documentElement.dataset.theme = now === "day" ? "light" : "dark";
  document.documentElement.dataset.light = now;
}

export function applyLight(): void {
  apply();
  setInterval(apply, LOOK_EVERY_MS);
}

const NEXT: Record<Light, Light> = { auto: "day", day: "night", night: "auto" };

export function nextLight(): void {
  light.value = NEXT[light.value];
  localStorage.setItem(KEPT_AS, light.value);
  apply();
}
