/** What the operator has in hand: the selected hit and the window that is open over the page. */

import { computed, signal } from "@preact/signals";
import type { Evidence } from "../api/types";
import { act, hits, shownHits, touch } from "./board";
import { mayAct } from "./session";

export type Window =
  | { kind: "detail"; hit: string }
  | { kind: "dispatch"; hit: string }
  | { kind: "close"; hit: string }
  | { kind: "picture"; plate: string; camera: string; evidence: Evidence }
  | { kind: "help" };

export const selected = signal<string | null>(null);
export const open = signal<Window | null>(null);
/** Hits with an action under way: their buttons wait. */
export const busy = signal<ReadonlySet<string>>(new Set());

export const selectedHit = computed(
  () => shownHits.value.find((hit) => hit.id === selected.value) ?? null,
);

export function hitById(id: string) {
  return hits.value.find((hit) => hit.id === id) ?? null;
}

/** Moves the selection; the first move takes the newest hit. */
export function move(step: 1 | -1): void {
  const list = shownHits.value;
  const place = list.findIndex((hit) => hit.id === selected.value);
  const next = place < 0 ? 0 : Math.min(list.length - 1, Math.max(0, place + step));
  select(list[next]?.id ?? null);
}

export function select(id: string | null): void {
  selected.value = id;
  if (id) touch(id);
}

export async function acknowledge(id: string): Promise<void> {
  const hit = hitById(id);
  if (!mayAct.value || hit?.state !== "new") return;
  await during(id, () => act(id, { action: "acknowledge", outcome: null, note: null, unit: null }));
}

/** Runs an action while the hit's buttons wait; a second click does nothing. */
export async function during(id: string, work: () => Promise<boolean>): Promise<boolean> {
  if (busy.value.has(id)) return false;
  busy.value = new Set([...busy.value, id]);
  try {
    return await work();
  } finally {
    const left = new Set(busy.value);
    left.delete(id);
    busy.value = left;
  }
}

export function askDispatch(id: string): void {
  const hit = hitById(id);
  if (mayAct.value && hit && hit.state !== "closed") open.value = { kind: "dispatch", hit: id };
}

export function askClose(id: string): void {
  const hit = hitById(id);
  if (mayAct.value && hit && hit.state !== "closed") open.value = { kind: "close", hit: id };
}
