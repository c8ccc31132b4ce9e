/**
 * Which alerts nobody has acknowledged in time. It follows from what the server says alone (when an alert was told, how long
 * the mission gives it, its clock), so it is the same on every screen, and after a reload or a cut of the link.
 */

import { instantOf } from '../format/instant';
import type { Mission, Violation } from '../picture/nouns';
import { standing } from './order';

/** When an alert escalates, ms since 1970, if nobody takes it before; null where it never does. */
export function escalatesAt(violation: Violation, mission: Mission | null): number | null {
  const afterS = mission?.escalate_after_s[violation.severity];
  if (afterS === undefined || violation.late || violation.status !== 'confirmed') return null;
  if (standing(violation) !== 'open') return null;
  // One that an officer gave back is waited for anew.
  const since = Math.max(instantOf(violation.told_at) ?? 0, instantOf(violation.assessment.at) ?? 0);
  return since + afterS * 1000;
}

/** Those that have escalated, the one that has waited longest first. */
export function escalated(
  violations: readonly Violation[],
  mission: Mission | null,
  nowMs: number,
): Violation[] {
  return violations
    .flatMap((violation) => {
      const atMs = escalatesAt(violation, mission);
      return atMs !== null && atMs <= nowMs ? [{ violation, atMs }] : [];
    })
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ violation }) => violation);
}
