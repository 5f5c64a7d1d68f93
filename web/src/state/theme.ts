/** Dark unless the user wants it otherwise: control rooms are dim. */

import { signal } from "@preact/signals";

export type Theme = "dark" | "light" | "system";

const KEPT_AS = "varco.theme";

function kept(): Theme {
  const value = globalThis.localStorage?.getItem(KEPT_AS);
  return value === "light" || value === "system" ? value : "dark";
}

export const theme = signal<Theme>(kept());

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}

export function chooseTheme(value: Theme): void {
  theme.value = value;
  localStorage.setItem(KEPT_AS, value);
  applyTheme();
}
