/** Instants and ages as officers read them: always Zulu, and the date-time group. */

import { say } from '../words/words.svelte';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `14:37:12Z` */
export function zulu(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}Z`;
}

/** `16:37 GMT+2`: the wall clock of a place, by default of this browser's; `zone` is an IANA name. */
export function localClock(ms: number, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'shortOffset' },
    timeZone: zone,
  }).format(ms);
}

/** `221437ZNOV26`: day, hour, minute, zone, month, year (STANAG 2014's date-time group). */
export function dateTimeGroup(ms: number): string {
  const at = new Date(ms);
  const month = MONTHS[at.getUTCMonth()] ?? '';
  return `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z${month}${two(at.getUTCFullYear() % 100)}`;
}

/** `42 s`, `6 min`, `3 h 05`, `4 d`; what lies ahead of the clock is `now`. */
export function age(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < 1) return say('age.now');
  if (s < 100) return say('age.seconds', { n: s });
  const min = Math.floor(s / 60);
  if (min < 100) return say('age.minutes', { n: min });
  const h = Math.floor(min / 60);
  if (h < 48) return say('age.hours', { n: h, minutes: two(min % 60) });
  return say('age.days', { n: Math.floor(h / 24) });
}

/** Milliseconds since 1970 of an RFC 3339 instant; null for none. */
export function instantOf(text: string | null | undefined): number | null {
  if (!text) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** `14:37`, for axes and lists whose day is said elsewhere. */
export function clock(ms: number): string {
  return zulu(ms).slice(0, 5);
}

/** `22 NOV` */
export function day(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''}`;
}

/** `1974-08-16`, for what lasts longer than a watch. */
export function date(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
