/** What happened when, as marks of the timeline: violations and incidents. Instants are ms since 1970. */

import { RANK } from '../alerts/order';
import { instantOf } from '../format/instant';
import type { Incident, Violation } from '../picture/nouns';
import { shareOf, type Span } from './span';

/** How grave; what is shown by height in the bars and by colour. */
export type Gravity = 'grave' | 'medium' | 'light';

export interface Moment {
  id: string;
  kind: 'violation' | 'incident';
  atMs: number;
  gravity: Gravity;
}

const INCIDENT_GRAVITY: Record<Incident['severity'], Gravity> = {
  info: 'light',
  low: 'light',
  medium: 'medium',
  high: 'grave',
  flash: 'grave',
};

function gravityOf(violation: Violation): Gravity {
  if (RANK[violation.severity] >= RANK.high) return 'grave';
  return violation.severity === 'medium' ? 'medium' : 'light';
}

/** In order of time. What was withdrawn did not happen. */
export function momentsOf(violations: Iterable<Violation>, incidents: Iterable<Incident>): Moment[] {
  const found: Moment[] = [];
  for (const violation of violations) {
    const atMs = instantOf(violation.observed_at);
    if (atMs === null || violation.status === 'withdrawn') continue;
    found.push({ id: violation.id, kind: 'violation', atMs, gravity: gravityOf(violation) });
  }
  for (const incident of incidents) {
    const atMs = instantOf(incident.observed_at);
    if (atMs === null) continue;
    found.push({ id: incident.id, kind: 'incident', atMs, gravity: INCIDENT_GRAVITY[incident.severity] });
  }
  return found.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
}

export interface Bin {
  grave: number;
  medium: number;
  light: number;
  incidents: number;
}

/** The span in so many equal parts, and what happened in each; its last instant belongs to the last part. */
export function binned(moments: readonly Moment[], span: Span, count: number): Bin[] {
  const bins: Bin[] = Array.from({ length: count }, () => ({ grave: 0, medium: 0, light: 0, incidents: 0 }));
  for (const { atMs, kind, gravity } of moments) {
    const share = shareOf(span, atMs);
    if (share < 0 || share > 1) continue;
    const bin = bins[Math.min(count - 1, Math.floor(share * count))];
    if (!bin) continue;
    if (kind === 'incident') bin.incidents += 1;
    else bin[gravity] += 1;
  }
  return bins;
}

/** The nearest moment that lies before (−1) or after (1) an instant, and not at it; null where none does. */
export function neighbour(moments: readonly Moment[], atMs: number, by: 1 | -1): Moment | null {
  return by === 1
    ? (moments.find((each) => each.atMs > atMs) ?? null)
    : (moments.findLast((each) => each.atMs < atMs) ?? null);
}
