/** A flood as one line: alerts of one rule at one place within a chain of minutes. None is lost by it. */

import type { Violation } from '../picture/nouns';

/** The next of a flood comes within this of one before it, and so near to it. */
const WITHIN_MS = 60_000;
const WITHIN_M = 500;
/** Fewer are told one by one. */
const LEAST = 3;

export interface Group {
  /** The id of its earliest: it stays the same while the flood goes on. */
  id: string;
  /** Newest first, as in the rail. */
  members: Violation[];
}

/**
 * The violations as lines of the rail: a group has three members or more, all others stand alone. They are of one
 * rule, feature, party and direction, and each is within a minute and 500 m of one before it. `violations` come newest
 * first, and lines keep the order of their newest.
 */
export function grouped(violations: readonly Violation[]): Group[] {
  const chains = new Map<string, Link[]>();
  const chainOf = new Map<Violation, Chain>();
  for (const violation of violations.toReversed()) {
    const { rule_id, feature, party, direction } = violation;
    const key = JSON.stringify([rule_id, feature, party, direction]);
    const links = chains.get(key) ?? [];
    chains.set(key, links);
    const atMs = Date.parse(violation.observed_at);
    const chain = chainBefore(links, violation, atMs) ?? { members: [] };
    chain.members.push(violation);
    chainOf.set(violation, chain);
    links.push({ violation, atMs, chain });
  }
  const told = new Set<Chain>();
  return violations.flatMap((violation): Group[] => {
    const chain = chainOf.get(violation);
    if (!chain || chain.members.length < LEAST) return [{ id: violation.id, members: [violation] }];
    if (told.has(chain)) return [];
    told.add(chain);
    return [{ id: chain.members[0]?.id ?? violation.id, members: chain.members.toReversed() }];
  });
}

interface Chain {
  /** Oldest first. */
  members: Violation[];
}

interface Link {
  violation: Violation;
  atMs: number;
  chain: Chain;
}

function chainBefore(links: readonly Link[], violation: Violation, atMs: number): Chain | null {
  for (let i = links.length - 1; i >= 0; i--) {
    const link = links[i];
    if (!link || atMs - link.atMs > WITHIN_MS) return null;
    if (isNear(link.violation, violation)) return link.chain;
  }
  return null;
}

const METRES_A_DEGREE = 111_320;

/** Flat: over such a distance the earth is. */
function isNear(a: Violation, b: Violation): boolean {
  const turns = Math.abs(a.lon - b.lon);
  const east = Math.min(turns, 360 - turns) * METRES_A_DEGREE * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, (a.lat - b.lat) * METRES_A_DEGREE) <= WITHIN_M;
}
