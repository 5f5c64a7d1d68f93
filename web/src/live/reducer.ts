/** What the page knows of hits, transits and nodes, and how a message changes it. Pure. */

import type { Hit, Node, Transit } from "../api/types";
import type { ServerEvent } from "./sse";

/** Transits kept while the page stays open; older ones are a click away. */
export const TRANSITS_KEPT = 300;
/** Closed hits kept in memory besides the open ones. */
export const CLOSED_KEPT = 500;

export type LiveMessage =
  | { name: "hit"; hit: Hit }
  | { name: "hit-changed"; hit: Hit }
  | { name: "transit"; transit: Transit }
  | { name: "node"; node: Node };

/** The message in a server-sent event; `null` for one that this page does not know. */
export function messageOf(event: ServerEvent): LiveMessage | null {
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    return null;
  }
  if (typeof data !== "object" || data === null || !("id" in data)) return null;
  switch (event.name) {
    case "hit":
    case "hit-changed":
      return { name: event.name, hit: data as Hit };
    case "transit":
      return { name: "transit", transit: data as Transit };
    case "node":
      return { name: "node", node: data as Node };
    default:
      return null;
  }
}

/** Newest first: ids are time-ordered. */
export function byNewest(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

const PROGRESS = { new: 0, acknowledged: 1, dispatched: 2, closed: 3 } as const;

/** The later of two copies of one hit, whichever way they came. */
export function laterHit(a: Hit, b: Hit): Hit {
  if (a.actions.length !== b.actions.length) return a.actions.length > b.actions.length ? a : b;
  return PROGRESS[a.state] > PROGRESS[b.state] ? a : b;
}

/** Adds or brings up to date; the list stays newest first and holds each id once. */
export function mergeHits(known: readonly Hit[], coming: readonly Hit[]): Hit[] {
  const byId = new Map(known.map((hit) => [hit.id, hit]));
  for (const hit of coming) {
    const before = byId.get(hit.id);
    byId.set(hit.id, before ? laterHit(before, hit) : hit);
  }
  const all = [...byId.values()].sort(byNewest);
  let closed = 0;
  return all.filter((hit) => hit.state !== "closed" || ++closed <= CLOSED_KEPT);
}

/** The same for transits, where the highest revision holds. */
export function mergeTransits(known: readonly Transit[], coming: readonly Transit[]): Transit[] {
  const byId = new Map(known.map((transit) => [transit.id, transit]));
  for (const transit of coming) {
    const before = byId.get(transit.id);
    if (!before) byId.set(transit.id, transit);
    else {
      const later = transit.revision >= before.revision ? transit : before;
      const hits = [...new Set([...before.hits, ...transit.hits])];
      byId.set(transit.id, { ...later, hits });
    }
  }
  return [...byId.values()].sort(byNewest);
}

/** Marks the transit that a hit belongs to. */
export function markTransit(transits: readonly Transit[], hit: Hit): Transit[] {
  return transits.map((transit) =>
    transit.id === hit.transit && !transit.hits.includes(hit.id)
      ? { ...transit, hits: [...transit.hits, hit.id] }
      : transit,
  );
}

/** Nodes by name. */
export function mergeNodes(known: readonly Node[], coming: readonly Node[]): Node[] {
  const byId = new Map(known.map((node) => [node.id, node]));
  for (const node of coming) byId.set(node.id, node);
  return [...byId.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Hits that an officer has to look at and that this page has not announced yet. */
export function unannounced(known: readonly Hit[], coming: readonly Hit[]): Hit[] {
  const ids = new Set(known.map((hit) => hit.id));
  return coming.filter((hit) => hit.state === "new" && !ids.has(hit.id));
}
