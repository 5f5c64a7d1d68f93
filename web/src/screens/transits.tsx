/** Transits as they come, and the audited search for one plate. */

import { useState } from "preact/hooks";
import { api, type TransitSearch } from "../api/client";
import type { Transit } from "../api/types";
import { Time } from "../parts/badges";
import { Evidence, PlateCrop } from "../parts/evidence";
import { Bell, Cross, DirectionIcon, Lanes, Search } from "../parts/icons";
import { Plate } from "../parts/plate";
import { useSeen } from "../parts/visible";
import { failed, loaded, moreTransits, olderTransits, transits } from "../state/board";
import { open } from "../state/desk";
import { countryName, percent } from "../text/format";
import { language, text } from "../text/language";

interface Found {
  search: TransitSearch;
  items: Transit[];
  next: string | null;
}

export function TransitsScreen() {
  const words = text.value;
  const [found, setFound] = useState<Found | null>(null);
  const [waits, setWaits] = useState(false);

  const look = async (search: TransitSearch, before: string | null, earlier: Transit[]) => {
    setWaits(true);
    try {
      const page = await api.transits(before, search);
      setFound({ search, items: [...earlier, ...page.items], next: page.next });
    } catch (error) {
      failed(error);
    } finally {
      setWaits(false);
    }
  };

  const items = found ? found.items : transits.value;
  const older = found ? found.next : olderTransits.value;
  return (
    <section class="page" aria-label={words.transits}>
      <div class="bar">
        <h1>{found ? words.searchResults(found.search.plate) : words.transits}</h1>
        {found && (
          <button type="button" class="button" onClick={() => setFound(null)}>
            <Cross /> {words.searchEnd}
          </button>
        )}
        <SearchForm waits={waits} onSearch={(search) => void look(search, null, [])} />
      </div>
      {items.length === 0 ? (
        <div class="empty">
          <Lanes />
          <p>
            <b>{loaded.value ? words.noTransits : words.loading}</b>
          </p>
          {loaded.value && !found && <p>{words.noTransitsHelp}</p>}
        </div>
      ) : (
        <TransitTable items={items} />
      )}
      {older && (
        <button
          type="button"
          class="button older"
          data-testid="older"
          disabled={waits}
          onClick={() =>
            void (found ? look(found.search, found.next, found.items) : moreTransits())
          }
        >
          {words.older}
        </button>
      )}
    </section>
  );
}

function SearchForm({ waits, onSearch }: { waits: boolean; onSearch: (s: TransitSearch) => void }) {
  const words = text.value;
  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const plate = String(form.get("plate") ?? "").trim();
        const reason = String(form.get("reason") ?? "").trim();
        if (plate && reason) onSearch({ plate: plate.toUpperCase(), reason });
      }}
    >
      <label>
        <span>{words.searchPlate}</span>
        <input
          name="plate"
          class="input-plate"
          required
          maxLength={16}
          autoComplete="off"
          autoCapitalize="characters"
          spellcheck={false}
        />
      </label>
      <label>
        <span>{words.searchReason}</span>
        <input name="reason" required maxLength={200} title={words.searchReasonHelp} />
      </label>
      <button type="submit" class="button" disabled={waits}>
        <Search /> {words.search}
      </button>
    </form>
  );
}

function TransitTable({ items }: { items: readonly Transit[] }) {
  const words = text.value;
  return (
    <div class="table-frame">
      <table class="table transits" data-testid="transits">
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.evidence}</th>
            <th scope="col">{words.plate}</th>
            <th scope="col">{words.country}</th>
            <th scope="col">{words.vehicle}</th>
            <th scope="col">{words.confidence}</th>
            <th scope="col">{words.camera}</th>
            <th scope="col">{words.direction}</th>
            <th scope="col">{words.hits}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((transit) => (
            <TransitRow key={transit.id} transit={transit} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TransitRow({ transit }: { transit: Transit }) {
  const words = text.value;
  const { element, seen } = useSeen<HTMLTableRowElement>();
  const { evidence } = transit;
  const hit = transit.hits[0];
  return (
    <tr
      ref={element}
      class={hit ? "with-hit" : ""}
      data-testid="transit"
      data-transit-id={transit.id}
      data-plate={transit.plate}
    >
      <td class="cell-time">
        <Time at={transit.last_seen_at} full />
        <small>{words.framesCount(transit.frames)}</small>
      </td>
      <td class="cell-picture">
        {evidence ? (
          <div class="look">
            {seen && (
              <>
                <span class="thumbnail">
                  <Evidence
                    evidence={evidence}
                    plate={transit.plate}
                    camera={transit.place.camera_name}
                    onOpen={() => {
                      open.value = {
                        kind: "picture",
                        plate: transit.plate,
                        camera: transit.place.camera_name,
                        evidence,
                      };
                    }}
                  />
                </span>
                <PlateCrop evidence={evidence} plate={transit.plate} />
              </>
            )}
          </div>
        ) : (
          <small>{words.noPicture}</small>
        )}
      </td>
      <td class="cell-plate">
        <Plate text={transit.plate} country={transit.country} size="small" label={words.plate} />
      </td>
      <td class="cell-country">
        {transit.country ? countryName(transit.country, language.value) : words.countryUnknown}
      </td>
      <td class="cell-vehicle">{transit.vehicle ? words.vehicles[transit.vehicle] : "–"}</td>
      <td class="cell-confidence">
        <meter min={0} max={1} low={0.7} high={0.9} optimum={1} value={transit.confidence} />
        <span class="number">{percent(transit.confidence)}</span>
      </td>
      <td class="cell-place">
        {transit.place.camera_name}
        <small>{transit.place.site}</small>
      </td>
      <td class="cell-direction">
        <DirectionIcon direction={transit.direction} /> {words.directions[transit.direction]}
      </td>
      <td class="cell-hit">
        {hit && (
          <button
            type="button"
            class="badge state-new"
            onClick={() => {
              open.value = { kind: "detail", hit };
            }}
          >
            <Bell /> {words.hasHit}
          </button>
        )}
      </td>
    </tr>
  );
}
