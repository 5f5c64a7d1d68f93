/** Who is signed in, and how they came in. */

import { computed, signal } from "@preact/signals";
import { ApiError, api } from "../api/client";
import type { Account } from "../api/types";
import { setAccountLanguage } from "../text/language";

export type Session =
  | { kind: "unknown" }
  | { kind: "entering" }
  | { kind: "out"; reason: null | "ended" | "link" }
  | { kind: "unreachable"; error: unknown }
  | { kind: "in"; account: Account };

export const session = signal<Session>({ kind: "unknown" });

export const account = computed<Account | null>(() =>
  session.value.kind === "in" ? session.value.account : null,
);
export const mayAct = computed(
  () => account.value?.role === "operator" || account.value?.role === "admin",
);
/** Auditors read the audit log and nothing else. */
export const maySee = computed(() => account.value !== null && account.value.role !== "auditor");
export const mayAudit = computed(
  () => account.value?.role === "auditor" || account.value?.role === "admin",
);

function enter(found: Account): void {
  setAccountLanguage(found.language);
  session.value = { kind: "in", account: found };
}

/** The one-time token of an address such as `/sign-in#TOKEN`; `null` for any other. */
export function linkToken(path: string, hash: string): string | null {
  if (path.replace(/\/+$/, "") !== "/sign-in" || hash.length < 2) return null;
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return null;
  }
}

/** Signs in by the address's link if there is one, else by the cookie that may still hold. */
export async function start(): Promise<void> {
  const token = linkToken(location.pathname, location.hash);
  if (location.pathname !== "/") {
    // The token must not stay in the address bar or in the history.
    history.replaceState(null, "", "/");
  }
  if (token === null) return resume();
  session.value = { kind: "entering" };
  try {
    enter((await api.signInByLink(token)).account);
  } catch (error) {
    // A link that was used already, opened again by someone who is still signed in, is no fault.
    if (error instanceof ApiError && error.status > 0 && error.status < 500) return resume("link");
    session.value = { kind: "unreachable", error };
  }
}

async function resume(reason: null | "link" = null): Promise<void> {
  try {
    enter((await api.session()).account);
  } catch (error) {
    session.value =
      error instanceof ApiError && error.status === 401
        ? { kind: "out", reason }
        : { kind: "unreachable", error };
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  enter((await api.signIn(name, password)).account);
}

export async function signOut(): Promise<void> {
  await api.signOut();
  session.value = { kind: "out", reason: null };
}

/** Called when any answer says that the session is over. */
export function ended(): void {
  if (session.value.kind === "in") session.value = { kind: "out", reason: "ended" };
}
