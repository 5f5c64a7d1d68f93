/** The screen: state on top, reads and hits below; a hit or the keypad covers all of it. */

import { signal } from "@preact/signals";
import { connection, filling, locked } from "./board";
import { HitScreen } from "./hit-screen";
import { Keypad } from "./keypad";
import { HitList, ReadList } from "./lists";
import { StateBar, StatePanel } from "./state-bar";
import { words } from "./words";

export type Sheet = "none" | "keypad" | "state";
export const sheet = signal<Sheet>("none");

export function App() {
  if (locked.value) return <p class="car-locked">{words.value.locked}</p>;
  const hit = filling.value;
  return (
    <div class="car" data-testid="incar" data-connection={connection.value.kind}>
      <StateBar />
      {connection.value.kind !== "live" && (
        <p class="car-gone" role="alert">
          {connection.value.kind === "connecting" ? words.value.connecting : words.value.unitGone}
        </p>
      )}
      <main class="car-main">
        <ReadList />
        <HitList />
      </main>
      {sheet.value === "keypad" && <Keypad />}
      {sheet.value === "state" && <StatePanel />}
      {hit && <HitScreen key={hit.id} hit={hit} />}
    </div>
  );
}
