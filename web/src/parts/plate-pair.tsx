/** The plate as it was read beside the plate as it is listed, with what differs between them. */

import type { Matched } from "../api/types";
import { type Difference, difference } from "../plate/difference";
import { percent } from "../text/format";
import { text } from "../text/language";
import { MatchBadge } from "./badges";
import { Plate } from "./plate";

interface PlatePairProps {
  hit: Matched;
  /** Whether the list's name stands under the listed plate. */
  withList?: boolean;
}

export function PlatePair({ hit, withList = false }: PlatePairProps) {
  const words = text.value;
  const different = difference(hit.plate, hit.entry.plate);
  return (
    <>
      <figure>
        <Plate
          text={hit.plate}
          country={hit.country}
          marks={different.read}
          label={words.plateRead}
        />
        <figcaption>
          {words.plateRead} · {percent(hit.confidence)}
        </figcaption>
      </figure>
      <MatchBadge hit={hit} />
      {hit.relation !== "no-permit" && <Listed hit={hit} withList={withList} marks={different} />}
    </>
  );
}

interface ListedProps {
  hit: Matched;
  withList: boolean;
  marks: Difference;
}

function Listed({ hit, withList, marks }: ListedProps) {
  const words = text.value;
  return (
    <figure>
      <Plate
        text={hit.entry.plate}
        country={hit.entry.country}
        marks={marks.listed}
        label={words.plateListed}
      />
      <figcaption>
        {words.plateListed}
        {withList && ` · ${hit.list.name}`}
      </figcaption>
    </figure>
  );
}
