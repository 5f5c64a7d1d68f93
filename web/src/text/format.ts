/** Numbers, times and spans in words. Times are shown local; the tooltip carries UTC. */

import type { Language, Vehicle } from "../api/types";

const LOCALE: Record<Language, string> = { it: "it-IT", en: "en-GB" };

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(LOCALE[language], options);
    formatters.set(key, found);
  }
  return found;
}

const CLOCK: Intl.DateTimeFormatOptions = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
};

/** Time of day, local: `14:03:27`. `timeZone` only for tests. */
export function clock(at: string | number, language: Language, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  return formatter(language, timeZone ? { ...CLOCK, timeZone } : CLOCK).format(date);
}

/** Day and time of day, local. */
export function dayAndClock(at: string | number, language: Language, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const options: Intl.DateTimeFormatOptions = {
    ...CLOCK,
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
  };
  return formatter(language, timeZone ? { ...options, timeZone } : options).format(date);
}

/** Time of day for today, otherwise with the day. */
export function moment(at: string, nowMs: number, language: Language): string {
  const date = new Date(at);
  const today = new Date(nowMs);
  return date.toDateString() === today.toDateString()
    ? clock(at, language)
    : dayAndClock(at, language);
}

/** The same moment in UTC, for tooltips: `2026-11-21 23:02:25.120 UTC`. */
export function utc(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  return date.toISOString().replace("T", " ").replace("Z", " UTC");
}

/** A span in one or two units: `12 s`, `3 min`, `2 h 5 min`, `4 d`. Negative counts as zero. */
export function span(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} ${language === "it" ? "g" : "d"}`;
}

/** A probability as whole percent; never 100 % unless it is, never 0 % unless it is. */
export function percent(probability: number): string {
  const value = Math.min(1, Math.max(0, probability));
  let whole = Math.round(value * 100);
  if (whole === 100 && value < 0.9995) whole = 99;
  if (whole === 0 && value > 0) whole = 1;
  return `${whole} %`;
}

/** A count with the language's thousands separator. */
export function count(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], { useGrouping: true }).format(value);
}

/** Frames per second with one decimal below ten. */
export function rate(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], {
    minimumFractionDigits: value < 10 ? 1 : 0,
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

/** Country name in the page's language; the code itself when it is no country. */
export function countryName(code: string, language: Language): string {
  try {
    return new Intl.DisplayNames([LOCALE[language]], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Make, model and colour in one line; empty when nothing is known. */
export function vehicleLine(vehicle: Vehicle): string {
  const name = [vehicle.make, vehicle.model].filter(Boolean).join(" ");
  return [name, vehicle.colour].filter(Boolean).join(", ");
}
