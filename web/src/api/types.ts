/** The centre's messages, as docs/reference/api.md describes them. Times are UTC, RFC 3339. */

export type ListKind =
  | "stolen"
  | "wanted"
  | "uninsured"
  | "not-inspected"
  | "seized"
  | "permit"
  | "ignored";

export type Direction = "approaching" | "receding" | "left" | "right" | "still" | "unknown";
export type HitState = "new" | "acknowledged" | "dispatched" | "closed";
export type HitAction = "acknowledge" | "dispatch" | "close" | "defer";
export type Outcome = "confirmed" | "false-read" | "not-found" | "no-action";
export type CameraState = "connecting" | "live" | "down" | "ended";
export type PictureFault = "dark" | "blurred" | "frozen";
export type Role = "viewer" | "operator" | "admin" | "auditor";
export type Language = "it" | "en";

/** Corner `[x, y]` in pixels of the evidence picture, origin top left. */
export type Point = [number, number];
/** Clockwise from the plate's own top left corner. */
export type Quad = [Point, Point, Point, Point];

export interface Place {
  node: string;
  camera: string;
  camera_name: string;
  site: string;
}

export interface Alternative {
  text: string;
  confidence: number;
}

export interface Evidence {
  sha256: string;
  width_px: number;
  height_px: number;
  box: [number, number, number, number];
  quad: Quad;
  frame_sequence: number;
  captured_at: string;
}

/** What sort of vehicle was seen. */
export type VehicleKind = "car" | "van" | "truck" | "bus" | "motorcycle" | "bicycle";

/** What a list says of a vehicle. */
export interface Vehicle {
  make: string | null;
  model: string | null;
  colour: string | null;
}

export interface ListedIn {
  id: string;
  name: string;
  kind: ListKind;
  purpose: string;
  legal_basis: string;
  /** What to do on a hit. */
  on_hit?: string | null;
}

export interface ListedEntry {
  plate: string;
  country: string | null;
  reason: string | null;
  reference: string | null;
  vehicle: Vehicle;
}

/** How vehicle and list belong together. */
export type Relation = "exact" | "look-alike" | "no-permit" | "cloned";

/** One place where the plate as read and the plate as listed are not the same. */
export interface CharacterDifference {
  /** Place in the plate as read, from 0. */
  place: number;
  read: string | null;
  listed: string | null;
  /** What the reader gave the listed character there. */
  probability: number;
}

export interface Elsewhere {
  transit: string;
  place: Place;
  seen_at: string;
  distance_km: number;
  /** SHA-256 of the picture that was read there. */
  evidence: string | null;
}

export interface HitActionRecord {
  at: string;
  account: string;
  action: HitAction;
  outcome: Outcome | null;
  note: string | null;
  unit: string | null;
}

export interface Hit {
  id: string;
  transit: string;
  place: Place;
  captured_at: string;
  matched_at: string;
  received_at: string;
  plate: string;
  confidence: number;
  country: string | null;
  alternatives: Alternative[];
  direction: Direction;
  /** What was seen; what the list says of the vehicle stands in `entry`. Missing in hits of older nodes. */
  vehicle?: VehicleKind | null;
  list: ListedIn;
  entry: ListedEntry;
  exact: boolean;
  /** Missing in hits of older nodes. */
  relation?: Relation;
  /** Where read and listed plate differ. */
  why?: CharacterDifference[];
  /** The plate was listed only after the vehicle had passed. */
  retrospective?: boolean;
  /** The other passage of a cloned plate. */
  elsewhere?: Elsewhere | null;
  probability: number;
  evidence: Evidence;
  state: HitState;
  outcome: Outcome | null;
  actions: HitActionRecord[];
}

/** The part of a hit that says what was read and what is listed. */
export type Matched = Pick<
  Hit,
  "plate" | "country" | "confidence" | "entry" | "list" | "exact" | "relation" | "probability"
>;

export interface Transit {
  id: string;
  revision: number;
  state: "decided" | "ended";
  place: Place;
  first_seen_at: string;
  last_seen_at: string;
  received_at: string;
  plate: string;
  confidence: number;
  country: string | null;
  alternatives: Alternative[];
  direction: Direction;
  /** Missing in transits of older nodes. */
  vehicle?: VehicleKind | null;
  frames: number;
  evidence: Evidence | null;
  hits: string[];
}

export interface CameraHealth {
  camera: string;
  camera_name: string;
  site: string;
  state: CameraState;
  error: string | null;
  decoded_fps: number;
  analysed_fps: number;
  last_frame_at: string | null;
  width_px: number;
  height_px: number;
  reconnects: number;
  decode_errors: number;
  dropped_frames: number;
  faults: PictureFault[];
  /** How well its view suits the reading of plates; empty until vehicles have passed. */
  view: ViewFinding[];
  /** Passages that this is known from. */
  view_passages: number;
}

export type ViewAspect = "size" | "sharpness" | "contrast" | "roll" | "lean" | "looks" | "reading";
export type ViewGrade = "bad" | "weak" | "good";
export type ViewAdvice =
  | "enlarge"
  | "shorten-exposure"
  | "focus"
  | "less-light"
  | "more-light"
  | "level"
  | "from-the-front"
  | "longer-view"
  | "look-at-pictures";

/** One aspect of a camera's view: what three in four passages reach. */
export interface ViewFinding {
  aspect: ViewAspect;
  grade: ViewGrade;
  value: number;
  wanted: number;
  advice: ViewAdvice | null;
}

/** A list that a node compares with, or should. */
export interface ListHealth {
  id: string;
  name: string;
  kind: ListKind | null;
  source: "file" | "centre";
  version: number | null;
  /** `null`: no version is in use. */
  compiled_at: string | null;
  entries: number;
  readable_until: string | null;
  error: string | null;
}

export interface Node {
  id: string;
  name: string;
  /** `null` until it has spoken. */
  software: string | null;
  last_seen_at: string | null;
  started_at: string | null;
  outbox: number;
  alive: boolean;
  cameras: CameraHealth[];
  lists: ListHealth[];
}

export interface Account {
  id: number;
  name: string;
  role: Role;
  language: Language | null;
}

export interface Summary {
  hits_open: number;
  hits_today: number;
  transits_today: number;
  nodes_alive: number;
  nodes: number;
  cameras_live: number;
  cameras: number;
}

export interface AuditRecord {
  seq: number;
  at: string;
  account: string;
  action: string;
  subject: string;
  reason: string | null;
  hash: string;
}

export interface Page<T, Next = string> {
  items: T[];
  /** Give it as `before` to get what is older; `null` at the end. */
  next: Next | null;
}

/** Which hits a list shows. */
export type HitFilter = "open" | "closed" | "all";

/** What an officer does with a hit. */
export interface ActionRequest {
  action: HitAction;
  outcome: Outcome | null;
  note: string | null;
  unit: string | null;
}
