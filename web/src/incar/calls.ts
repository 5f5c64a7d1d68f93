/** What the screen asks of the unit. The unit is on the same machine: it answers at once. */

import { ApiError } from "../api/client";
import type { CheckResult, Decision, RejectReason, Verdict } from "./types";

const TIMEOUT_MS = 5_000;
/** A hit is on the screen before it is on the disk; a decision may have to wait for that. */
const TRIES = 40;
const AGAIN_MS = 250;

async function post<T>(path: string, body: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError(0, "");
  }
  if (!response.ok) {
    const problem: { detail?: unknown } = await response.json().catch(() => ({}));
    throw new ApiError(response.status, String(problem.detail ?? ""));
  }
  return response.status === 204 ? (undefined as T) : await response.json();
}

/** A time-ordered identifier (RFC 9562, version 7). */
export function newId(nowMs = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 5, rest = nowMs; place >= 0; place--, rest = Math.floor(rest / 256)) {
    bytes[place] = rest % 256;
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32]
    .map((end, place, ends) => hex.slice(place ? ends[place - 1] : 0, end))
    .join("-");
}

/** Returns when the unit has stored the decision for good; sent twice it is still one. */
export async function decide(
  hit: string,
  verdict: Verdict,
  reason: RejectReason | null,
): Promise<Decision> {
  const body = { id: newId(), verdict, reason, note: null };
  for (let tries = 1; ; tries++) {
    try {
      return await post<Decision>(`/hits/${hit}/decision`, body);
    } catch (error) {
      const later = error instanceof ApiError && (error.status === 503 || error.status === 0);
      if (!later || tries === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

export const check = (plate: string) => post<CheckResult>("/checks", { plate });
export const enter = (token: string) => post<void>("/enter", { token });
