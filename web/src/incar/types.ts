/** What the unit tells its screen; times are UTC, RFC 3339. */

import type { CameraHealth, Hit, ListHealth, Transit } from "../api/types";

export type Verdict = "accept" | "reject" | "not-now";
export type RejectReason = "misread" | "not-the-vehicle" | "gone" | "other";

export interface Decision {
  id: string;
  hit: string;
  at: string;
  verdict: Verdict;
  reason: RejectReason | null;
}

/** A hit as the unit has it; what the centre adds is not known here. */
export type UnitHit = Omit<Hit, "received_at" | "state" | "outcome" | "actions"> & {
  decision: Decision | null;
};

export type Read = Omit<Transit, "received_at" | "hits">;

export interface Gps {
  state: "connecting" | "searching" | "fixed" | "down";
  error: string | null;
  satellites: number | null;
  last_fix_at: string | null;
  clock_offset_ms: number;
}

export type LinkState = { state: "alone" | "starting" | "up" } | { state: "down"; reason: string };

export interface Status {
  now: string;
  unit: string;
  unit_name: string;
  cameras: CameraHealth[];
  lists: ListHealth[];
  gps: Gps | null;
  position: { speed_kmh: number | null; stale: boolean } | null;
  link: LinkState;
  outbox: number;
}

export interface Board {
  reads: Read[];
  hits: UnitHit[];
  status: Status;
}

export interface CheckResult {
  plate: string;
  at: string;
  matches: Pick<UnitHit, "list" | "entry">[];
}
