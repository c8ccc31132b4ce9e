/** Instants out of what people type, as times are said on a radio: always Zulu. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const AHEAD_MS = 5 * MINUTE_MS;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/**
 * When something happened, ms since 1970: nothing is now; `-5` is five minutes ago; `1437` the last time it was 14:37
 * Zulu; `251437Z` or `251437ZNOV26` a date-time group. Null where it is none of these, or ahead of the clock.
 */
export function whenFrom(text: string, nowMs: number): number | null {
  const clock = /^(\d{2}):?(\d{2})Z?$/.exec(text.trim().toUpperCase());
  const at = clock ? lastTime(Number(clock[1]), Number(clock[2]), nowMs) : said(text, nowMs);
  return at !== null && at <= nowMs + AHEAD_MS ? at : null;
}

/**
 * When something begins, before or after now: as above, but for the bare clock, which may be of either day. `+90` is in
 * ninety minutes; `2026-12-01` begins that day, `2026-12-01 06:30` at that time of it.
 */
export function instantFrom(text: string, nowMs: number): number | null {
  return said(text, nowMs) ?? ofDate(text.trim().toUpperCase());
}

function said(text: string, nowMs: number): number | null {
  const plain = text.trim().toUpperCase();
  if (plain === '') return nowMs;
  const [, sign, minutes] = /^([-−+])(\d{1,4})$/.exec(plain) ?? [];
  if (sign) return nowMs + (sign === '+' ? 1 : -1) * Number(minutes) * MINUTE_MS;
  const group = /^(\d{2})(\d{2})(\d{2})Z([A-Z]{3})?(\d{2})?$/.exec(plain);
  return group ? ofGroup(group, nowMs) : null;
}

function lastTime(hours: number, minutes: number, nowMs: number): number | null {
  if (hours > 23 || minutes > 59) return null;
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + (hours * 60 + minutes) * MINUTE_MS;
  return today > nowMs + AHEAD_MS ? today - DAY_MS : today;
}

function ofGroup([, day, hours, minutes, month, year]: RegExpExecArray, nowMs: number): number | null {
  const now = new Date(nowMs);
  const monthAt = month === undefined ? now.getUTCMonth() : MONTHS.indexOf(month);
  const yearAt = year === undefined ? now.getUTCFullYear() : 2000 + Number(year);
  return monthAt < 0 ? null : instant(yearAt, monthAt, Number(day), Number(hours), Number(minutes), 0);
}

function ofDate(plain: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?Z?)?$/.exec(plain);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return month < 1 || month > 12 ? null : instant(year, month - 1, day, hours, minutes, seconds);
}

/** The 31st of a month of thirty days would be the next month's first: it is no day. */
function instant(
  year: number,
  month: number,
  day: number,
  hours: number,
  minutes: number,
  seconds: number,
): number | null {
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const at = Date.UTC(year, month, day, hours, minutes, seconds);
  return new Date(at).getUTCDate() === day ? at : null;
}
