/**
 * A stand-in for the centre, for the tests of layout, keyboard and language only: it keeps the API's
 * form and sends the same content security policy. The way from camera to screen is tested with the
 * real centre in the project's tests/.
 */

import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type {
  Account,
  ActionRequest,
  AuditRecord,
  Hit,
  HitState,
  Node,
  Transit,
} from "../src/api/types";

export const LINK = "one-time-token";
export const PASSWORD = "only for this test";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const AFTER: Record<ActionRequest["action"], HitState> = {
  acknowledge: "acknowledged",
  dispatch: "dispatched",
  close: "closed",
  defer: "new",
};

export class MockCentre {
  account: Account = { id: 1, name: "Giulia Ferri", role: "admin", language: null };
  hits: Hit[] = [];
  transits: Transit[] = [];
  nodes: Node[] = [];
  audit: AuditRecord[] = [];
  pictures = new Map<string, Buffer>();
  /** Every request, as `METHOD path`. */
  requests: string[] = [];
  signedIn = true;
  #streams = new Set<ServerResponse>();
  #sequence = 0;
  #linkSpent = false;
  readonly #dist: string;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  constructor(dist: string) {
    this.#dist = dist;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.cutStreams();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  keep(picture: Buffer): string {
    const sha256 = createHash("sha256").update(picture).digest("hex");
    this.pictures.set(sha256, picture);
    return sha256;
  }

  send(name: string, data: unknown): void {
    this.#sequence += 1;
    const text = `id: ${this.#sequence}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.#streams) stream.write(text);
  }

  addHit(hit: Hit): void {
    this.hits.unshift(hit);
    this.send("hit", hit);
  }

  addTransit(transit: Transit): void {
    this.transits.unshift(transit);
    this.send("transit", transit);
  }

  #json(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #problem(response: ServerResponse, status: number, detail: string): void {
    response
      .writeHead(status, { "content-type": "application/problem+json" })
      .end(JSON.stringify({ type: "about:blank", title: detail, status, detail }));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname;
    this.requests.push(`${request.method} ${path}${url.search}`);
    if (!path.startsWith("/api/")) return this.#file(path, response);
    const body = await bodyOf(request);
    if (path === "/api/v1/session") return this.#session(request.method ?? "", body, response);
    if (!this.signedIn) return this.#problem(response, 401, "Sign in first.");
    if (request.method !== "GET" && request.headers["x-varco"] !== "1") {
      return this.#problem(response, 403, "The header X-Varco is missing.");
    }
    const [, , , kind, id, verb] = path.split("/");
    const before = url.searchParams.get("before");
    const limit = Number(url.searchParams.get("limit") ?? 50);
    switch (kind) {
      case "events":
        response.writeHead(200, {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
        });
        response.write(": hello\n\n");
        this.#streams.add(response);
        response.on("close", () => this.#streams.delete(response));
        return;
      case "hits": {
        if (id && verb === "actions") return this.#act(id, body as ActionRequest, response);
        if (id) {
          const hit = this.hits.find((candidate) => candidate.id === id);
          return hit
            ? this.#json(response, 200, hit)
            : this.#problem(response, 404, "No such hit.");
        }
        const state = url.searchParams.get("state");
        const items = this.hits.filter(
          (hit) => state === "all" || (state === "closed") === (hit.state === "closed"),
        );
        return this.#json(response, 200, page(items, before, limit));
      }
      case "transits": {
        const plate = url.searchParams.get("plate");
        if (plate && !url.searchParams.get("reason")) {
          return this.#problem(response, 422, "A search for a plate needs a reason.");
        }
        const items = this.transits.filter((transit) => !plate || transit.plate === plate);
        return this.#json(response, 200, page(items, before, limit));
      }
      case "nodes":
        return this.#json(response, 200, { items: this.nodes });
      case "audit":
        return this.#json(response, 200, { items: this.audit, next: null });
      case "summary":
        return this.#json(response, 200, {
          hits_open: this.hits.filter((hit) => hit.state !== "closed").length,
          hits_today: this.hits.length,
          transits_today: 1_204 + this.transits.length,
          nodes_alive: this.nodes.filter((node) => node.alive).length,
          nodes: this.nodes.length,
          cameras_live: this.nodes
            .flatMap((node) => (node.alive ? node.cameras : []))
            .filter((camera) => camera.state === "live").length,
          cameras: this.nodes.flatMap((node) => node.cameras).length,
        });
      case "evidence": {
        const picture = this.pictures.get(id ?? "");
        if (!picture) return this.#problem(response, 404, "No such picture.");
        response
          .writeHead(200, {
            "content-type": "image/jpeg",
            "cache-control": "private, max-age=31536000, immutable",
          })
          .end(picture);
        return;
      }
      default:
        return this.#problem(response, 404, "No such address.");
    }
  }

  #session(method: string, body: unknown, response: ServerResponse) {
    const given = body as { link?: string; name?: string; password?: string };
    if (method === "DELETE") {
      this.signedIn = false;
      response.writeHead(204).end();
      return;
    }
    if (method === "POST") {
      const byLink = given.link === LINK && !this.#linkSpent;
      if (!byLink && given.password !== PASSWORD) {
        return this.#problem(response, 401, "Wrong name, password or link.");
      }
      if (byLink) this.#linkSpent = true;
      this.signedIn = true;
    }
    if (!this.signedIn) return this.#problem(response, 401, "Sign in first.");
    this.#json(response, 200, { account: this.account });
  }

  #act(id: string, request: ActionRequest, response: ServerResponse) {
    const hit = this.hits.find((candidate) => candidate.id === id);
    if (!hit) return this.#problem(response, 404, "No such hit.");
    if (hit.state === "closed") return this.#problem(response, 409, "The hit is closed already.");
    hit.state = AFTER[request.action];
    hit.outcome = request.outcome;
    hit.actions.push({ at: new Date().toISOString(), account: this.account.name, ...request });
    this.send("hit-changed", hit);
    this.#json(response, 200, hit);
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const name = path === "/" || path === "/sign-in" ? "index.html" : normalize(path).slice(1);
    try {
      const content = await readFile(join(this.#dist, name));
      response
        .writeHead(200, {
          "content-type": TYPES[extname(name)] ?? "application/octet-stream",
          "content-security-policy": POLICY,
        })
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text ? JSON.parse(text) : {};
}

function page<T extends { id: string }>(items: T[], before: string | null, limit: number) {
  const left = before ? items.filter((item) => item.id < before) : items;
  const shown = left.slice(0, limit);
  return { items: shown, next: left.length > shown.length ? (shown.at(-1)?.id ?? null) : null };
}

/** A time-ordered identifier (UUID version 7) for a moment. */
export function idAt(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
