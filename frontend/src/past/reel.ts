/** What is played: frames that came ahead of their time, and the clock that lets them out. Pure; reads no clock. */

import type { ServerFrame } from '../protocol/frames';

/** How many times faster than it happened. */
export const SPEEDS: readonly number[] = [1, 2, 5, 10, 30, 60, 120, 300, 600];

/** Steps of the picture are a quarter of a second of watching, but a second of the past at least. */
const STEPS_A_SECOND = 4;
/** Asked for at a time: five minutes of watching, or what the present leaves. */
const STEPS_AT_ONCE = 1_200;

export function nextSpeed(speed: number, by: 1 | -1): number {
  const at = SPEEDS.indexOf(speed) + by;
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] ?? 1;
}

export interface Stretch {
  fromMs: number;
  toMs: number;
  stepS: number;
}

/** What to ask of the server to play on from an instant; null where the present leaves nothing to play. */
export function stretchFrom(atMs: number, nowMs: number, speed: number): Stretch | null {
  const stepS = Math.max(1, Math.round(speed / STEPS_A_SECOND));
  const toMs = Math.min(Math.floor(nowMs / 1000) * 1000, atMs + STEPS_AT_ONCE * stepS * 1000);
  return toMs > atMs ? { fromMs: atMs, toMs, stepS } : null;
}

export interface Reel {
  /** The instant that is shown. */
  atMs: number;
  /** Frames that came, oldest first, none of them shown yet. */
  ahead: readonly ServerFrame[];
  /** All up to this instant has come: the clock may go so far, and no further. */
  loadedMs: number;
}

export function newReel(atMs: number): Reel {
  return { atMs, ahead: [], loadedMs: atMs };
}

export function loaded(reel: Reel, frames: readonly ServerFrame[]): Reel {
  if (frames.length === 0) return reel;
  const loadedMs = frames.reduce((last, frame) => Math.max(last, instantIn(frame) ?? last), reel.loadedMs);
  return { ...reel, ahead: [...reel.ahead, ...frames], loadedMs };
}

export interface Turned {
  reel: Reel;
  /** To be drawn now, in this order. */
  due: readonly ServerFrame[];
  /** The clock stands still because nothing more has come. */
  starved: boolean;
}

/** Let `elapsedMs` of watching pass. */
export function turned(reel: Reel, elapsedMs: number, speed: number): Turned {
  const wanted = reel.atMs + elapsedMs * speed;
  const atMs = Math.min(wanted, reel.loadedMs);
  const first = reel.ahead.findIndex((frame) => (instantIn(frame) ?? atMs) > atMs);
  const cut = first < 0 ? reel.ahead.length : first;
  return {
    reel: { ...reel, atMs, ahead: reel.ahead.slice(cut) },
    due: reel.ahead.slice(0, cut),
    starved: wanted > reel.loadedMs,
  };
}

/** A frame without an instant of its own is due with what came before it. */
function instantIn(frame: ServerFrame): number | null {
  return 'at' in frame ? Date.parse(frame.at) : null;
}
