/** The stretch of time that the timeline shows, and what stands where on it. Instants are ms since 1970. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What may be shown at a time, shortest first. */
export const SPANS_MS: readonly number[] = [HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS];

/** Labels stand this far apart, at least as many ms as give room for six. */
const TICKS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2].map((days) => days * DAY_MS),
];
const MOST_TICKS = 9;

export interface Span {
  fromMs: number;
  toMs: number;
}

/**
 * The span of `lengthMs` that ends now; where the instant looked at lies before it, the one that has it in the middle.
 * `held` is what is shown so far: it stays while the instant is within, so that nothing slides under a finger.
 */
export function spanFor(nowMs: number, lengthMs: number, atMs: number | null, held: Span | null): Span {
  const present = { fromMs: nowMs - lengthMs, toMs: nowMs };
  if (atMs === null) return present;
  if (held && held.toMs - held.fromMs === lengthMs && held.fromMs <= atMs && atMs <= held.toMs) return held;
  if (atMs >= present.fromMs) return present;
  return { fromMs: atMs - lengthMs / 2, toMs: atMs + lengthMs / 2 };
}

/** 0 at the span's begin, 1 at its end; beyond them where the instant lies outside. */
export function shareOf({ fromMs, toMs }: Span, atMs: number): number {
  return (atMs - fromMs) / (toMs - fromMs);
}

/** The instant at a share of the span, to the second; never outside it and never after now. */
export function instantAt({ fromMs, toMs }: Span, share: number, nowMs: number): number {
  const within = fromMs + Math.min(1, Math.max(0, share)) * (toMs - fromMs);
  return Math.min(nowMs, Math.round(within / 1000) * 1000);
}

/** Where labels stand: whole minutes, hours or days of UTC, nine at most. */
export function ticksOf({ fromMs, toMs }: Span): number[] {
  const lengthMs = toMs - fromMs;
  const everyMs = TICKS_MS.find((each) => lengthMs / each <= MOST_TICKS) ?? DAY_MS;
  const first = Math.ceil(fromMs / everyMs) * everyMs;
  return Array.from({ length: Math.floor((toMs - first) / everyMs) + 1 }, (_, i) => first + i * everyMs);
}

/** How far one press of a key goes: a sixtieth of the span, a minute of an hour. */
export function strideMs(lengthMs: number): number {
  return lengthMs / 60;
}
