/** How old the picture is, and what to say of it. Instants are ms since 1970 of this browser's clock. */

import type { Link } from './machine';

/** Beyond this the officer must be told, in a way that cannot be missed. */
export const STALE_AFTER_MS = 10_000;

export interface PictureAge {
  /** Since anything was heard of the server; null before the first picture. */
  silentMs: number | null;
  /** By how much the server's engine is behind its own clock. */
  lagS: number;
  isStale: boolean;
}

export function pictureAge(link: Link, heardAt: number | null, lagS: number, now: number): PictureAge {
  const silentMs = heardAt === null ? null : Math.max(0, now - heardAt);
  const late = silentMs !== null && silentMs > STALE_AFTER_MS;
  const gone = link.state !== 'live' && link.lostAt !== null && now - link.lostAt > STALE_AFTER_MS;
  return { silentMs, lagS, isStale: late || gone || lagS * 1000 > STALE_AFTER_MS };
}

/** What the status bar says of the link, and for how long it has been so. */
export function linkStanding(
  link: Link,
  now: number,
): { standing: 'live' | 'reconnecting' | 'down'; forS: number } {
  if (link.state === 'live') return { standing: 'live', forS: 0 };
  const forS = link.lostAt === null ? 0 : Math.max(0, Math.floor((now - link.lostAt) / 1000));
  const down = link.state === 'ended' || forS * 1000 > STALE_AFTER_MS;
  return { standing: down ? 'down' : 'reconnecting', forS };
}

/** What a message's way over the network may take, or a clock be off, without our correcting for it. */
const TOLERATED_SKEW_MS = 2_000;

/** By how much the server's clock is ahead of this browser's; 0 where the difference may be the network's. */
export function skewOf(serverAt: number, heardAt: number): number {
  const skew = serverAt - heardAt;
  return Math.abs(skew) > TOLERATED_SKEW_MS ? skew : 0;
}
