/** A violation in the officer's words: what, where, how far, who saw it. Text only; it is never markup. */

import type { Feature, Violation } from '../picture/nouns';
import { distance } from '../format/quantity';
import { say, wordFor } from '../words/words.svelte';

export interface Naming {
  feature(id: string): Feature | undefined;
  party(id: string): string;
  trackName(id: string): string | null;
}

/** `Line crossed` */
export function whatHappened({ direction, rule }: Violation): string {
  return direction === 'transit' || direction === 'present'
    ? say(`direction.${direction}`)
    : wordFor('rule', rule);
}

/** `Line crossed · ARG-7` */
export function headline(violation: Violation, naming: Naming): string {
  const what = whatHappened(violation);
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
  const left = sideName(feature?.properties.left, naming) ?? say('side.left');
  const right = sideName(feature?.properties.right, naming) ?? say('side.right');
  switch (violation.direction) {
    case 'left_to_right':
      return say('alert.way', { from: left, to: right });
    case 'right_to_left':
      return say('alert.way', { from: right, to: left });
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
  return violation.rule === 'line_crossing' ? say('alert.beyond', { far }) : say('alert.deep', { far });
}

/** `North · reported by ARG` */
export function witnesses(violation: Violation, naming: Naming): string {
  const seenBy = [...new Set(violation.units.map((unit) => unit.contingent))].join(', ');
  const party = naming.party(violation.party);
  return seenBy ? `${party} · ${say('alert.reportedBy', { who: seenBy })}` : party;
}

export interface Mark {
  code: Violation['status'] | 'late' | 'nominal' | 'ended';
  word: string;
}

/** What stands beside the severity, most telling first. */
export function marks(violation: Violation): Mark[] {
  const found: Mark[] = [{ code: violation.status, word: say(`status.${violation.status}`) }];
  if (violation.late) found.push({ code: 'late', word: say('mark.late') });
  if (violation.nominal) found.push({ code: 'nominal', word: say('mark.nominal') });
  if (violation.ended_at !== null) found.push({ code: 'ended', word: say('mark.ended') });
  return found;
}
