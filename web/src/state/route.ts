/** Which screen is shown; kept in the address after the `#`. */

import { computed, signal } from "@preact/signals";
import { mayAudit, maySee } from "./session";

export const SCREENS = ["hits", "transits", "cameras", "audit"] as const;
export type Screen = (typeof SCREENS)[number];

export function screenOf(hash: string): Screen {
  const name = hash.replace(/^#\/?/, "");
  return SCREENS.find((screen) => screen === name) ?? "hits";
}

const wanted = signal<Screen>("hits");

/** Whether the signed-in account may open a screen. */
export function mayOpen(name: Screen): boolean {
  return name === "audit" ? mayAudit.value : maySee.value;
}

/** The screen of the address, or the one that the role has. */
export const screen = computed<Screen>(() =>
  mayOpen(wanted.value) ? wanted.value : maySee.value ? "hits" : "audit",
);

export function followAddress(): void {
  const read = () => {
    wanted.value = screenOf(location.hash);
  };
  addEventListener("hashchange", read);
  read();
}

export function goTo(target: Screen): void {
  location.hash = `#/${target}`;
}
