/** Why a hit is one, in words: where read and listed plate differ, and what to do. */

import type { CharacterDifference, Hit } from "../api/types";
import { percent } from "../text/format";
import { text } from "../text/language";

export function Why({ hit }: { hit: Hit }) {
  const words = text.value;
  const why = hit.why ?? [];
  if (why.length === 0 && !hit.list.on_hit) return null;
  return (
    <div class="why" data-testid="why">
      {why.map((one) => (
        <p key={`${one.place} ${one.listed}`}>{sentence(one)}</p>
      ))}
      {hit.list.on_hit && (
        <p class="why-do">
          <b>{words.onHit}</b> {hit.list.on_hit}
        </p>
      )}
    </div>
  );
}

function sentence({ place, read, listed, probability }: CharacterDifference): string {
  const words = text.value;
  if (read !== null && listed !== null) {
    return words.whyOther(place + 1, read, listed, percent(probability));
  }
  return read !== null ? words.whyGained(read) : words.whyLost(listed ?? "");
}
