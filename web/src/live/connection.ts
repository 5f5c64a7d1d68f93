/** Keeps the stream of live events open: reconnects with back-off, notices silence. */

import { ApiError, openEvents } from "../api/client";
import { backoffMs } from "./backoff";
import { type ServerEvent, SseParser } from "./sse";

/** The centre sends a keep-alive each 10 s; two and a half of them missing means a dead line. */
const SILENCE_MS = 25_000;

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "reconnecting"; sinceMs: number; attempt: number };

export interface ConnectionWatcher {
  state(state: ConnectionState): void;
  event(event: ServerEvent): void;
  /** The stream is open (again): what happened meanwhile must be fetched. */
  opened(again: boolean): void;
  /** The session is over. */
  signedOut(): void;
}

/** How patient a page is. */
export interface Patience {
  /** Without a word for so long the line is dead. */
  silenceMs?: number;
  /** Longest wait between attempts to reconnect. */
  longestMs?: number;
}

/** Starts; the function given back stops it. */
export function connect(watcher: ConnectionWatcher, patience: Patience = {}): () => void {
  const stop = new AbortController();
  run(watcher, patience, stop.signal);
  return () => stop.abort();
}

async function run(
  watcher: ConnectionWatcher,
  patience: Patience,
  stopped: AbortSignal,
): Promise<void> {
  const silenceMs = patience.silenceMs ?? SILENCE_MS;
  let everOpen = false;
  let lostAtMs = 0;
  let attempt = 0;
  watcher.state({ kind: "connecting" });
  while (!stopped.aborted) {
    try {
      await follow(watcher, silenceMs, stopped, () => {
        watcher.state({ kind: "live" });
        watcher.opened(everOpen);
        everOpen = true;
        attempt = 0;
      });
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof ApiError && error.status === 401) {
        watcher.signedOut();
        return;
      }
    }
    if (stopped.aborted) return;
    if (attempt === 0) lostAtMs = Date.now();
    attempt += 1;
    watcher.state({ kind: "reconnecting", sinceMs: lostAtMs, attempt });
    await wait(backoffMs(attempt, Math.random(), patience.longestMs), stopped);
  }
}

/** Reads one connection until it ends, fails or falls silent. */
async function follow(
  watcher: ConnectionWatcher,
  silenceMs: number,
  stopped: AbortSignal,
  opened: () => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const body = await openEvents(AbortSignal.any([stopped, silence.signal]));
    opened();
    const reader = body
      .pipeThrough(new TextDecoderStream() as unknown as TextTransform)
      .getReader();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      for (const event of parser.push(value)) watcher.event(event);
    }
  } finally {
    clearTimeout(timer);
  }
}

type TextTransform = ReadableWritablePair<string, Uint8Array>;

/** Waits, or until the browser says that the network is back. */
function wait(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      stopped.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    stopped.addEventListener("abort", done);
  });
}
