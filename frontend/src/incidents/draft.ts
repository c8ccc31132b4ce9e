/** What an officer types of an incident, and what is sent of it. */

import { placeFrom } from '../format/read';
import { whenFrom } from '../format/when';
import type { IncidentSeverity } from '../protocol/frames';

/** Usual words first: any other may be typed. */
export const CATEGORIES = [
  'firing',
  'explosion',
  'construction',
  'move_forward',
  'weapon_pointing',
  'over_manning',
  'restriction_of_movement',
  'overflight',
  'drone',
  'movement',
  'mine',
  'protest',
  'medical',
  'other',
] as const;
export const SEVERITIES: readonly IncidentSeverity[] = ['info', 'low', 'medium', 'high', 'flash'];

export interface Draft {
  category: string;
  title: string;
  severity: IncidentSeverity;
  party: string;
  when: string;
  where: string;
  description: string;
}

export interface IncidentBody {
  incident: string;
  observed_at: string;
  lon: number;
  lat: number;
  category: string;
  title: string;
  severity: IncidentSeverity;
  party?: string;
  description?: string;
}

export type Field = 'category' | 'when' | 'where';
export type Read = { ok: true; body: IncidentBody } | { ok: false; field: Field };

/** What to send, or the first field that cannot be read. `fallbackTitle` is what the category is called. */
export function read(draft: Draft, id: string, nowMs: number, fallbackTitle: string): Read {
  const category = draft.category.trim().toLowerCase().replace(/\s+/g, '_');
  if (category === '') return { ok: false, field: 'category' };
  const whenMs = whenFrom(draft.when, nowMs);
  if (whenMs === null) return { ok: false, field: 'when' };
  const place = placeFrom(draft.where);
  if (!place) return { ok: false, field: 'where' };
  const description = draft.description.trim();
  return {
    ok: true,
    body: {
      incident: id,
      observed_at: new Date(whenMs).toISOString(),
      lon: rounded(place.lon),
      lat: rounded(place.lat),
      category,
      title: draft.title.trim() || fallbackTitle,
      severity: draft.severity,
      ...(draft.party !== '' && { party: draft.party }),
      ...(description !== '' && { description }),
    },
  };
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}
