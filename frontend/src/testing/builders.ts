/** Builders of wire objects for tests: a test names only what matters to it. */

import type { Feature, Incident, Mission, Track, Violation } from '../picture/nouns';
import type { Delta, Snapshot } from '../protocol/frames';

const LABEL = { classification: 'unclassified' as const, releasable_to: ['MISSION'], caveats: [] };
export const NOON = '2026-11-22T12:00:00Z';

export function track(id: string, over: Partial<Track> = {}): Track {
  return {
    id,
    sources: [{ contingent: 'ARG', unit: `unit-${id}` }],
    party: 'mission',
    affiliation: 'friend',
    platform: 'vehicle',
    sidc: null,
    callsign: null,
    lon: 33.3,
    lat: 35.1,
    altitude_m: null,
    altitude_ref: 'hae',
    course_deg: null,
    speed_m_s: null,
    accuracy_m: null,
    observed_at: NOON,
    received_at: NOON,
    status: 'live',
    flags: [],
    members: [],
    label: LABEL,
    drone: null,
    ...over,
  };
}

export function violation(id: string, over: Partial<Violation> = {}): Violation {
  return {
    id,
    rule: 'line_crossing',
    rule_id: 'r1',
    feature: 'cfl-north',
    feature_name: 'Northern line',
    track: 't1',
    party: 'north',
    units: [{ contingent: 'GBR', unit: 'u1' }],
    status: 'confirmed',
    late: false,
    nominal: false,
    severity: 'high',
    direction: 'left_to_right',
    lon: 33.3,
    lat: 35.1,
    observed_at: NOON,
    confirmed_at: NOON,
    ended_at: null,
    duration_s: null,
    depth_m: 112,
    confidence: 0.97,
    evidence: { reports: [], line_version: null },
    reason: '',
    platform: null,
    radius_m: null,
    assessment: { state: 'open', by: null, at: null, note: null },
    revision: 1,
    told_at: NOON,
    changed_at: NOON,
    cause: 'found',
    open: true,
    label: LABEL,
    ...over,
  };
}

export function judged(state: Violation['assessment']['state']): Pick<Violation, 'assessment'> {
  return { assessment: { state, by: 'Cpt. Ade', at: NOON, note: null } };
}

export function incident(id: string, over: Partial<Incident> = {}): Incident {
  return {
    id,
    contingent: 'ARG',
    incident: id,
    observed_at: NOON,
    received_at: NOON,
    lon: 33.3,
    lat: 35.1,
    category: 'firing',
    title: 'Shots heard',
    description: null,
    severity: 'high',
    party: null,
    weapon: null,
    count: null,
    means: null,
    observer_lon: null,
    observer_lat: null,
    distance_m: null,
    bearing_deg: null,
    accuracy_m: null,
    flags: [],
    label: LABEL,
    ...over,
  };
}

export function feature(
  id: string,
  geometry: Feature['geometry'],
  over: Partial<Feature['properties']> = {},
): Feature {
  const properties = {
    kind: 'ceasefire_line',
    name: id,
    left: null,
    right: null,
    radius_m: null,
    valid_from: null,
    valid_to: null,
    rules: [],
    ...over,
  };
  return { type: 'Feature', id, geometry, properties };
}

const MISSION: Mission = {
  id: 'm',
  name: 'Mission',
  parties: [
    { id: 'north', name: 'Northern Force' },
    { id: 'south', name: 'Southern Force' },
  ],
  contingents: [],
  exercise: true,
  escalate_after_s: { high: 300, critical: 300 },
};

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    epoch: 'e1',
    seq: 1,
    at: NOON,
    lag_s: 0,
    mission: MISSION,
    tracks: [],
    incidents: [],
    violations: [],
    features: [],
    feeds: [],
    ...over,
  };
}

export function delta(seq: number, over: Partial<Delta> = {}): Delta {
  return { type: 'delta', epoch: 'e1', seq, at: NOON, tracks: { upsert: [], remove: [] }, ...over };
}
