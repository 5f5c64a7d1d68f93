/** A plate text set like a plate: white, with the blue band of its country. */

import type { Mark } from "../plate/difference";
import { bandOf, gaps } from "../plate/layout";

interface PlateProps {
  text: string;
  country: string | null;
  /** Characters with their differences; without it none is marked. */
  marks?: readonly Mark[];
  size?: "small" | "medium" | "large";
  /** What a screen reader says before the text. */
  label: string;
}

export function Plate({ text, country, marks, size = "medium", label }: PlateProps) {
  const band = bandOf(country);
  const spaces = gaps(text, country);
  const characters: readonly Mark[] =
    marks ?? [...text].map((character) => ({ character, differs: false }));
  return (
    <span class={`plate plate-${size}`} role="img" aria-label={`${label}: ${[...text].join(" ")}`}>
      {band && (
        <span class={`plate-band ${band.union ? "plate-union" : ""}`} aria-hidden="true">
          {band.union && <Stars />}
          <span class="plate-sign">{band.sign}</span>
        </span>
      )}
      <span class="plate-text" aria-hidden="true">
        {characters.map((mark, place) => (
          <span
            key={place}
            class={`${mark.differs ? "differs" : ""} ${spaces.has(place) ? "gap" : ""}`}
          >
            {mark.character}
          </span>
        ))}
      </span>
      {country === "IT" && <span class="plate-band plate-band-right" aria-hidden="true" />}
    </span>
  );
}

/** Twelve stars in a ring. */
function Stars() {
  return (
    <svg class="plate-stars" viewBox="-10 -10 20 20" aria-hidden="true">
      {Array.from({ length: 12 }, (_, hour) => {
        const angle = (hour * Math.PI) / 6;
        return <circle key={hour} cx={7.5 * Math.sin(angle)} cy={-7.5 * Math.cos(angle)} r="1.7" />;
      })}
    </svg>
  );
}
