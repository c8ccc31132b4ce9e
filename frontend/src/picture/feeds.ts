/** How each feed stands, as the officer must understand it: silence, quiet and no data are three things. */

import { instantOf } from '../format/instant';
import type { Feed, Mission } from './nouns';

export type Standing =
  /** Reports come in. */
  | 'reporting'
  /** Heard of lately, with nothing new. */
  | 'quiet'
  /** Not heard of for too long. */
  | 'silent'
  /** In the mission, and never heard. */
  | 'missing'
  /** Our own link is down: nobody can say. */
  | 'unknown';

export interface FeedStanding {
  id: string;
  contingent: string;
  name: string;
  feed: string | null;
  standing: Standing;
  /** ms since 1970; null for never. */
  heardAt: number | null;
  perMinute: number;
  accepted: number;
  /** Null where it is not for this reader to know. */
  rejected: number | null;
  skewS: number | null;
}

/** Every feed, and every contingent of the mission that has none; the worst first. */
export function standingsOf(
  feeds: readonly Feed[],
  mission: Mission | null,
  linked: boolean,
): FeedStanding[] {
  const contingents = mission?.contingents ?? [];
  const nameOf = (id: string) => contingents.find((contingent) => contingent.id === id)?.name ?? id;
  const heard = feeds.map((feed) => ({
    id: feed.id,
    contingent: feed.contingent,
    name: nameOf(feed.contingent),
    feed: feed.feed,
    standing: linked ? standingOf(feed) : 'unknown',
    heardAt: instantOf(feed.last_heard_at),
    perMinute: feed.rate_per_min,
    accepted: feed.accepted,
    rejected: feed.rejected,
    skewS: feed.clock_skew_s,
  }));
  const missing = contingents
    .filter(({ id }) => !feeds.some(({ contingent }) => contingent === id))
    .map(({ id, name }) => ({
      ...{ id: `missing ${id}`, contingent: id, name, feed: null, heardAt: null },
      ...{ perMinute: 0, accepted: 0, rejected: null, skewS: null },
      standing: linked ? ('missing' as const) : ('unknown' as const),
    }));
  return [...heard, ...missing].sort(
    (a, b) => WORST_FIRST.indexOf(a.standing) - WORST_FIRST.indexOf(b.standing) || (a.name < b.name ? -1 : 1),
  );
}

const WORST_FIRST: readonly Standing[] = ['silent', 'missing', 'unknown', 'quiet', 'reporting'];

function standingOf(feed: Feed): Standing {
  if (feed.last_heard_at === null) return 'missing';
  if (feed.status === 'silent') return 'silent';
  return feed.rate_per_min > 0 ? 'reporting' : 'quiet';
}
