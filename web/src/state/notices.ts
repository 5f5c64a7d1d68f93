/** Short messages at the edge of the screen. */

import { signal } from "@preact/signals";

export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
}

const SHOWN_MS = { good: 5_000, bad: 12_000 };

export const notices = signal<Notice[]>([]);
let last = 0;

export function notify(tone: Notice["tone"], text: string): void {
  last += 1;
  const id = last;
  notices.value = [...notices.value.filter((notice) => notice.text !== text), { id, tone, text }];
  setTimeout(() => drop(id), SHOWN_MS[tone]);
}

export function drop(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
