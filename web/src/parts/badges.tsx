/** Small signs with colour, icon and words together: none of them speaks by colour alone. */

import type { Hit, HitState, ListKind, Matched } from "../api/types";
import { nowMs } from "../state/clock";
import { clock, dayAndClock, moment, percent, span, utc } from "../text/format";
import { language, text } from "../text/language";
import { Almost, Bell, Check, Eye, Folder, KindIcon, Patrol, Warning } from "./icons";

export function KindBadge({ kind }: { kind: ListKind }) {
  return (
    <span class={`badge kind kind-${kind}`}>
      <KindIcon kind={kind} /> {text.value.kinds[kind]}
    </span>
  );
}

const STATE_ICON: Record<HitState, () => preact.JSX.Element> = {
  new: Bell,
  acknowledged: Eye,
  dispatched: Patrol,
  closed: Folder,
};

export function StateBadge({ hit }: { hit: Hit }) {
  const Sign = STATE_ICON[hit.state];
  const words = text.value;
  const unit = hit.actions.findLast((action) => action.unit)?.unit;
  const more =
    hit.state === "closed" && hit.outcome
      ? words.outcomes[hit.outcome]
      : hit.state === "dispatched"
        ? unit
        : null;
  return (
    <span class={`badge state state-${hit.state}`}>
      <Sign /> {words.states[hit.state]}
      {more && <b>· {more}</b>}
    </span>
  );
}

/** That the plate was listed only after the vehicle had passed. */
export function RetrospectiveBadge({ hit }: { hit: Hit }) {
  const words = text.value;
  if (!hit.retrospective) return null;
  return (
    <span class="badge" data-testid="retrospective" title={words.retrospectiveHelp}>
      {words.retrospective}
    </span>
  );
}

export function MatchBadge({ hit }: { hit: Matched }) {
  const words = text.value;
  if (hit.relation === "cloned") {
    return (
      <span class="match match-approximate" data-testid="cloned" title={words.clonedHelp}>
        <Almost />
        <b>{words.cloned}</b>
        <span class="match-probability">
          {percent(hit.probability)} <span class="visually-hidden">{words.probability}</span>
        </span>
      </span>
    );
  }
  if (hit.relation === "no-permit") {
    return (
      <span class="match match-exact" data-testid="no-permit" title={words.noPermitHelp}>
        <Warning />
        <b>{words.noPermit}</b>
        <span class="match-probability">
          {percent(hit.probability)} <span class="visually-hidden">{words.probability}</span>
        </span>
      </span>
    );
  }
  return (
    <span
      class={`match ${hit.exact ? "match-exact" : "match-approximate"}`}
      title={hit.exact ? words.exactHelp : words.approximateHelp}
    >
      {hit.exact ? <Check /> : <Almost />}
      <b>{hit.exact ? words.exact : words.approximate}</b>
      <span class="match-probability">
        {percent(hit.probability)} <span class="visually-hidden">{words.probability}</span>
      </span>
    </span>
  );
}

/** Local time with UTC in the tooltip. */
export function Time({ at, full = false }: { at: string; full?: boolean }) {
  const tongue = language.value;
  return (
    <time dateTime={at} title={`${dayAndClock(at, tongue)} · ${utc(at)}`}>
      {full ? moment(at, nowMs.value, tongue) : clock(at, tongue)}
    </time>
  );
}

/** How long ago, counting. */
export function Age({ at }: { at: string }) {
  const ms = nowMs.value - Date.parse(at);
  const words = text.value;
  return <span class="age">{ms < 1000 ? words.justNow : words.ago(span(ms, language.value))}</span>;
}
