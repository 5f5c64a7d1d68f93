/** What is on the screen: what the unit told, and which hit fills it. */

import { computed, signal } from "@preact/signals";
import type { ConnectionState } from "../live/connection";
import { connect } from "../live/connection";
import type { ServerEvent } from "../live/sse";
import { ring } from "../sound/tone";
import { nowMs } from "../state/clock";
import { decide as ask } from "./calls";
import type { Board, Decision, Read, RejectReason, Status, UnitHit, Verdict } from "./types";

/** The unit sends something every two seconds. */
const SILENCE_MS = 7_000;
/** Its program starts within seconds after a fault. */
const LONGEST_MS = 1_000;
const READS_MAX = 40;
const HITS_MAX = 60;
/** An older hit that nobody has decided about waits in the list instead of filling the screen. */
const FILLS_MS = 30 * 60_000;

export const connection = signal<ConnectionState>({ kind: "connecting" });
export const reads = signal<Read[]>([]);
export const hits = signal<UnitHit[]>([]);
export const status = signal<Status | null>(null);
/** True when the unit asks for its token. */
export const locked = signal(false);
/** A hit that the officer opened again. */
export const opened = signal<string | null>(null);
/** Hits put aside without a decision, to look at another thing first. */
const aside = signal<ReadonlySet<string>>(new Set());

/** The unit's clock less this browser's: ages are counted by the unit's. */
const aheadMs = signal(0);
export const unitNowMs = computed(() => nowMs.value + aheadMs.value);

/** Whether two hits are about the same car at the same moment: ≈ at first, ✓ at a better look. */
export function sameMatter(a: UnitHit, b: UnitHit): boolean {
  return a.transit === b.transit && a.list.id === b.list.id && a.entry.plate === b.entry.plate;
}

/** Hits that wait for a decision, newest first; of one matter the newest alone. */
export const waiting = computed(() =>
  hits.value.filter(
    (hit, place) =>
      !hit.decision && !hits.value.slice(0, place).some((newer) => sameMatter(newer, hit)),
  ),
);

/** The hit that fills the screen: the one that was opened, else the newest that waits. */
export const filling = computed<UnitHit | null>(() => {
  const again = hits.value.find((hit) => hit.id === opened.value);
  if (again) return again;
  const since = unitNowMs.value - FILLS_MS;
  const fresh = (hit: UnitHit) => Date.parse(hit.matched_at) >= since && !aside.value.has(hit.id);
  return waiting.value.find(fresh) ?? null;
});

export function putAside(hit: string): void {
  aside.value = new Set([...aside.value, hit]);
  opened.value = null;
}

function withHit(list: UnitHit[], hit: UnitHit): UnitHit[] {
  const others = list.filter((other) => other.id !== hit.id);
  const known = others.length !== list.length;
  return known
    ? list.map((other) => (other.id === hit.id ? hit : other))
    : [hit, ...others].slice(0, HITS_MAX);
}

function withRead(list: Read[], read: Read): Read[] {
  return list.some((known) => known.id === read.id)
    ? list.map((known) => (known.id === read.id ? read : known))
    : [read, ...list].slice(0, READS_MAX);
}

/** Takes an event of the unit. */
export function take(event: ServerEvent): void {
  const value: unknown = JSON.parse(event.data);
  switch (event.name) {
    case "board": {
      const board = value as Board;
      const known = new Set(hits.value.map((hit) => hit.id));
      const missed = status.value
        ? board.hits.find((hit) => !hit.decision && !known.has(hit.id))
        : undefined;
      reads.value = board.reads;
      hits.value = board.hits;
      setStatus(board.status);
      if (missed) ring(missed.exact);
      break;
    }
    case "hit": {
      const hit = value as UnitHit;
      hits.value = withHit(hits.value, hit);
      // Whatever was open: a new hit comes first.
      opened.value = null;
      ring(hit.exact);
      break;
    }
    case "decided":
      hits.value = withHit(hits.value, value as UnitHit);
      break;
    case "read":
      reads.value = withRead(reads.value, value as Read);
      break;
    case "status":
      setStatus(value as Status);
      break;
  }
}

function setStatus(value: Status): void {
  status.value = value;
  aheadMs.value = Date.parse(value.now) - Date.now();
}

export function follow(): () => void {
  return connect(
    {
      state: (state) => {
        connection.value = state;
      },
      event: take,
      // The unit sends the whole board first.
      opened: () => {},
      signedOut: () => {
        locked.value = true;
      },
    },
    { silenceMs: SILENCE_MS, longestMs: LONGEST_MS },
  );
}

/** Decides and returns when that is stored. */
export async function decide(
  hit: UnitHit,
  verdict: Verdict,
  reason: RejectReason | null = null,
): Promise<void> {
  // What was only alike before the better look is decided with it.
  const older = hits.value.filter(
    (other) => other.id !== hit.id && !other.decision && sameMatter(other, hit),
  );
  for (const one of [...older.reverse(), hit]) {
    const decision: Decision = await ask(one.id, verdict, reason);
    hits.value = withHit(hits.value, { ...one, decision });
  }
  if (opened.value === hit.id) opened.value = null;
}
