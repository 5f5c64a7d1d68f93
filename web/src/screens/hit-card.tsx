/** One hit: an alert that an officer must verify. */

import { useEffect, useLayoutEffect } from "preact/hooks";
import type { Hit } from "../api/types";
import { Age, KindBadge, RetrospectiveBadge, StateBadge, Time } from "../parts/badges";
import { Evidence, PlateCrop } from "../parts/evidence";
import { Check, Folder, Patrol, Pin, Warning } from "../parts/icons";
import { PlatePair } from "../parts/plate-pair";
import { useSeen } from "../parts/visible";
import { Why } from "../parts/why";
import { fresh } from "../state/board";
import { acknowledge, askClose, askDispatch, busy, open, select, selected } from "../state/desk";
import { mayAct } from "../state/session";
import { countryName, span, vehicleLine } from "../text/format";
import { language, text } from "../text/language";

/** A hit that took longer than this on its way says so. */
const LATE_MS = 60_000;

export function HitCard({ hit }: { hit: Hit }) {
  const { element: card, seen } = useSeen<HTMLElement>();
  const words = text.value;
  const isSelected = selected.value === hit.id;
  usePaintedAt(card, "shownAt");

  useEffect(() => {
    const element = card.current;
    if (!isSelected || !element) return;
    // Focus stays inside when a button of this card has it.
    if (!element.contains(document.activeElement)) element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  }, [isSelected]);

  const lateMs = Date.parse(hit.received_at) - Date.parse(hit.captured_at);
  return (
    <article
      ref={card}
      class={`hit kind-${hit.list.kind} hit-${hit.state}`}
      data-testid="hit"
      data-hit-id={hit.id}
      data-plate={hit.plate}
      data-state={hit.state}
      data-exact={hit.exact}
      data-captured-at={hit.captured_at}
      data-fresh={fresh.value.has(hit.id)}
      aria-current={isSelected ? "true" : undefined}
      aria-label={`${words.kinds[hit.list.kind]}, ${hit.plate}, ${words.states[hit.state]}`}
      tabIndex={-1}
      onFocusCapture={() => select(hit.id)}
      onPointerDown={() => select(hit.id)}
    >
      <div class="hit-look">
        {/* An open hit's picture is there before anybody scrolls; a closed one's only when looked at. */}
        {(seen || hit.state !== "closed") && (
          <>
            <Evidence
              evidence={hit.evidence}
              plate={hit.plate}
              camera={hit.place.camera_name}
              onShown={() => afterPaint(() => stamp(card.current, "evidenceAt"))}
              onOpen={() => {
                select(hit.id);
                open.value = { kind: "detail", hit: hit.id };
              }}
            />
            <PlateCrop evidence={hit.evidence} plate={hit.plate} />
          </>
        )}
      </div>
      <div class="hit-body">
        <header class="hit-head">
          <KindBadge kind={hit.list.kind} />
          <StateBadge hit={hit} />
          <RetrospectiveBadge hit={hit} />
          {lateMs > LATE_MS && !hit.retrospective && (
            <span class="hit-late">
              <Warning /> {words.arrivedLate(span(lateMs, language.value))}
            </span>
          )}
          <span class="hit-when">
            <Time at={hit.captured_at} full /> <Age at={hit.captured_at} />
          </span>
        </header>

        <div class="hit-middle">
          <div class="hit-plates">
            <PlatePair hit={hit} withList />
          </div>
          <Why hit={hit} />

          <History hit={hit} />
        </div>

        <Facts hit={hit} />

        <footer class="hit-foot">
          <p class="hit-verify">
            <Warning /> {words.verifyFirst}
          </p>
          <HitActions hit={hit} />
        </footer>
      </div>
    </article>
  );
}

/** Who did what so far; the window with the details tells more. */
function History({ hit }: { hit: Hit }) {
  if (hit.actions.length === 0) return null;
  const words = text.value;
  return (
    <ol class="hit-history" aria-label={words.timeline}>
      {hit.actions.map((action) => (
        <li key={action.at}>
          <Time at={action.at} />
          <span>
            {words.actionBy[action.action](action.account)}
            {action.unit && <b> · {action.unit}</b>}
            {action.outcome && <b> · {words.outcomes[action.outcome]}</b>}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Facts({ hit }: { hit: Hit }) {
  const words = text.value;
  const vehicle = vehicleLine(hit.entry.vehicle);
  return (
    <dl class="facts">
      <div class="fact-place">
        <dt>{words.place}</dt>
        <dd>
          <Pin /> {hit.place.site} · {hit.place.camera_name}
        </dd>
      </div>
      <div class="fact-reason">
        <dt>{words.reason}</dt>
        <dd>{hit.entry.reason ?? "–"}</dd>
      </div>
      <div>
        <dt>{words.reference}</dt>
        <dd>{hit.entry.reference ?? "–"}</dd>
      </div>
      <div>
        <dt>{words.vehicle}</dt>
        <dd>
          {vehicle || "–"}
          {hit.vehicle && (
            <small data-testid="seen-as">
              {words.seenAs}: {words.vehicles[hit.vehicle]}
            </small>
          )}
        </dd>
      </div>
      <div>
        <dt>{words.country}</dt>
        <dd>{hit.country ? countryName(hit.country, language.value) : words.countryUnknown}</dd>
      </div>
      <div>
        <dt>{words.direction}</dt>
        <dd>{words.directions[hit.direction]}</dd>
      </div>
    </dl>
  );
}

/** The three steps of a hit, as far as its state and the role allow. */
export function HitActions({ hit }: { hit: Hit }) {
  const words = text.value;
  if (!mayAct.value || hit.state === "closed") return null;
  const waits = busy.value.has(hit.id);
  return (
    <div class="actions">
      {hit.state === "new" && (
        <button
          type="button"
          class="button button-main"
          data-testid="acknowledge"
          aria-keyshortcuts="a"
          disabled={waits}
          onClick={() => void acknowledge(hit.id)}
        >
          <Check /> {words.acknowledge} <kbd>a</kbd>
        </button>
      )}
      <button
        type="button"
        class={hit.state === "acknowledged" ? "button button-main" : "button"}
        data-testid="dispatch"
        aria-keyshortcuts="d"
        disabled={waits}
        onClick={() => askDispatch(hit.id)}
      >
        <Patrol /> {words.dispatch} <kbd>d</kbd>
      </button>
      <button
        type="button"
        class={hit.state === "dispatched" ? "button button-main" : "button"}
        data-testid="close"
        aria-keyshortcuts="c"
        disabled={waits}
        onClick={() => askClose(hit.id)}
      >
        <Folder /> {words.close} <kbd>c</kbd>
      </button>
    </div>
  );
}

/** Runs once the next picture of the page has been painted; a hidden page paints none. */
function afterPaint(work: () => void): void {
  if (document.hidden) {
    setTimeout(work, 0);
    return;
  }
  // The first frame callback runs before painting, a task queued from it after.
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      work();
    };
    channel.port2.postMessage(null);
  });
}

function stamp(element: HTMLElement | null, name: "shownAt" | "evidenceAt"): void {
  if (element && !element.dataset[name]) element.dataset[name] = String(Date.now());
}

/** Writes when the card was first on the screen: capture-to-screen time is measured with it. */
function usePaintedAt(card: { current: HTMLElement | null }, name: "shownAt"): void {
  // Before the paint that shows the card, so that this very paint is the one that is timed.
  useLayoutEffect(() => {
    afterPaint(() => stamp(card.current, name));
  }, []);
}
