/** Hits, transits and nodes that the layout tests show. */

import type { Page } from "playwright-core";
import type { CameraHealth, Evidence, Hit, ListKind, Transit, ViewFinding } from "../src/api/types";
import { idAt, type MockCentre } from "./mock-centre";
import { photograph, plateQuad, SCENE_HEIGHT_PX, SCENE_WIDTH_PX, type Scene } from "./scene";

const MINUTE_MS = 60_000;

export interface Sample {
  plate: string;
  country: string | null;
  listed?: string;
  kind?: ListKind;
  reason?: string;
  reference?: string;
  vehicle?: [string, string, string];
  colour: string;
  night?: boolean;
  minutesAgo: number;
  camera: string;
  site: string;
  confidence: number;
}

const LISTS: Record<string, [string, string, string]> = {
  stolen: ["rubati", "Veicoli rubati", "Art. 6 D.L. 11/2009"],
  wanted: ["ricercati", "Ricercati Polizia Locale", "Ordinanza 12/2026"],
  uninsured: ["assicurazione", "Senza copertura RCA", "Art. 193 C.d.S."],
  "not-inspected": ["revisione", "Revisione scaduta", "Art. 80 C.d.S."],
  seized: ["fermi", "Fermi e sequestri", "Art. 214 C.d.S."],
};

export const SAMPLES: readonly Sample[] = [
  {
    plate: "FV218KT",
    country: "IT",
    colour: "#e8eaec",
    minutesAgo: 0.9,
    camera: "Nord 2",
    site: "Varco Via Milano",
    confidence: 0.998,
  },
  {
    plate: "GB482LM",
    country: "IT",
    kind: "stolen",
    reason: "Furto denunciato il 18/11/2026",
    reference: "SDI 2026/118840",
    vehicle: ["Fiat", "Panda", "rosso"],
    colour: "#b3222a",
    minutesAgo: 0.15,
    camera: "Nord 1",
    site: "Varco Via Milano",
    confidence: 0.997,
  },
  {
    plate: "FX904RB",
    country: "IT",
    listed: "FX904RD",
    kind: "wanted",
    reason: "Allontanatosi dopo incidente con feriti",
    reference: "PL 2026/0412",
    vehicle: ["Volkswagen", "Golf", "grigio"],
    colour: "#8a939b",
    minutesAgo: 2.4,
    camera: "Ponte",
    site: "Varco Ponte Lambro",
    confidence: 0.71,
    night: true,
  },
  {
    plate: "1741GWY",
    country: "ES",
    kind: "uninsured",
    reason: "Copertura scaduta il 02/10/2026",
    vehicle: ["Seat", "León", "blu"],
    colour: "#23508f",
    minutesAgo: 6.2,
    camera: "Est 1",
    site: "Varco Rivoltana",
    confidence: 0.993,
  },
  {
    plate: "B77XYZ",
    country: null,
    colour: "#30353a",
    minutesAgo: 7.7,
    camera: "Est 1",
    site: "Varco Rivoltana",
    confidence: 0.64,
    night: true,
  },
  {
    plate: "EK310ZS",
    country: "IT",
    kind: "not-inspected",
    reason: "Revisione scaduta da 14 mesi",
    colour: "#d9dcdf",
    minutesAgo: 16,
    camera: "Nord 1",
    site: "Varco Via Milano",
    confidence: 0.985,
  },
  {
    plate: "AB123CD",
    country: "FR",
    colour: "#1f6b53",
    minutesAgo: 17,
    camera: "Est 1",
    site: "Varco Rivoltana",
    confidence: 0.95,
  },
  {
    plate: "DW555PP",
    country: "IT",
    kind: "seized",
    reason: "Fermo amministrativo",
    reference: "F-20931",
    colour: "#515c66",
    minutesAgo: 41,
    camera: "Ponte",
    site: "Varco Ponte Lambro",
    confidence: 0.991,
    night: true,
  },
];

async function evidenceOf(
  page: Page,
  centre: MockCentre,
  sample: Sample,
  place: number,
): Promise<Evidence> {
  const scene: Scene = {
    plate: sample.plate,
    colour: sample.colour,
    x: 330 + ((place * 97) % 230),
    y: 250 + ((place * 41) % 70),
    scale: 1.25 + ((place * 13) % 5) / 12,
    slant: (((place * 7) % 5) - 2) * 0.035,
    night: sample.night ?? false,
  };
  const quad = plateQuad(scene);
  const xs = quad.map(([x]) => x);
  const ys = quad.map(([, y]) => y);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  return {
    sha256: centre.keep(await photograph(page, scene)),
    width_px: SCENE_WIDTH_PX,
    height_px: SCENE_HEIGHT_PX,
    box: [left, top, Math.max(...xs) - left, Math.max(...ys) - top],
    quad,
    frame_sequence: 1200 + place,
    captured_at: new Date(Date.now() - sample.minutesAgo * MINUTE_MS).toISOString(),
  };
}

export interface Made {
  transit: Transit;
  hit: Hit | null;
}

export async function make(
  page: Page,
  centre: MockCentre,
  sample: Sample,
  place: number,
): Promise<Made> {
  const evidence = await evidenceOf(page, centre, sample, place);
  const ms = Date.parse(evidence.captured_at);
  const at = (delay: number) => new Date(ms + delay).toISOString();
  const node = "gate-1";
  const where = {
    node,
    camera: sample.camera.toLowerCase().replace(" ", "-"),
    camera_name: sample.camera,
    site: sample.site,
  };
  const read = {
    place: where,
    plate: sample.plate,
    confidence: sample.confidence,
    country: sample.country,
    alternatives: sample.listed ? [{ text: sample.listed, confidence: 0.24 }] : [],
    direction: place % 2 ? ("receding" as const) : ("approaching" as const),
    vehicle: "car" as const,
    received_at: at(310),
  };
  const transit: Transit = {
    ...read,
    id: idAt(ms),
    revision: 2,
    state: "ended",
    first_seen_at: at(-800),
    last_seen_at: at(400),
    frames: 21 + place,
    evidence,
    hits: [],
  };
  if (!sample.kind) return { transit, hit: null };
  const [id = "", name = "", basis = ""] = LISTS[sample.kind] ?? [];
  const [make = null, model = null, colour = null] = sample.vehicle ?? [];
  const hit: Hit = {
    ...read,
    id: idAt(ms + 60),
    transit: transit.id,
    captured_at: evidence.captured_at,
    matched_at: at(60),
    list: {
      id,
      name,
      kind: sample.kind,
      purpose: "Sicurezza urbana e stradale",
      legal_basis: basis,
    },
    entry: {
      plate: sample.listed ?? sample.plate,
      country: sample.country,
      reason: sample.reason ?? null,
      reference: sample.reference ?? null,
      vehicle: { make, model, colour },
    },
    exact: !sample.listed,
    probability: sample.listed ? 0.24 : sample.confidence,
    evidence,
    state: "new",
    outcome: null,
    actions: [],
  };
  transit.hits = [hit.id];
  return { transit, hit };
}

function camera(name: string, site: string, more: Partial<CameraHealth> = {}): CameraHealth {
  return {
    camera: name.toLowerCase().replace(" ", "-"),
    camera_name: name,
    site,
    state: "live",
    error: null,
    decoded_fps: 25,
    analysed_fps: 12.4,
    last_frame_at: new Date().toISOString(),
    width_px: 1920,
    height_px: 1080,
    reconnects: 0,
    decode_errors: 0,
    dropped_frames: 0,
    faults: [],
    view: [],
    view_passages: 0,
    ...more,
  };
}

/** A view that is good but for blurred plates. */
const VIEW: ViewFinding[] = [
  { aspect: "size", grade: "good", value: 131, wanted: 80, advice: null },
  { aspect: "sharpness", grade: "weak", value: 31, wanted: 40, advice: "shorten-exposure" },
  { aspect: "contrast", grade: "good", value: 142, wanted: 40, advice: null },
  { aspect: "roll", grade: "good", value: 3, wanted: 10, advice: null },
  { aspect: "lean", grade: "good", value: 6, wanted: 15, advice: null },
  { aspect: "looks", grade: "good", value: 14, wanted: 6, advice: null },
  { aspect: "reading", grade: "good", value: 88, wanted: 75, advice: null },
];

/** Fills the centre with everything the screens can show. */
export async function fill(page: Page, centre: MockCentre): Promise<void> {
  for (const [place, sample] of SAMPLES.entries()) {
    const { transit, hit } = await make(page, centre, sample, place);
    centre.transits.push(transit);
    if (hit) centre.hits.push(hit);
  }
  const newest = (a: { id: string }, b: { id: string }) => (a.id < b.id ? 1 : -1);
  centre.hits.sort(newest);
  centre.transits.sort(newest);
  const handled = centre.hits.at(-1);
  if (handled) {
    const base = Date.parse(handled.captured_at);
    const at = (minutes: number) => new Date(base + minutes * MINUTE_MS).toISOString();
    handled.state = "dispatched";
    handled.actions.push(
      {
        at: at(1),
        account: "Marco Riva",
        action: "acknowledge",
        outcome: null,
        note: null,
        unit: null,
      },
      {
        at: at(2),
        account: "Marco Riva",
        action: "dispatch",
        outcome: null,
        note: "Verso Paullo",
        unit: "Pattuglia 3",
      },
    );
  }
  const started = new Date(Date.now() - 26 * 60 * MINUTE_MS).toISOString();
  centre.nodes.push(
    {
      id: "gate-1",
      name: "Server dei varchi",
      software: "0.1.0",
      alive: true,
      outbox: 0,
      last_seen_at: new Date().toISOString(),
      started_at: started,
      lists: [
        {
          id: "stolen",
          name: "Veicoli rubati",
          kind: "stolen",
          source: "centre",
          version: 42,
          compiled_at: new Date(Date.now() - 5 * 60 * MINUTE_MS).toISOString(),
          entries: 148_212,
          readable_until: null,
          error: null,
        },
      ],
      cameras: [
        camera("Nord 1", "Varco Via Milano", { view: VIEW, view_passages: 184 }),
        camera("Nord 2", "Varco Via Milano", { reconnects: 3, dropped_frames: 127 }),
        camera("Est 1", "Varco Rivoltana", { faults: ["dark"], analysed_fps: 6.1 }),
        camera("Ponte", "Varco Ponte Lambro", {
          state: "down",
          decoded_fps: 0,
          analysed_fps: 0,
          reconnects: 14,
          decode_errors: 2,
          error: "rtsp://10.0.4.17/stream: connection refused; next attempt in 2 s",
          last_frame_at: new Date(Date.now() - 3 * MINUTE_MS).toISOString(),
        }),
      ],
    },
    {
      id: "unit-3",
      name: "Pattuglia 3",
      software: "0.1.0",
      alive: false,
      outbox: 12,
      last_seen_at: new Date(Date.now() - 9 * MINUTE_MS).toISOString(),
      started_at: started,
      lists: [],
      cameras: [
        camera("Frontale", "Pattuglia 3", {
          last_frame_at: new Date(Date.now() - 9 * MINUTE_MS).toISOString(),
        }),
      ],
    },
  );
  centre.audit.push(
    {
      seq: 2,
      at: new Date().toISOString(),
      account: "Giulia Ferri",
      action: "session.open",
      subject: "127.0.0.1",
      reason: null,
      hash: "9f2c".repeat(16),
    },
    {
      seq: 1,
      at: started,
      account: "Marco Riva",
      action: "transits.search",
      subject: "GB482LM",
      reason: "Denuncia di furto",
      hash: "41d0".repeat(16),
    },
  );
}
