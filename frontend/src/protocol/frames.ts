/** The shapes on the wire, as `app/live/frames.py` defines them. Instants are RFC 3339, degrees are lon, lat WGS84. */
// Made by `make gen`: not to be edited.

export type Classification = "unclassified" | "confidential" | "strictly_confidential";

export type IncidentSeverity = "info" | "low" | "medium" | "high" | "flash";

export type Means = "seen" | "heard" | "recorded" | "reported";

export type AssessmentState = "open" | "acknowledged" | "verified" | "not_verified" | "attributed" | "protested" | "closed";

export type Cause = "found" | "followed" | "confirmed" | "unconfirmed" | "ended" | "late_report" | "mission_changed" | "movement" | "assessed" | "amended" | "by_hand";

export type Direction = "left_to_right" | "right_to_left" | "enter" | "transit" | "present";

export type Severity = "info" | "low" | "medium" | "high" | "critical";

export type Status = "suspected" | "confirmed" | "authorised" | "advisory" | "withdrawn";

export type Affiliation = "pending" | "unknown" | "assumed_friend" | "friend" | "neutral" | "suspect" | "hostile";

export type TrackStatus = "live" | "stale" | "lost";

export type Layer = "tracks" | "incidents" | "violations" | "features" | "feeds";

export interface Label {
  classification: Classification;
  releasable_to: string[];
  caveats: string[];
}

export interface RuleSpec {
  rule: string;
  id: string;
  parties: string[] | null;
  platforms: string[] | null;
  margin_m: number;
  settle_s: number;
  max_gap_s: number;
  severity: Severity;
  advise_mission: boolean;
  min_count: number;
  schedule: Schedule | null;
  parameters: Record<string, unknown>;
}

export interface Party {
  id: string;
  name: string;
}

export interface Contingent {
  id: string;
  name: string;
}

export interface Schedule {
  tz: string;
  windows: Window[];
}

export interface Window {
  rrule: string | null;
  start: string;
  end: string | null;
  duration_s: number | null;
}

export interface UnitFrame {
  contingent: string;
  unit: string;
}

export interface SensorFrame {
  heading_deg: number | null;
  fov_deg: number | null;
  footprint: GeoJSON.Polygon | null;
}

export interface DroneFrame {
  operator_lon: number | null;
  operator_lat: number | null;
  serial: string | null;
  sensor: SensorFrame | null;
}

export interface TrackFrame {
  id: string;
  sources: UnitFrame[];
  party: string;
  affiliation: Affiliation;
  platform: string | null;
  sidc: string | null;
  callsign: string | null;
  lon: number;
  lat: number;
  altitude_m: number | null;
  altitude_ref: string;
  course_deg: number | null;
  speed_m_s: number | null;
  accuracy_m: number | null;
  observed_at: string;
  received_at: string;
  status: TrackStatus;
  flags: string[];
  members: UnitFrame[];
  label: Label;
  drone: DroneFrame | null;
}

export interface AssessmentFrame {
  state: AssessmentState;
  by: string | null;
  at: string | null;
  note: string | null;
}

export interface EvidenceFrame {
  reports: string[];
  line_version: string | null;
}

export interface ViolationFrame {
  id: string;
  rule: string;
  rule_id: string;
  feature: string;
  feature_name: string;
  track: string;
  party: string;
  units: UnitFrame[];
  status: Status;
  late: boolean;
  nominal: boolean;
  severity: Severity;
  direction: Direction | null;
  lon: number;
  lat: number;
  observed_at: string;
  confirmed_at: string | null;
  ended_at: string | null;
  duration_s: number | null;
  depth_m: number | null;
  confidence: number;
  evidence: EvidenceFrame;
  reason: string;
  platform: string | null;
  radius_m: number | null;
  assessment: AssessmentFrame;
  revision: number;
  told_at: string;
  changed_at: string;
  cause: Cause;
  open: boolean;
  label: Label;
}

export interface IncidentFrame {
  id: string;
  contingent: string;
  incident: string;
  observed_at: string;
  received_at: string;
  lon: number;
  lat: number;
  category: string;
  title: string;
  description: string | null;
  severity: IncidentSeverity;
  party: string | null;
  weapon: string | null;
  count: number | null;
  means: Means | null;
  observer_lon: number | null;
  observer_lat: number | null;
  distance_m: number | null;
  bearing_deg: number | null;
  accuracy_m: number | null;
  flags: string[];
  label: Label;
}

export interface FeatureProperties {
  kind: string;
  name: string;
  left: string | null;
  right: string | null;
  radius_m: number | null;
  valid_from: string | null;
  valid_to: string | null;
  rules: RuleSpec[];
}

export interface FeatureFrame {
  type: "Feature";
  id: string;
  geometry: GeoJSON.Geometry;
  properties: FeatureProperties;
}

export interface FeedFrame {
  id: string;
  contingent: string;
  feed: string;
  status: "live" | "silent";
  last_heard_at: string | null;
  rate_per_min: number;
  accepted: number;
  duplicates: number | null;
  rejected: number | null;
  clock_skew_s: number | null;
}

export interface MissionFrame {
  id: string;
  name: string;
  parties: Party[];
  contingents: Contingent[];
  exercise: boolean;
  escalate_after_s: Partial<Record<Severity, number>>;
}

export interface Changes<T> {
  upsert: T[];
  remove: string[];
}

export interface Snapshot {
  type: "snapshot";
  epoch: string;
  seq: number;
  at: string;
  lag_s: number;
  mission: MissionFrame;
  tracks: TrackFrame[];
  incidents: IncidentFrame[];
  violations: ViolationFrame[];
  features: FeatureFrame[];
  feeds: FeedFrame[];
}

export interface Resumed {
  type: "resumed";
  epoch: string;
  seq: number;
  at: string;
}

export interface Moves {
  id: string[];
  lon: number[];
  lat: number[];
  observed_at: string[];
  received_at: string[];
  altitude_m?: (number | null)[] | null;
  course_deg?: (number | null)[] | null;
  speed_m_s?: (number | null)[] | null;
  accuracy_m?: (number | null)[] | null;
  status?: TrackStatus[] | null;
  flags?: string[][] | null;
}

export interface Delta {
  type: "delta";
  epoch: string;
  seq: number;
  at: string;
  tracks: Changes<TrackFrame>;
  incidents?: Changes<IncidentFrame> | null;
  violations?: Changes<ViolationFrame> | null;
  features?: Changes<FeatureFrame> | null;
  feeds?: Changes<FeedFrame> | null;
  mission?: MissionFrame | null;
  moves?: Moves | null;
}

export interface ViolationTold {
  type: "violation";
  seq: number;
  violation: ViolationFrame;
}

export interface Ping {
  type: "ping";
  at: string;
  lag_s: number;
}

export interface Resume {
  epoch: string;
  seq: number;
}

export interface Subscribe {
  type: "subscribe";
  layers: Layer[];
  bbox: [number, number, number, number] | null;
  resume: Resume | null;
}

export interface ClientPing {
  type: "ping";
}

export type ServerFrame = Snapshot | Resumed | Delta | ViolationTold | Ping;

export type ClientFrame = Subscribe | ClientPing;
