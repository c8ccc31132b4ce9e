/** Which violations the rail shows, and in what order. Knows no words and no screen. */

import type { Violation } from '../picture/nouns';
import type { Severity } from '../protocol/frames';

export const RANK: Readonly<Record<Severity, number>> = { info: 0, low: 1, medium: 2, high: 3, critical: 4 };

export type Standing =
  /** Nobody has acknowledged it, and it still stands. */
  | 'open'
  /** An officer has it in hand. */
  | 'in hand'
  /** Withdrawn, authorised, closed, or only advice. */
  | 'settled';

export function standing(violation: Violation): Standing {
  if (violation.assessment.state === 'closed') return 'settled';
  if (violation.assessment.state !== 'open') return 'in hand';
  return violation.status === 'confirmed' || violation.status === 'suspected' ? 'open' : 'settled';
}

/** An open one of high or critical severity that is confirmed: the only thing drawn in saturated red. */
export function isUrgent(violation: Violation): boolean {
  return (
    standing(violation) === 'open' &&
    violation.status === 'confirmed' &&
    !violation.late &&
    RANK[violation.severity] >= RANK.high
  );
}

/** Whether hearing of this revision deserves a sound: never for what is late, settled or already in hand. */
export function isAudible(violation: Violation): boolean {
  return standing(violation) === 'open' && !violation.late && RANK[violation.severity] >= RANK.medium;
}

export interface Rail {
  open: Violation[];
  inHand: Violation[];
  settled: Violation[];
}

/** Newest first by the time of the crossing; equal times by id, so that rows never swap by themselves. */
export function railOf(violations: Iterable<Violation>): Rail {
  const rail: Rail = { open: [], inHand: [], settled: [] };
  const newestFirst = [...violations].sort(
    (a, b) => Date.parse(b.observed_at) - Date.parse(a.observed_at) || (a.id < b.id ? -1 : 1),
  );
  for (const violation of newestFirst) {
    const where = standing(violation);
    if (where === 'open') rail.open.push(violation);
    else if (where === 'in hand') rail.inHand.push(violation);
    else rail.settled.push(violation);
  }
  return rail;
}

/** The one that `a` acknowledges when none is selected: the newest urgent one, else the newest open one. */
export function firstToAcknowledge(rail: Rail): Violation | null {
  return rail.open.find(isUrgent) ?? rail.open[0] ?? null;
}
