/** Choices of the page itself: language and theme. */

import type { Language } from "../api/types";
import { chooseTheme, type Theme, theme } from "../state/theme";
import { chooseLanguage, language, text } from "../text/language";

const LANGUAGES: readonly [Language, string][] = [
  ["it", "Italiano"],
  ["en", "English"],
];
const THEMES: readonly Theme[] = ["dark", "light", "system"];

export function LanguageSwitch() {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{text.value.language}</legend>
      {LANGUAGES.map(([value, name]) => (
        <button
          type="button"
          key={value}
          lang={value}
          data-testid={`language-${value}`}
          aria-pressed={language.value === value}
          onClick={() => chooseLanguage(value)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

export function ThemeSwitch() {
  const words = text.value;
  const names = { dark: words.themeDark, light: words.themeLight, system: words.themeSystem };
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{words.theme}</legend>
      {THEMES.map((value) => (
        <button
          type="button"
          key={value}
          data-testid={`theme-${value}`}
          aria-pressed={theme.value === value}
          onClick={() => chooseTheme(value)}
        >
          {names[value]}
        </button>
      ))}
    </fieldset>
  );
}
