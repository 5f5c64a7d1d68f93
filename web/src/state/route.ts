/** Which screen is shown; kept in the address after the `#`. */

import { signal } from "@preact/signals";

export const SCREENS = ["hits", "transits", "cameras", "audit"] as const;
export type Screen = (typeof SCREENS)[number];

export function screenOf(hash: string): Screen {
  const name = hash.replace(/^#\/?/, "");
  return SCREENS.find((screen) => screen === name) ?? "hits";
}

export const screen = signal<Screen>("hits");

export function followAddress(): void {
  const read = () => {
    screen.value = screenOf(location.hash);
  };
  addEventListener("hashchange", read);
  read();
}

export function goTo(target: Screen): void {
  location.hash = `#/${target}`;
}
