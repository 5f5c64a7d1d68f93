/** The operator's keys; they rest while somebody writes or a window is open. */

import { toggleSound } from "../sound/tone";
import { acknowledge, askClose, askDispatch, move, open, selected } from "./desk";
import { goTo, mayOpen, SCREENS, screen } from "./route";

export type Command =
  | { kind: "move"; step: 1 | -1 }
  | { kind: "screen"; place: number }
  | { kind: "open" | "acknowledge" | "dispatch" | "close" | "mute" | "help" };

/** What a key means; `null` when nothing, or when it belongs to the browser. */
export function commandOf(event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  switch (event.key) {
    case "j":
    case "ArrowDown":
      return { kind: "move", step: 1 };
    case "k":
    case "ArrowUp":
      return { kind: "move", step: -1 };
    case "Enter":
      return { kind: "open" };
    case "a":
      return { kind: "acknowledge" };
    case "d":
      return { kind: "dispatch" };
    case "c":
      return { kind: "close" };
    case "m":
      return { kind: "mute" };
    case "?":
      return { kind: "help" };
    case "1":
    case "2":
    case "3":
    case "4":
      return { kind: "screen", place: Number(event.key) - 1 };
    default:
      return null;
  }
}

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    const command = commandOf(event);
    if (!command || event.defaultPrevented) return;
    // In a hit's window its keys go on working; forms and the help keep all keys for themselves.
    if (open.value && !(open.value.kind === "detail" && inDetail(command))) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("input, textarea, select, [contenteditable]")) return;
    // Enter and the arrows on a button or link are the browser's.
    if (command.kind === "open" && target?.closest("button, a, summary")) return;
    if (perform(command)) event.preventDefault();
  });
}

function inDetail(command: Command): boolean {
  return ["move", "acknowledge", "dispatch", "close", "mute"].includes(command.kind);
}

/** True when the key was used. */
function perform(command: Command): boolean {
  if (command.kind === "mute") {
    toggleSound();
    return true;
  }
  if (command.kind === "help") {
    open.value = { kind: "help" };
    return true;
  }
  if (command.kind === "screen") {
    const target = SCREENS[command.place];
    if (!target || !mayOpen(target)) return false;
    goTo(target);
    return true;
  }
  if (screen.value !== "hits" && !open.value) return false;
  if (command.kind === "move") {
    move(command.step);
    if (open.value?.kind === "detail" && selected.value) {
      open.value = { kind: "detail", hit: selected.value };
    }
    return true;
  }
  const id = open.value?.kind === "detail" ? open.value.hit : selected.value;
  if (!id) return false;
  if (command.kind === "open") open.value = { kind: "detail", hit: id };
  else if (command.kind === "acknowledge") void acknowledge(id);
  else if (command.kind === "dispatch") askDispatch(id);
  else askClose(id);
  return true;
}
