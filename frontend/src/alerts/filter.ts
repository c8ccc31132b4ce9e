/** Which violations the rail lists. What it leaves out is counted, so that nobody takes a filter for a quiet day. */

import type { Violation } from '../picture/nouns';
import type { Severity, Status } from '../protocol/frames';
import { type Rail, RANK } from './order';

export interface Filter {
  /** This grave or graver. */
  severity: Severity | null;
  status: Status | null;
  party: string | null;
  /** Only what this officer judged; open ones, which nobody has, stay. */
  mine: boolean;
}

export const NO_FILTER: Filter = { severity: null, status: null, party: null, mine: false };

export function isFiltering(filter: Filter): boolean {
  return filter.severity !== null || filter.status !== null || filter.party !== null || filter.mine;
}

export function passes(violation: Violation, filter: Filter, officer: string): boolean {
  const { severity, status, party, mine } = filter;
  if (severity !== null && RANK[violation.severity] < RANK[severity]) return false;
  if (status !== null && violation.status !== status) return false;
  if (party !== null && violation.party !== party) return false;
  const { state, by } = violation.assessment;
  return !mine || state === 'open' || by === officer;
}

export function listedOf(rail: Rail, filter: Filter, officer: string): Rail {
  if (!isFiltering(filter)) return rail;
  const listed = (violations: Violation[]) => violations.filter((each) => passes(each, filter, officer));
  return { open: listed(rail.open), inHand: listed(rail.inHand), settled: listed(rail.settled) };
}
