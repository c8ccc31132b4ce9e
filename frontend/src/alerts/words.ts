/** A violation in the officer's words: what, where, how far, who saw it. Text only; it is never markup. */

import type { Feature, Violation } from '../picture/nouns';
import { distance } from '../format/quantity';

const WHAT: Record<string, string> = {
  line_crossing: 'Line crossed',
  zone_incursion: 'Zone entered',
  airspace_violation: 'Airspace violated',
  restricted_weapon: 'Banned weapon in area',
  force_ceiling: 'Force ceiling exceeded',
  firing: 'Firing',
  status_quo: 'Status quo changed',
  approach: 'Approaching the line',
  proximity: 'Opposed parties close',
  build_up: 'Build-up of forces',
  absence: 'Missing',
  reported: 'Reported by an officer',
  gnss_interference: 'GNSS interference',
};

export interface Naming {
  feature(id: string): Feature | undefined;
  party(id: string): string;
  trackName(id: string): string | null;
}

/** `Line crossed · ARG-7` */
export function headline(violation: Violation, naming: Naming): string {
  const what =
    violation.direction === 'transit'
      ? 'Zone passed through'
      : violation.direction === 'present'
        ? 'Present in zone'
        : (WHAT[violation.rule] ?? sentence(violation.rule));
  const who = naming.trackName(violation.track) ?? violation.units[0]?.unit;
  return who ? `${what} · ${who}` : what;
}

/** `Northern ceasefire line · left to right` */
export function whereabouts(violation: Violation, naming: Naming): string {
  const feature = naming.feature(violation.feature);
  const name = feature?.properties.name ?? violation.feature_name;
  const way = wayOf(violation, feature, naming);
  return way ? `${name} · ${way}` : name;
}

function wayOf(violation: Violation, feature: Feature | undefined, naming: Naming): string | null {
  const left = sideName(feature?.properties.left, naming) ?? 'left';
  const right = sideName(feature?.properties.right, naming) ?? 'right';
  switch (violation.direction) {
    case 'left_to_right':
      return `${left} to ${right}`;
    case 'right_to_left':
      return `${right} to ${left}`;
    default:
      return null;
  }
}

function sideName(side: string | null | undefined, naming: Naming): string | null {
  return side ? naming.party(side) : null;
}

/** `112 m beyond` / `as deep as 1.2 km`; null while unknown. */
export function depth(violation: Violation): string | null {
  if (violation.depth_m === null) return null;
  const far = distance(violation.depth_m);
  return violation.rule === 'line_crossing' ? `${far} beyond the line` : `${far} deep`;
}

/** `North · seen by ARG` */
export function witnesses(violation: Violation, naming: Naming): string {
  const seenBy = [...new Set(violation.units.map((unit) => unit.contingent))].join(', ');
  const party = naming.party(violation.party);
  return seenBy ? `${party} · reported by ${seenBy}` : party;
}

/** The words beside the status mark, most telling first. */
export function marks(violation: Violation): string[] {
  const words: string[] = [violation.status];
  if (violation.late) words.push('late');
  if (violation.nominal) words.push('nominal place and time');
  if (violation.ended_at !== null) words.push('ended');
  return words;
}

/** `line_crossing` → `Line crossing` */
export function sentence(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
