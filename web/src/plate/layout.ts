/** How a plate text is set on its plate: groups of characters and the sign of its country. */

/** Group lengths of well-known formats; a plate of another shape is set without a gap. */
const GROUPS: Record<string, [RegExp, number[]][]> = {
  IT: [
    [/^[A-Z]{2}\d{3}[A-Z]{2}$/, [2, 3, 2]],
    [/^[A-Z]{2}\d{5}$/, [2, 5]],
  ],
  FR: [[/^[A-Z]{2}\d{3}[A-Z]{2}$/, [2, 3, 2]]],
  AL: [[/^[A-Z]{2}\d{3}[A-Z]{2}$/, [2, 3, 2]]],
  ES: [[/^\d{4}[A-Z]{3}$/, [4, 3]]],
  PT: [[/^[A-Z0-9]{6}$/, [2, 2, 2]]],
  NL: [[/^[A-Z0-9]{6}$/, [2, 2, 2]]],
  RO: [
    [/^[A-Z]{2}\d{2}[A-Z]{3}$/, [2, 2, 3]],
    [/^B\d{2,3}[A-Z]{3}$/, []],
  ],
  GB: [[/^[A-Z]{2}\d{2}[A-Z]{3}$/, [4, 3]]],
  UA: [[/^[A-Z]{2}\d{4}[A-Z]{2}$/, [2, 4, 2]]],
  HR: [[/^[A-ZČŠŽ]{2}\d{3,4}[A-Z]{1,2}$/, []]],
};

/** Indices before which a gap stands. */
export function gaps(text: string, country: string | null): Set<number> {
  const found = new Set<number>();
  for (const [shape, lengths] of GROUPS[country ?? ""] ?? []) {
    if (!shape.test(text)) continue;
    if (lengths.length === 0) {
      // Groups change where letters and digits meet.
      for (let i = 1; i < text.length; i++) {
        if (/\d/.test(text[i] ?? "") !== /\d/.test(text[i - 1] ?? "")) found.add(i);
      }
    } else {
      let place = 0;
      for (const length of lengths.slice(0, -1)) {
        place += length;
        found.add(place);
      }
    }
    break;
  }
  return found;
}

/** Distinguishing sign on the band, by ISO 3166 code (UNECE list; EU Regulation 2411/98). */
const SIGNS: Record<string, string> = {
  AT: "A",
  BE: "B",
  BG: "BG",
  CY: "CY",
  CZ: "CZ",
  DE: "D",
  DK: "DK",
  EE: "EST",
  ES: "E",
  FI: "FIN",
  FR: "F",
  GR: "GR",
  HR: "HR",
  HU: "H",
  IE: "IRL",
  IT: "I",
  LT: "LT",
  LU: "L",
  LV: "LV",
  MT: "M",
  NL: "NL",
  PL: "PL",
  PT: "P",
  RO: "RO",
  SE: "S",
  SI: "SLO",
  SK: "SK",
  AL: "AL",
  BA: "BIH",
  CH: "CH",
  GB: "UK",
  LI: "FL",
  MC: "MC",
  MD: "MD",
  ME: "MNE",
  MK: "NMK",
  NO: "N",
  RS: "SRB",
  SM: "RSM",
  TR: "TR",
  UA: "UA",
  VA: "V",
  XK: "RKS",
};
const UNION = new Set(
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" "),
);

export interface Band {
  sign: string;
  /** Whether the ring of stars stands above it. */
  union: boolean;
}

/** The band of a country's plate; `null` when the country is not known. */
export function bandOf(country: string | null): Band | null {
  if (!country) return null;
  return { sign: SIGNS[country] ?? country, union: UNION.has(country) };
}
