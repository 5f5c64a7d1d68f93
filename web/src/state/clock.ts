/** The time that ages are counted from; moves once a second. */

import { signal } from "@preact/signals";

export const nowMs = signal(Date.now());

export function startClock(): void {
  setInterval(() => {
    nowMs.value = Date.now();
  }, 1000);
}
