/** Everything known of one hit, with the large picture and who did what when. */

import { evidenceAddress } from "../api/client";
import type { Hit } from "../api/types";
import { KindBadge, RetrospectiveBadge, StateBadge, Time } from "../parts/badges";
import { Evidence, PlateCrop } from "../parts/evidence";
import { Warning } from "../parts/icons";
import { PlatePair } from "../parts/plate-pair";
import { Why } from "../parts/why";
import { WindowFrame } from "../parts/window";
import { mayAct } from "../state/session";
import { count, countryName, dayAndClock, percent, vehicleLine } from "../text/format";
import { language, text } from "../text/language";
import { HitActions } from "./hit-card";

export function HitDetail({ hit, onShut }: { hit: Hit; onShut: () => void }) {
  const words = text.value;
  return (
    <WindowFrame
      wide
      onShut={onShut}
      testId="detail"
      title={
        <>
          <KindBadge kind={hit.list.kind} /> <span class="detail-plate">{hit.plate}</span>{" "}
          <StateBadge hit={hit} /> <RetrospectiveBadge hit={hit} />
        </>
      }
    >
      <div class={`detail kind-${hit.list.kind}`}>
        <div class="detail-picture">
          <Evidence evidence={hit.evidence} plate={hit.plate} camera={hit.place.camera_name} />
          <a href={evidenceAddress(hit.evidence.sha256)} target="_blank" rel="noreferrer">
            {words.openPicture}
          </a>
        </div>
        <div class="detail-side">
          <div class="detail-plates">
            <PlateCrop evidence={hit.evidence} plate={hit.plate} />
            <PlatePair hit={hit} />
          </div>
          <Why hit={hit} />
          <p class="hit-verify">
            <Warning /> {words.verifyFirst}
          </p>
          {mayAct.value ? <HitActions hit={hit} /> : <p class="hint">{words.viewerOnly}</p>}
        </div>
        <AllFacts hit={hit} />
        <Timeline hit={hit} />
      </div>
    </WindowFrame>
  );
}

function AllFacts({ hit }: { hit: Hit }) {
  const words = text.value;
  const facts: [string, string | null][] = [
    [words.reason, hit.entry.reason],
    [words.reference, hit.entry.reference],
    [words.vehicle, vehicleLine(hit.entry.vehicle) || null],
    [words.seenAs, hit.vehicle ? words.vehicles[hit.vehicle] : null],
    [words.site, hit.place.site],
    [words.camera, hit.place.camera_name],
    [words.direction, words.directions[hit.direction]],
    [words.country, hit.country ? countryName(hit.country, language.value) : words.countryUnknown],
    [
      words.otherReadings,
      hit.alternatives.map((other) => `${other.text} ${percent(other.confidence)}`).join(", ") ||
        null,
    ],
    [
      words.elsewhere,
      hit.elsewhere
        ? words.elsewhereAt(
            hit.elsewhere.place.site,
            dayAndClock(hit.elsewhere.seen_at, language.value),
            count(Math.round(hit.elsewhere.distance_km), language.value),
          )
        : null,
    ],
    [words.list, hit.list.name],
    [words.purpose, hit.list.purpose],
    [words.legalBasis, hit.list.legal_basis],
    [words.node, hit.place.node],
    [words.frame, String(hit.evidence.frame_sequence)],
    [words.evidenceHash, hit.evidence.sha256],
  ];
  return (
    <dl class="all-facts">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={name === words.evidenceHash ? "hash" : ""}>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

function Timeline({ hit }: { hit: Hit }) {
  const words = text.value;
  return (
    <section class="timeline" aria-label={words.timeline} data-testid="timeline">
      <h3>{words.timeline}</h3>
      <ol>
        <li>
          <Time at={hit.captured_at} full />
          <span>
            {words.capturedStep} · {hit.place.camera_name}
          </span>
        </li>
        <li>
          <Time at={hit.matched_at} full />
          <span>{words.matchedStep}</span>
        </li>
        <li>
          <Time at={hit.received_at} full />
          <span>{words.receivedStep}</span>
        </li>
        {hit.actions.map((action) => (
          <li key={action.at} class="timeline-action">
            <Time at={action.at} full />
            <span>
              <b>{words.actionBy[action.action](action.account)}</b>
              {action.unit && ` · ${action.unit}`}
              {action.outcome && ` · ${words.outcomes[action.outcome]}`}
              {action.note && <q>{action.note}</q>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
