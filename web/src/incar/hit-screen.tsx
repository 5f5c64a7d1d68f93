/** A hit fills the screen: picture, plates, list, reason, what to do, and three big buttons. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Evidence, PlateCrop } from "../parts/evidence";
import { Check, Cross, KindIcon } from "../parts/icons";
import { PlatePair } from "../parts/plate-pair";
import { clock, vehicleLine } from "../text/format";
import { language, text as roomText } from "../text/language";
import { decide, opened, putAside, waiting } from "./board";
import type { RejectReason, UnitHit, Verdict } from "./types";
import { words } from "./words";

const REASONS: RejectReason[] = ["misread", "not-the-vehicle", "gone", "other"];

export function HitScreen({ hit }: { hit: UnitHit }) {
  const screen = useRef<HTMLDivElement>(null);
  const asking = useSignal(false);
  const busy = useSignal(false);
  const failed = useSignal(false);
  const text = words.value;
  useEffect(() => {
    // Two frames: the first one is prepared, at the second one it was painted.
    requestAnimationFrame(() => requestAnimationFrame(() => stamp(screen.current, "shownAt")));
  }, []);

  const say = async (verdict: Verdict, reason: RejectReason | null = null) => {
    if (busy.value) return;
    busy.value = true;
    failed.value = false;
    try {
      await decide(hit, verdict, reason);
    } catch {
      failed.value = true;
    } finally {
      busy.value = false;
    }
  };
  const others = waiting.value.filter((other) => other.id !== hit.id).length;
  return (
    <div
      ref={screen}
      class={`car-alert kind-${hit.list.kind} ${hit.exact ? "alert-exact" : "alert-like"}`}
      role="alertdialog"
      aria-label={hit.list.name}
      data-testid="alert"
      data-hit-id={hit.id}
      data-plate={hit.plate}
      data-listed={hit.entry.plate}
      data-exact={hit.exact}
      data-captured-at={hit.captured_at}
      data-matched-at={hit.matched_at}
    >
      <header class="alert-head">
        <KindIcon kind={hit.list.kind} />
        <h1>
          {roomText.value.kinds[hit.list.kind]} <small class="alert-list">{hit.list.name}</small>
        </h1>
        {others > 0 && <span class="alert-more">{text.more(others)}</span>}
        <time dateTime={hit.captured_at}>{clock(hit.captured_at, language.value)}</time>
        <button
          type="button"
          class="car-button car-square"
          aria-label={text.close}
          data-testid="put-aside"
          onClick={() => putAside(hit.id)}
        >
          <Cross />
        </button>
      </header>
      <div class="alert-picture">
        <Evidence
          evidence={hit.evidence}
          plate={hit.plate}
          camera={hit.place.camera_name}
          onShown={() => stamp(screen.current, "evidenceAt")}
        />
        <PlateCrop evidence={hit.evidence} plate={hit.plate} />
      </div>
      <div class="alert-words">
        <div class="alert-plates">
          <PlatePair hit={hit} />
        </div>
        <dl>
          <div>
            <dt>{text.reason}</dt>
            <dd>{hit.entry.reason ?? text.noReason}</dd>
          </div>
          {vehicleLine(hit.entry.vehicle) && (
            <div>
              <dt>{text.vehicle}</dt>
              <dd>{vehicleLine(hit.entry.vehicle)}</dd>
            </div>
          )}
          {hit.vehicle && (
            <div>
              <dt>{roomText.value.seenAs}</dt>
              <dd>{roomText.value.vehicles[hit.vehicle]}</dd>
            </div>
          )}
          {hit.list.on_hit && (
            <div class="alert-do">
              <dt>{text.whatToDo}</dt>
              <dd>{hit.list.on_hit}</dd>
            </div>
          )}
        </dl>
        <p class="alert-where">
          {hit.place.camera_name} · {roomText.value.directions[hit.direction]}
        </p>
      </div>
      {failed.value && (
        <p class="alert-failed" role="alert">
          {text.notStored}
        </p>
      )}
      <footer class="alert-buttons" aria-busy={busy.value}>
        {asking.value ? (
          <>
            {REASONS.map((reason) => (
              <button
                key={reason}
                type="button"
                class="car-button car-reject"
                data-testid={`reason-${reason}`}
                disabled={busy.value}
                onClick={() => void say("reject", reason)}
              >
                {text.reasons[reason]}
              </button>
            ))}
            <button
              type="button"
              class="car-button"
              onClick={() => {
                asking.value = false;
              }}
            >
              {text.back}
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              class="car-button car-accept"
              data-testid="accept"
              disabled={busy.value}
              onClick={() => void say("accept")}
            >
              <Check /> {text.accept}
            </button>
            <button
              type="button"
              class="car-button car-reject"
              data-testid="reject"
              disabled={busy.value}
              onClick={() => {
                asking.value = true;
              }}
            >
              <Cross /> {text.reject}
            </button>
            <button
              type="button"
              class="car-button"
              data-testid="not-now"
              disabled={busy.value}
              onClick={() => void say("not-now")}
            >
              {text.notNow}
            </button>
            {hit.decision && (
              <button
                type="button"
                class="car-button"
                onClick={() => {
                  opened.value = null;
                }}
              >
                {text.back}
              </button>
            )}
          </>
        )}
      </footer>
    </div>
  );
}

function stamp(element: HTMLElement | null, name: "shownAt" | "evidenceAt"): void {
  if (element && !element.dataset[name]) element.dataset[name] = String(Date.now());
}
