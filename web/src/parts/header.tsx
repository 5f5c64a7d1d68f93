/** The bar at the top: screens, connection, sound, account. */

import { useEffect, useRef } from "preact/hooks";
import type { Role } from "../api/types";
import { soundState, toggleSound } from "../sound/tone";
import { connection, failed, newHits } from "../state/board";
import { nowMs } from "../state/clock";
import { open } from "../state/desk";
import { mayOpen, SCREENS, type Screen, screen } from "../state/route";
import { account, maySee, signOut } from "../state/session";
import type { Dictionary } from "../text/en";
import { clock } from "../text/format";
import { language, text } from "../text/language";
import { Bell, Book, Camera, Keyboard, Lanes, Logo, Mute, Person, Sound } from "./icons";
import { LanguageSwitch, ThemeSwitch } from "./switches";

const SCREEN_ICON: Record<Screen, () => preact.JSX.Element> = {
  hits: Bell,
  transits: Lanes,
  cameras: Camera,
  audit: Book,
};

export function Header() {
  const words = text.value;
  const waiting = newHits.value.length;
  return (
    <header class="header">
      <button
        type="button"
        class="skip"
        onClick={() => document.getElementById("content")?.focus()}
      >
        {words.skipToContent}
      </button>
      <a class="brand" href="#/hits" aria-label={`${words.product} – ${words.controlRoom}`}>
        <Logo />
        <span>
          <b>{words.product}</b>
          <small>{words.controlRoom}</small>
        </span>
      </a>
      <nav class="tabs" aria-label={words.product}>
        {SCREENS.filter(mayOpen).map((name) => {
          const Sign = SCREEN_ICON[name];
          return (
            <a
              key={name}
              href={`#/${name}`}
              data-testid={`tab-${name}`}
              aria-current={screen.value === name ? "page" : undefined}
            >
              <Sign /> <span>{words[name]}</span>
              {name === "hits" && waiting > 0 && (
                <b class="count">
                  {waiting} <span class="visually-hidden">{words.hitsToVerify}</span>
                </b>
              )}
            </a>
          );
        })}
      </nav>
      <div class="header-end">
        {maySee.value && <Connection />}
        {maySee.value && <SoundControl />}
        <span class="header-clock number" aria-hidden="true">
          {clock(nowMs.value, language.value)}
        </span>
        <AccountMenu />
      </div>
    </header>
  );
}

function Connection() {
  const words = text.value;
  const state = connection.value;
  const word =
    state.kind === "live"
      ? words.live
      : state.kind === "connecting"
        ? words.connecting
        : words.reconnectingSince(clock(state.sinceMs, language.value));
  return (
    <span
      class={`connection connection-${state.kind}`}
      data-testid="connection"
      data-state={state.kind}
      role="status"
      title={state.kind === "reconnecting" ? words.reconnectingHelp : undefined}
    >
      <i class="dot" /> {word}
    </span>
  );
}

function SoundControl() {
  const words = text.value;
  const state = soundState.value;
  const word = { on: words.soundOn, muted: words.soundOff, locked: words.soundTurnOn }[state];
  return (
    <button
      type="button"
      class={`sound sound-${state}`}
      data-testid="sound"
      data-state={state}
      title={state === "locked" ? words.soundTurnOnHelp : undefined}
      aria-keyshortcuts="m"
      onClick={toggleSound}
    >
      {state === "on" ? <Sound /> : <Mute />} <span>{word}</span>
    </button>
  );
}

function roleName(role: Role, words: Dictionary): string {
  return {
    viewer: words.roleViewer,
    operator: words.roleOperator,
    admin: words.roleAdmin,
    auditor: words.roleAuditor,
  }[role];
}

function AccountMenu() {
  const words = text.value;
  const who = account.value;
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const shutOutside = (event: Event) => {
      const element = menu.current;
      if (element?.open && event.target instanceof Node && !element.contains(event.target)) {
        element.open = false;
      }
    };
    const shutByKey = (event: KeyboardEvent) => {
      const element = menu.current;
      if (event.key === "Escape" && element?.open) {
        element.open = false;
        element.querySelector("summary")?.focus();
      }
    };
    addEventListener("pointerdown", shutOutside);
    addEventListener("keydown", shutByKey);
    return () => {
      removeEventListener("pointerdown", shutOutside);
      removeEventListener("keydown", shutByKey);
    };
  }, []);
  if (!who) return null;
  return (
    <details class="menu" ref={menu}>
      <summary data-testid="account" aria-label={`${words.account}: ${who.name}`}>
        <Person /> <span>{who.name}</span>
      </summary>
      <div class="menu-body">
        <p>
          <b>{who.name}</b>
          <small>{roleName(who.role, words)}</small>
        </p>
        <LanguageSwitch />
        <ThemeSwitch />
        <button
          type="button"
          class="button"
          onClick={() => {
            if (menu.current) menu.current.open = false;
            open.value = { kind: "help" };
          }}
        >
          <Keyboard /> {words.keyboardHelp} <kbd>?</kbd>
        </button>
        <button
          type="button"
          class="button"
          data-testid="sign-out"
          onClick={() => void signOut().catch(failed)}
        >
          {words.signOut}
        </button>
      </div>
    </details>
  );
}
