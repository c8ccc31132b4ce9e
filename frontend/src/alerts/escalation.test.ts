import { describe, expect, it } from 'vitest';
import type { Violation } from '../picture/nouns';
import { judged, NOON, snapshot, violation } from '../testing/builders';
import { escalated } from './escalation';
import { Escalation } from './escalation.svelte';

const TOLD = Date.parse(NOON);
const MINUTE = 60_000;
const { mission } = snapshot();
const ids = (violations: readonly Violation[]) => violations.map(({ id }) => id);

describe('an alert that nobody has acknowledged', () => {
  it('escalates when its time is over, and not a moment before', () => {
    const open = [violation('v')];

    expect(escalated(open, mission, TOLD + 5 * MINUTE - 1)).toEqual([]);
    expect(ids(escalated(open, mission, TOLD + 5 * MINUTE))).toEqual(['v']);
  });

  it.each([
    ['it is in hand', judged('acknowledged')],
    ['it is only suspected', { status: 'suspected' as const }],
    ['it was withdrawn', { status: 'withdrawn' as const }],
    ['it was told late', { late: true }],
    ['its severity never does', { severity: 'medium' as const }],
  ])('does not where %s', (_why, over) => {
    expect(escalated([violation('v', over)], mission, TOLD + 60 * MINUTE)).toEqual([]);
  });

  it('does by the time that the mission gives its severity, and never without a mission', () => {
    const open = [violation('v', { severity: 'low' })];
    const quick = { ...mission, escalate_after_s: { low: 10 } };

    expect(ids(escalated(open, quick, TOLD + 10_000))).toEqual(['v']);
    expect(escalated(open, null, TOLD + 60 * MINUTE)).toEqual([]);
  });

  it('that an officer gave back is waited for anew', () => {
    const at = new Date(TOLD + 4 * MINUTE).toISOString();
    const back = violation('v', { assessment: { state: 'open', by: 'ada', at, note: null } });

    expect(escalated([back], mission, TOLD + 8 * MINUTE)).toEqual([]);
    expect(ids(escalated([back], mission, TOLD + 9 * MINUTE))).toEqual(['v']);
  });

  it('stands before those that have waited less', () => {
    const later = violation('a', { told_at: new Date(TOLD + MINUTE).toISOString() });

    expect(ids(escalated([later, violation('b')], mission, TOLD + 10 * MINUTE))).toEqual(['b', 'a']);
  });
});

describe('what has escalated', () => {
  it('is heard when it does, again every twenty seconds, and no more once it is taken', () => {
    const heard: [string[], string[]][] = [];
    let now = { open: [] as Violation[], mission, nowMs: 0 };
    const escalation = new Escalation(
      () => now,
      (news, overdue) => heard.push([ids(news), ids(overdue)]),
    );
    const look = (s: number, ...open: Violation[]) => {
      now = { open, mission, nowMs: TOLD + 5 * MINUTE + s * 1000 };
      escalation.look();
    };
    const [one, two] = [violation('1'), violation('2', { told_at: new Date(TOLD + 30_000).toISOString() })];

    look(-1, one, two);
    look(0, one, two);
    look(19, one, two);
    look(20, one, two);
    look(30, one, two);
    look(51, two);
    look(99);

    expect(heard).toEqual([
      [['1'], ['1']],
      [[], ['1']],
      [['2'], ['1', '2']],
      [[], ['2']],
    ]);
    expect(escalation.overdue).toEqual([]);
  });

  it('says how long the first has waited', () => {
    const escalation = new Escalation(
      () => ({ open: [violation('v')], mission, nowMs: TOLD + 7 * MINUTE }),
      () => undefined,
    );
    escalation.look();

    expect(escalation.waitedMs(TOLD + 7 * MINUTE)).toBe(7 * MINUTE);
    expect(escalation.has(violation('v'))).toBe(true);
  });
});
