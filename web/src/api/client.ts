/** Calls to the centre. Every failure is an `ApiError`, handled once by whoever called. */

import type {
  Account,
  ActionRequest,
  AuditRecord,
  Hit,
  HitFilter,
  Node,
  Page,
  Summary,
  Transit,
} from "./types";

const PREFIX = "/api/v1";
/** A centre on the same network answers in milliseconds; after this it counts as gone. */
const TIMEOUT_MS = 15_000;

export class ApiError extends Error {
  /** HTTP status; 0 when the centre could not be reached at all. */
  readonly status: number;
  /** What the centre said of it, for people; empty when it said nothing. */
  readonly detail: string;

  constructor(status: number, detail: string) {
    super(`${status} ${detail}`);
    this.status = status;
    this.detail = detail;
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  let detail = "";
  if (response.headers.get("content-type")?.includes("json")) {
    try {
      const problem: { detail?: unknown; title?: unknown } = await response.json();
      detail = String(problem.detail ?? problem.title ?? "");
    } catch {
      // A broken error body adds nothing to the status, which is reported anyway.
    }
  }
  return new ApiError(response.status, detail);
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-varco"] = "1";
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(PREFIX + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError(0, "");
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(502, "");
  }
}

function query(parameters: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

export interface TransitSearch {
  plate: string;
  /** Why the operator looks for it; the centre keeps it in the audit log. */
  reason: string;
}

export const api = {
  session: () => call<{ account: Account }>("GET", "/session"),
  signInByLink: (link: string) => call<{ account: Account }>("POST", "/session", { link }),
  signIn: (name: string, password: string) =>
    call<{ account: Account }>("POST", "/session", { name, password }),
  signOut: () => call<void>("DELETE", "/session"),

  hits: (state: HitFilter, before: string | null = null, limit = 50) =>
    call<Page<Hit>>("GET", `/hits${query({ state, before, limit })}`),
  hit: (id: string) => call<Hit>("GET", `/hits/${encodeURIComponent(id)}`),
  act: (id: string, request: ActionRequest) =>
    call<Hit>("POST", `/hits/${encodeURIComponent(id)}/actions`, request),

  transits: (before: string | null = null, search: TransitSearch | null = null, limit = 50) =>
    call<Page<Transit>>("GET", `/transits${query({ ...search, before, limit })}`),
  nodes: () => call<{ items: Node[] }>("GET", "/nodes"),
  summary: () => call<Summary>("GET", "/summary"),
  audit: (before: number | null = null, limit = 100) =>
    call<Page<AuditRecord, number>>("GET", `/audit${query({ before, limit })}`),
};

/** Address of an evidence picture. */
export function evidenceAddress(sha256: string): string {
  return `${PREFIX}/evidence/${encodeURIComponent(sha256)}`;
}

/** Opens the stream of live events; the caller reads its body. */
export async function openEvents(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  let response: Response;
  try {
    response = await fetch(`${PREFIX}/events`, {
      headers: { accept: "text/event-stream" },
      credentials: "same-origin",
      cache: "no-store",
      signal,
    });
  } catch {
    throw new ApiError(0, "");
  }
  if (!response.ok) throw await problemOf(response);
  if (!response.body) throw new ApiError(502, "");
  return response.body;
}
