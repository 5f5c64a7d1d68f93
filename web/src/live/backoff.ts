/** Waiting times between attempts to reconnect, milliseconds. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * Wait before attempt `attempt` (from 1): doubles up to `longestMs`. `spread` (0 to 1) takes up to a
 * third off, so that all screens of a control room do not come back in the same instant.
 */
export function backoffMs(attempt: number, spread: number, longestMs = LONGEST_MS): number {
  const full = Math.min(longestMs, FIRST_MS * 2 ** Math.max(0, Math.min(attempt - 1, 16)));
  return Math.round(full * (1 - spread / 3));
}
