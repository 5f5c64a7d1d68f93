/**
 * Parser of server-sent events (WHATWG HTML, "Server-sent events", §9.2.6).
 *
 * The browser's own EventSource hides keep-alive comments and HTTP statuses; the page needs both,
 * to notice a connection that died silently and a session that ended.
 */

export interface ServerEvent {
  /** Event name; `message` when the server gave none. */
  name: string;
  data: string;
  id: string;
}

export class SseParser {
  #rest = "";
  #name = "";
  #data: string[] = [];
  #id = "";

  /** Takes the next piece of the stream and gives the events that it completes. */
  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.#rest += piece;
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);
      if (end < 0) break;
      // A lone CR at the end may be the first half of CRLF: wait for what follows.
      if (this.#rest[end] === "\r" && end === this.#rest.length - 1) break;
      const width = this.#rest.startsWith("\r\n", end) ? 2 : 1;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + width);
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | null {
    if (line === "") return this.#dispatch();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #dispatch(): ServerEvent | null {
    const name = this.#name || "message";
    const data = this.#data;
    this.#name = "";
    this.#data = [];
    if (data.length === 0) return null;
    return { name, data: data.join("\n"), id: this.#id };
  }
}
