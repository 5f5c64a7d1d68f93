/** Which language the page speaks. */

import { computed, signal } from "@preact/signals";
import type { Language } from "../api/types";
import { type Dictionary, en } from "./en";
import { it } from "./it";

export const DICTIONARIES: Record<Language, Dictionary> = { it, en };

const KEPT_AS = "varco.language";

/** Language for a browser's list of wishes: Italian when it comes first among ours, else English. */
export function languageOf(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const code = wish.toLowerCase().split("-")[0];
    if (code === "it" || code === "en") return code;
  }
  return "en";
}

function kept(): Language | null {
  const value = globalThis.localStorage?.getItem(KEPT_AS);
  return value === "it" || value === "en" ? value : null;
}

const chosen = signal<Language | null>(kept());
const ofAccount = signal<Language | null>(null);

/** What the user chose on this computer, else what the account says, else the browser. */
export const language = computed<Language>(
  () => chosen.value ?? ofAccount.value ?? languageOf(globalThis.navigator?.languages ?? []),
);

/** The texts in the language of the page. */
export const text = computed<Dictionary>(() => DICTIONARIES[language.value]);

export function chooseLanguage(value: Language): void {
  chosen.value = value;
  localStorage.setItem(KEPT_AS, value);
}

export function setAccountLanguage(value: Language | null): void {
  ofAccount.value = value;
}
