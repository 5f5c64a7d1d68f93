/** What the screens show, kept up to date by the live stream. */

import { computed, signal } from "@preact/signals";
import { ApiError, api } from "../api/client";
import type { ActionRequest, Hit, HitFilter, Node, Summary, Transit } from "../api/types";
import { type ConnectionState, connect } from "../live/connection";
import {
  markTransit,
  mergeHits,
  mergeNodes,
  mergeTransits,
  messageOf,
  TRANSITS_KEPT,
  unannounced,
} from "../live/reducer";
import { ring } from "../sound/tone";
import { text } from "../text/language";
import { trouble } from "../text/trouble";
import { notify } from "./notices";
import { ended } from "./session";

/** A hit closed on this screen stays in the list of open ones that long, so that it does not vanish under the hand. */
const CLOSED_LINGERS_MS = 8_000;
const SUMMARY_EVERY_MS = 30_000;

export const connection = signal<ConnectionState>({ kind: "connecting" });
export const hits = signal<Hit[]>([]);
export const transits = signal<Transit[]>([]);
export const nodes = signal<Node[]>([]);
export const summary = signal<Summary | null>(null);
export const loaded = signal(false);
export const filter = signal<HitFilter>("open");
/** Where the next older page of hits begins; `null` when all are here. */
export const olderHits = signal<string | null>(null);
export const olderTransits = signal<string | null>(null);
/** What was spoken last, for people who do not see the screen. */
export const announcement = signal("");
/** Hits that came while the page was open and that nobody has touched here yet. */
export const fresh = signal<ReadonlySet<string>>(new Set());
/** Hits that were closed a moment ago. */
const lingering = signal<ReadonlySet<string>>(new Set());

export const shownHits = computed(() => {
  const wanted = filter.value;
  if (wanted === "all") return hits.value;
  return hits.value.filter((hit) =>
    wanted === "closed"
      ? hit.state === "closed"
      : hit.state !== "closed" || lingering.value.has(hit.id),
  );
});
export const newHits = computed(() => hits.value.filter((hit) => hit.state === "new"));

/** Hands a failed call to whoever must know: the sign-in, or the user. */
export function failed(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) ended();
  else notify("bad", trouble(error, text.value));
}

function announce(coming: readonly Hit[]): void {
  if (coming.length === 0) return;
  fresh.value = new Set([...fresh.value, ...coming.map((hit) => hit.id)]);
  for (const hit of coming) ring(hit.exact);
  const words = text.value;
  announcement.value = `${words.newHitsSpoken(coming.length)}: ${coming
    .map(
      (hit) =>
        `${[...hit.plate].join(" ")}, ${words.kinds[hit.list.kind]}, ${
          hit.exact ? words.exact : words.approximate
        }, ${hit.place.camera_name}`,
    )
    .join(". ")}`;
}

export function touch(id: string): void {
  if (!fresh.value.has(id)) return;
  const left = new Set(fresh.value);
  left.delete(id);
  fresh.value = left;
}

function put(coming: readonly Hit[]): void {
  const openBefore = new Set(
    hits.value.filter((hit) => hit.state !== "closed").map(({ id }) => id),
  );
  hits.value = mergeHits(hits.value, coming);
  for (const hit of coming) {
    if (hit.state !== "new") touch(hit.id);
    if (hit.state === "closed" && openBefore.has(hit.id)) linger(hit.id);
  }
}

function linger(id: string): void {
  lingering.value = new Set([...lingering.value, id]);
  setTimeout(() => {
    const left = new Set(lingering.value);
    left.delete(id);
    lingering.value = left;
  }, CLOSED_LINGERS_MS);
}

async function fetchHits(): Promise<void> {
  const page = await api.hits(filter.value);
  put(page.items);
  olderHits.value = page.next;
}

/** Brings the open hits up to date after the line was down, whichever ones are shown. */
async function catchUp(): Promise<void> {
  const { items } = await api.hits("open");
  announce(unannounced(hits.value, items));
  put(items);
  // What is open here and not in the answer was closed meanwhile, or is further back.
  const here = new Set(items.map((hit) => hit.id));
  const gone = hits.value.filter((hit) => hit.state !== "closed" && !here.has(hit.id));
  const renewed = await Promise.all(gone.map((hit) => api.hit(hit.id).catch(() => null)));
  put(renewed.filter((hit) => hit !== null));
}

async function fetchTransits(): Promise<void> {
  const page = await api.transits();
  // A page that does not reach what is known here would leave a hole: begin anew then.
  const known = transits.value.some((transit) => transit.id === page.items.at(-1)?.id);
  const newest = page.items[0]?.id ?? "";
  const kept = known ? transits.value : transits.value.filter((transit) => transit.id > newest);
  transits.value = mergeTransits(kept, page.items);
  if (!known) olderTransits.value = page.next;
}

/** Newest in, oldest out; what went out can be fetched again as an older page. */
function putTransit(transit: Transit): void {
  const all = mergeTransits(transits.value, [transit]);
  const kept = all.slice(0, Math.max(TRANSITS_KEPT, transits.value.length));
  if (kept.length < all.length) olderTransits.value = kept.at(-1)?.id ?? null;
  transits.value = kept;
}

async function fetchNodes(): Promise<void> {
  nodes.value = mergeNodes([], (await api.nodes()).items);
}

async function fetchSummary(): Promise<void> {
  summary.value = await api.summary();
}

async function fetchAll(again: boolean): Promise<void> {
  const results = await Promise.allSettled([
    again ? catchUp().then(fetchHits) : fetchHits(),
    fetchTransits(),
    fetchNodes(),
    fetchSummary(),
  ]);
  const failure = results.find((result) => result.status === "rejected");
  if (failure) failed(failure.reason);
  else if (again) notify("good", text.value.backLive);
  loaded.value = true;
}

let summaryWaits = false;

/** Counts change with every event; they are fetched at most once a second. */
function summarySoon(): void {
  if (summaryWaits) return;
  summaryWaits = true;
  setTimeout(() => {
    summaryWaits = false;
    fetchSummary().catch(failed);
  }, 1000);
}

/** Starts following the centre; the function given back stops it and forgets everything. */
export function follow(): () => void {
  const disconnect = connect({
    state: (state) => {
      connection.value = state;
    },
    opened: (again) => {
      void fetchAll(again);
    },
    signedOut: ended,
    event: (event) => {
      const message = messageOf(event);
      switch (message?.name) {
        case "hit":
          announce(unannounced(hits.value, [message.hit]));
          put([message.hit]);
          transits.value = markTransit(transits.value, message.hit);
          summarySoon();
          break;
        case "hit-changed":
          put([message.hit]);
          summarySoon();
          break;
        case "transit":
          putTransit(message.transit);
          summarySoon();
          break;
        case "node":
          nodes.value = mergeNodes(nodes.value, [message.node]);
          summarySoon();
          break;
      }
    },
  });
  const timer = setInterval(() => {
    if (connection.value.kind === "live") Promise.all([fetchSummary(), fetchNodes()]).catch(failed);
  }, SUMMARY_EVERY_MS);
  return () => {
    disconnect();
    clearInterval(timer);
    hits.value = [];
    transits.value = [];
    nodes.value = [];
    summary.value = null;
    loaded.value = false;
    fresh.value = new Set();
  };
}

export async function chooseFilter(value: HitFilter): Promise<void> {
  filter.value = value;
  lingering.value = new Set();
  await fetchHits().catch(failed);
}

export async function moreHits(): Promise<void> {
  if (!olderHits.value) return;
  try {
    const page = await api.hits(filter.value, olderHits.value);
    put(page.items);
    olderHits.value = page.next;
  } catch (error) {
    failed(error);
  }
}

export async function moreTransits(): Promise<void> {
  if (!olderTransits.value) return;
  try {
    const page = await api.transits(olderTransits.value);
    transits.value = mergeTransits(transits.value, page.items);
    olderTransits.value = page.next;
  } catch (error) {
    failed(error);
  }
}

/** Acts on a hit; true when the centre took it. */
export async function act(id: string, request: ActionRequest): Promise<boolean> {
  try {
    put([await api.act(id, request)]);
    touch(id);
    return true;
  } catch (error) {
    failed(error);
    if (error instanceof ApiError && error.status === 409) {
      await api.hit(id).then((hit) => put([hit]), failed);
    }
    return false;
  }
}
