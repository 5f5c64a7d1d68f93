/** The main screen: hits as they come, newest first. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { HitFilter } from "../api/types";
import { Bell, Up } from "../parts/icons";
import {
  chooseFilter,
  filter,
  fresh,
  loaded,
  moreHits,
  newHits,
  olderHits,
  shownHits,
  summary,
} from "../state/board";
import { select } from "../state/desk";
import { count } from "../text/format";
import { language, text } from "../text/language";
import { HitCard } from "./hit-card";
import { SideRail } from "./side-rail";

const FILTERS: readonly HitFilter[] = ["open", "closed", "all"];

export function HitsScreen() {
  const words = text.value;
  const list = shownHits.value;
  const label = { open: words.hitsOpen, closed: words.hitsClosed, all: words.hitsAll };
  return (
    <div class="hits-screen">
      <section class="hits-main" aria-label={words.hits}>
        <div class="bar">
          <h1>{words.hits}</h1>
          <fieldset class="segments">
            <legend class="visually-hidden">{words.hitsFilter}</legend>
            {FILTERS.map((value) => (
              <button
                type="button"
                key={value}
                aria-pressed={filter.value === value}
                data-testid={`filter-${value}`}
                onClick={() => void chooseFilter(value)}
              >
                {label[value]}
              </button>
            ))}
          </fieldset>
          <Figures />
        </div>
        <Above />
        {list.length === 0 ? (
          <Empty />
        ) : (
          <div class="hit-list" data-testid="hit-list">
            {list.map((hit) => (
              <HitCard key={hit.id} hit={hit} />
            ))}
          </div>
        )}
        {olderHits.value && (
          <button type="button" class="button older" onClick={() => void moreHits()}>
            {words.older}
          </button>
        )}
      </section>
      <SideRail />
    </div>
  );
}

function Figures() {
  const words = text.value;
  const figures = summary.value;
  if (!figures) return null;
  const tongue = language.value;
  return (
    <ul class="figures">
      <li class={newHits.value.length > 0 ? "figure-alert" : ""}>
        <b>{count(newHits.value.length, tongue)}</b> {words.hitsToVerify}
      </li>
      <li>
        <b>{count(figures.hits_today, tongue)}</b> {words.hitsToday}
      </li>
      <li>
        <b>{count(figures.transits_today, tongue)}</b> {words.transitsToday}
      </li>
      <li class={figures.cameras_live < figures.cameras ? "figure-warning" : ""}>
        <b>
          {figures.cameras_live}/{figures.cameras}
        </b>{" "}
        {words.camerasLive}
      </li>
    </ul>
  );
}

function Empty() {
  const words = text.value;
  if (!loaded.value) return <p class="empty">{words.loading}</p>;
  const title = {
    open: words.noHitsOpen,
    closed: words.noHitsClosed,
    all: words.noHitsAll,
  }[filter.value];
  return (
    <div class="empty">
      <Bell />
      <p>
        <b>{title}</b>
      </p>
      {filter.value === "open" && <p>{words.noHitsOpenHelp}</p>}
    </div>
  );
}

/** Says that new hits came above what is on the screen, and leads to the newest. */
function Above() {
  const mark = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  useEffect(() => {
    const element = mark.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => setAway(!entry?.isIntersecting));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const waiting = shownHits.value.filter((hit) => fresh.value.has(hit.id));
  return (
    <>
      <div ref={mark} class="above-mark" />
      {away && waiting.length > 0 && (
        <button
          type="button"
          class="above"
          onClick={() => {
            select(waiting[0]?.id ?? null);
          }}
        >
          <Up /> {text.value.newHitsAbove(waiting.length)}
        </button>
      )}
    </>
  );
}
