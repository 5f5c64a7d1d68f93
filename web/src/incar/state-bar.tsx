/** Cameras, GPS, lists and link at a glance; a touch shows the details. */

import type { ComponentChildren } from "preact";
import { Camera, Cross, Folder, Mute, Pin, Server, Sound } from "../parts/icons";
import { muted, soundState, toggleSound } from "../sound/tone";
import { clock, count, span } from "../text/format";
import { chooseLanguage, language } from "../text/language";
import { sheet } from "./app";
import { status, unitNowMs } from "./board";
import { light, nextLight } from "./light";
import type { Status } from "./types";
import { words } from "./words";

type Sign = "good" | "warning" | "bad" | "idle";

const DAY_MS = 86_400_000;

/** How old the oldest list is. */
export function oldestList(state: Status, nowMs: number): number | null {
  const made = state.lists.map((list) =>
    list.compiled_at ? Date.parse(list.compiled_at) : Number.NaN,
  );
  const ages = made.filter((at) => !Number.isNaN(at)).map((at) => nowMs - at);
  return ages.length > 0 ? Math.max(...ages) : null;
}

export function signs(
  state: Status,
  nowMs: number,
): Record<"cameras" | "gps" | "lists" | "link", Sign> {
  const live = state.cameras.filter((camera) => camera.state === "live").length;
  const oldest = oldestList(state, nowMs);
  return {
    cameras: live === state.cameras.length ? "good" : live > 0 ? "warning" : "bad",
    gps: !state.gps
      ? "idle"
      : state.gps.state === "fixed" && !state.position?.stale
        ? "good"
        : state.gps.state === "down"
          ? "bad"
          : "warning",
    lists:
      state.lists.length === 0 || state.lists.some((list) => list.error)
        ? "bad"
        : oldest !== null && oldest > 2 * DAY_MS
          ? "warning"
          : "good",
    // Without a network the unit goes on: that is no fault.
    link: state.link.state === "up" ? "good" : state.link.state === "down" ? "warning" : "idle",
  };
}

function Chip({ sign, name, children }: { sign: Sign; name: string; children: ComponentChildren }) {
  return (
    <button
      type="button"
      class={`car-chip sign-${sign}`}
      data-testid={`chip-${name}`}
      data-sign={sign}
      onClick={() => {
        sheet.value = sheet.value === "state" ? "none" : "state";
      }}
    >
      {children}
    </button>
  );
}

export function StateBar() {
  const state = status.value;
  const text = words.value;
  const tongue = language.value;
  if (!state) return <header class="car-bar" />;
  const now = unitNowMs.value;
  const sign = signs(state, now);
  const live = state.cameras.filter((camera) => camera.state === "live").length;
  const oldest = oldestList(state, now);
  return (
    <header class="car-bar">
      <Chip sign={sign.cameras} name="cameras">
        <Camera />
        <span>
          {live}/{state.cameras.length}
          <small>{text.cameras}</small>
        </span>
      </Chip>
      <Chip sign={sign.gps} name="gps">
        <Pin />
        <span>
          {text.gpsStates[state.gps?.state ?? "none"]}
          <small>{text.gps}</small>
        </span>
      </Chip>
      <Chip sign={sign.lists} name="lists">
        <Folder />
        <span>
          {oldest === null ? text.noLists : span(oldest, tongue)}
          <small>{text.lists}</small>
        </span>
      </Chip>
      <Chip sign={sign.link} name="link">
        <Server />
        <span>
          {state.outbox > 0 ? text.toSend(state.outbox) : text.linkStates[state.link.state]}
          <small>{text.link}</small>
        </span>
      </Chip>
      <time class="car-time" dateTime={new Date(now).toISOString()}>
        {clock(now, tongue).slice(0, 5)}
      </time>
      <button
        type="button"
        class="car-button car-square"
        data-testid="light"
        aria-label={`${text.light}: ${text[light.value]}`}
        onClick={nextLight}
      >
        {light.value === "day" ? "☀" : light.value === "night" ? "☾" : "◐"}
      </button>
      <button
        type="button"
        class={`car-button car-square sound ${soundState.value === "locked" ? "sign-warning" : ""}`}
        data-testid="sound"
        aria-label={soundState.value === "locked" ? text.soundLocked : text.sound}
        aria-pressed={!muted.value}
        onClick={toggleSound}
      >
        {soundState.value === "on" ? <Sound /> : <Mute />}
      </button>
    </header>
  );
}

export function StatePanel() {
  const state = status.value;
  const text = words.value;
  const tongue = language.value;
  if (!state) return null;
  const now = unitNowMs.value;
  const offset = state.gps?.clock_offset_ms ?? 0;
  return (
    <section class="car-sheet car-state" aria-label={text.state} data-testid="state-panel">
      <header>
        <h1>{state.unit_name}</h1>
        <button
          type="button"
          class="car-button"
          onClick={() => chooseLanguage(tongue === "it" ? "en" : "it")}
        >
          {tongue === "it" ? "English" : "Italiano"}
        </button>
        <button
          type="button"
          class="car-button car-square"
          aria-label={text.close}
          data-testid="close-state"
          onClick={() => {
            sheet.value = "none";
          }}
        >
          <Cross />
        </button>
      </header>
      <div class="state-columns">
        <div>
          <h2>{text.cameras}</h2>
          <ul>
            {state.cameras.map((camera) => (
              <li key={camera.camera} class={camera.state === "live" ? "sign-good" : "sign-bad"}>
                <b>{camera.camera_name}</b> {camera.analysed_fps.toFixed(1)}/s
                <small>{camera.error}</small>
              </li>
            ))}
          </ul>
          <h2>{text.gps}</h2>
          <p>
            {text.gpsStates[state.gps?.state ?? "none"]}
            {state.position?.speed_kmh != null && ` · ${Math.round(state.position.speed_kmh)} km/h`}
            <small>{state.gps?.error}</small>
            {offset !== 0 && <small>{text.clockCorrected(Math.round(offset / 1000))}</small>}
          </p>
        </div>
        <div>
          <h2>{text.lists}</h2>
          <ul>
            {state.lists.map((list) => (
              <li key={list.id} class={list.error ? "sign-bad" : ""}>
                <b>{list.name}</b> {count(list.entries, tongue)}
                <small>
                  {list.compiled_at && text.ago(span(now - Date.parse(list.compiled_at), tongue))}{" "}
                  {list.error}
                </small>
              </li>
            ))}
          </ul>
          <h2>{text.link}</h2>
          <p>
            {text.linkStates[state.link.state]} · {text.toSend(state.outbox)}
            <small>{state.link.state === "down" && state.link.reason}</small>
          </p>
        </div>
      </div>
    </section>
  );
}
