/** What an officer types of an incident, and what is sent of it. Reads times and places as they are said on a radio. */

import { placeFrom } from '../format/read';
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

const DAY_MS = 86_400_000;
const AHEAD_MS = 5 * 60_000;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/**
 * When it happened, ms since 1970: nothing is now; `-5` is five minutes ago; `1437` the last time it was 14:37 Zulu;
 * `251437Z` or `251437ZNOV26` a date-time group. Null where it is none of these, or ahead of the clock.
 */
export function whenFrom(text: string, nowMs: number): number | null {
  const plain = text.trim().toUpperCase();
  if (plain === '') return nowMs;
  const ago = /^[-−](\d{1,4})$/.exec(plain);
  if (ago) return nowMs - Number(ago[1]) * 60_000;
  const clock = /^(\d{2}):?(\d{2})Z?$/.exec(plain);
  if (clock) return lastTime(Number(clock[1]), Number(clock[2]), nowMs);
  const group = /^(\d{2})(\d{2})(\d{2})Z([A-Z]{3})?(\d{2})?$/.exec(plain);
  return group ? ofGroup(group, nowMs) : null;
}

function lastTime(hours: number, minutes: number, nowMs: number): number | null {
  if (hours > 23 || minutes > 59) return null;
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + (hours * 60 + minutes) * 60_000;
  return today > nowMs + AHEAD_MS ? today - DAY_MS : today;
}

function ofGroup([, day, hours, minutes, month, year]: RegExpExecArray, nowMs: number): number | null {
  const now = new Date(nowMs);
  const monthAt = month === undefined ? now.getUTCMonth() : MONTHS.indexOf(month);
  const yearAt = year === undefined ? now.getUTCFullYear() : 2000 + Number(year);
  if (monthAt < 0 || Number(hours) > 23 || Number(minutes) > 59) return null;
  const at = Date.UTC(yearAt, monthAt, Number(day), Number(hours), Number(minutes));
  // The 31st of a month of thirty days would be the next month's first.
  return new Date(at).getUTCDate() === Number(day) && at <= nowMs + AHEAD_MS ? at : null;
}

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
