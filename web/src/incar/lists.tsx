/** The last plates, and the hits of this tour. */

import { Almost, Check, Keyboard, KindIcon } from "../parts/icons";
import { Plate } from "../parts/plate";
import { clock, span } from "../text/format";
import { language } from "../text/language";
import { sheet } from "./app";
import { hits, opened, reads, unitNowMs } from "./board";
import type { Read, UnitHit } from "./types";
import { words } from "./words";

function age(at: string): string {
  return words.value.ago(span(unitNowMs.value - Date.parse(at), language.value));
}

export function ReadList() {
  const text = words.value;
  return (
    <section class="car-reads" aria-label={text.reads}>
      <h2>{text.reads}</h2>
      {reads.value.length === 0 && <p class="car-empty">{text.noReads}</p>}
      <ol>
        {reads.value.map((read) => (
          <ReadRow key={read.id} read={read} />
        ))}
      </ol>
    </section>
  );
}

function ReadRow({ read }: { read: Read }) {
  return (
    <li class="car-read" data-testid="read" data-plate={read.plate}>
      <Plate text={read.plate} country={read.country} label={words.value.reads} />
      <span class="car-read-where">
        {read.place.camera_name}
        <time dateTime={read.last_seen_at}>{clock(read.last_seen_at, language.value)}</time>
      </span>
    </li>
  );
}

export function HitList() {
  const text = words.value;
  return (
    <section class="car-hits" aria-label={text.hits}>
      <h2>{text.hits}</h2>
      {hits.value.length === 0 && <p class="car-empty">{text.noHits}</p>}
      <ol>
        {hits.value.map((hit) => (
          <HitRow key={hit.id} hit={hit} />
        ))}
      </ol>
      <button
        type="button"
        class="car-button car-type"
        data-testid="type-plate"
        onClick={() => {
          sheet.value = "keypad";
        }}
      >
        <Keyboard /> {text.typePlate}
      </button>
    </section>
  );
}

function HitRow({ hit }: { hit: UnitHit }) {
  const text = words.value;
  const verdict = hit.decision?.verdict;
  return (
    <li>
      <button
        type="button"
        class={`car-hit kind-${hit.list.kind} verdict-${verdict ?? "open"}`}
        data-testid="hit-row"
        data-hit-id={hit.id}
        data-verdict={verdict ?? ""}
        onClick={() => {
          opened.value = hit.id;
        }}
      >
        <KindIcon kind={hit.list.kind} />
        <span class="car-hit-plate">
          {hit.entry.plate} {hit.exact ? <Check /> : <Almost />}
        </span>
        <span class="car-hit-list">{hit.list.name}</span>
        <span class="car-hit-state">{verdict ? text.verdicts[verdict] : text.undecided}</span>
        <span class="car-hit-age">{age(hit.captured_at)}</span>
      </button>
    </li>
  );
}
