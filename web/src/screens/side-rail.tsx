/** Beside the hits on a wide screen: the latest transits and how the cameras are. */

import { Time } from "../parts/badges";
import { Bell, KindIcon } from "../parts/icons";
import { Plate } from "../parts/plate";
import { hits, nodes, transits } from "../state/board";
import { rate } from "../text/format";
import { language, text } from "../text/language";
import { CameraSign } from "./cameras";

/**
 * As many as fit beside four cards. Without pictures: each look at one is kept in the audit log, so
 * the page opens none by itself that nobody needs.
 */
const TRANSITS_SHOWN = 14;

export function SideRail() {
  const words = text.value;
  const kindOf = new Map(hits.value.map((hit) => [hit.id, hit.list.kind]));
  return (
    <aside class="rail">
      <section class="panel" aria-label={words.cameras}>
        <h2>
          {words.cameras} <a href="#/cameras">{words.openDetails}</a>
        </h2>
        {nodes.value.every((node) => node.cameras.length === 0) && (
          <p class="panel-empty">{words.noNodes}</p>
        )}
        <ul class="rail-cameras">
          {nodes.value.flatMap((node) =>
            node.cameras.map((camera) => (
              <li key={`${node.id}/${camera.camera}`}>
                <CameraSign camera={camera} alive={node.alive} short />
                <span class="rail-name">
                  {camera.camera_name} <small>{camera.site}</small>
                </span>
                <span class="number">
                  {node.alive && camera.state === "live"
                    ? `${rate(camera.decoded_fps, language.value)} fps`
                    : "–"}
                </span>
              </li>
            )),
          )}
        </ul>
      </section>
      <section class="panel panel-grow" aria-label={words.latestTransits}>
        <h2>
          {words.latestTransits} <a href="#/transits">{words.allTransits}</a>
        </h2>
        {transits.value.length === 0 && <p class="panel-empty">{words.noTransits}</p>}
        <ul class="rail-transits">
          {transits.value.slice(0, TRANSITS_SHOWN).map((transit) => {
            const hit = transit.hits[0];
            const kind = hit ? kindOf.get(hit) : undefined;
            return (
              <li key={transit.id} class={hit ? `with-hit ${kind ? `kind-${kind}` : ""}` : ""}>
                <Plate
                  text={transit.plate}
                  country={transit.country}
                  size="small"
                  label={words.plate}
                />
                <span class="rail-sign">
                  {hit && (
                    <span class="hit-sign" title={kind ? words.kinds[kind] : words.hasHit}>
                      {kind ? <KindIcon kind={kind} /> : <Bell />}
                      <span class="visually-hidden">{words.hasHit}</span>
                    </span>
                  )}
                </span>
                <span class="number rail-when">
                  <Time at={transit.last_seen_at} />
                  <small>{transit.place.camera_name}</small>
                </span>
              </li>
            );
          })}
        </ul>
      </section>
    </aside>
  );
}
