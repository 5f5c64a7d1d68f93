/**
 * The alert tone, synthesised: rising notes of a glass-like sound, three for an exact match, two for
 * an approximate one. Browsers keep a page silent until the user touched it, hence `unlock`.
 */

import { computed, signal } from "@preact/signals";

const KEPT_AS = "varco.muted";
/** Notes in hertz: E5, A5, C sharp 6. */
const NOTES_HZ = [659.25, 880, 1108.73];
const NOTE_S = 0.16;
/** At least this long between two alerts, so that hits at the same moment are heard one by one. */
const APART_S = 0.75;
/** Alerts waiting at once; more would only ring on after the officer has looked. */
const WAITING_MAX = 4;

let context: AudioContext | null = null;
let nextAt = 0;

export const muted = signal(globalThis.localStorage?.getItem(KEPT_AS) === "true");
const unlocked = signal(false);

/** `locked`: the browser forbids sound until a click. */
export const soundState = computed<"on" | "muted" | "locked">(() =>
  muted.value ? "muted" : unlocked.value ? "on" : "locked",
);

function setMuted(value: boolean): void {
  muted.value = value;
  localStorage.setItem(KEPT_AS, String(value));
}

/** To be called from a click or a key: lets the page sound from now on. */
export async function unlock(): Promise<void> {
  if (unlocked.value) return;
  try {
    context ??= new AudioContext();
    if (context.state !== "running") await context.resume();
    unlocked.value = context.state === "running";
  } catch {
    // A computer without a sound device: the control keeps saying that sound is off.
    unlocked.value = false;
  }
}

/** What the sound control and its key do: first let the page sound, then mute and unmute it. */
export function toggleSound(): void {
  setMuted(soundState.value === "on");
  void unlock();
}

/**
 * Takes any touch of the page as leave to sound, whatever it was meant for; the control itself and
 * its key see to it by themselves.
 */
export function unlockByAnyTouch(): void {
  addEventListener("click", (event) => {
    if (!(event.target instanceof Element && event.target.closest(".sound"))) void unlock();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "m") void unlock();
  });
}

/** Sounds the alert, if it may. */
export function ring(exact: boolean): void {
  if (context?.state !== "running" || muted.value) return;
  const now = context.currentTime;
  if (nextAt - now > APART_S * WAITING_MAX) return;
  const start = Math.max(now + 0.01, nextAt);
  nextAt = start + APART_S;
  const notes = exact ? NOTES_HZ : NOTES_HZ.slice(0, 2);
  for (const [place, hertz] of notes.entries()) note(context, hertz, start + place * NOTE_S);
}

function note(audio: AudioContext, hertz: number, start: number): void {
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.28, start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
  gain.connect(audio.destination);
  for (const [harmonic, level] of [
    [1, 1],
    [2, 0.25],
    [3.01, 0.08],
  ] as const) {
    const oscillator = audio.createOscillator();
    const part = audio.createGain();
    oscillator.frequency.value = hertz * harmonic;
    part.gain.value = level;
    oscillator.connect(part).connect(gain);
    oscillator.start(start);
    oscillator.stop(start + 0.55);
  }
}
