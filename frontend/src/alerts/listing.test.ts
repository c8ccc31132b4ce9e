import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { judged, NOON, violation } from '../testing/builders';
import { Announcer } from './announcer.svelte';
import { listedOf, NO_FILTER, passes } from './filter';
import { changesOf } from './history';
import { railOf } from './order';

describe('the filter of the rail', () => {
  const high = violation('v');
  const low = violation('v', { severity: 'low', status: 'suspected', party: 'south' });
  const mine = violation('v', judged('verified'));

  it.each([
    ['severity', { severity: 'medium' as const }, [true, false, true]],
    ['status', { status: 'suspected' as const }, [false, true, false]],
    ['party', { party: 'south' }, [false, true, false]],
    ['nothing', {}, [true, true, true]],
  ])('goes by %s', (_which, filter, expected) => {
    const passed = [high, low, mine].map((each) => passes(each, { ...NO_FILTER, ...filter }, 'ada'));

    expect(passed).toEqual(expected);
  });

  it('keeps what is mine and what nobody has yet', () => {
    const filter = { ...NO_FILTER, mine: true };

    expect([high, mine].map((each) => passes(each, filter, 'Cpt. Ade'))).toEqual([true, true]);
    expect([high, mine].map((each) => passes(each, filter, 'ben'))).toEqual([true, false]);
  });

  it('leaves each part of the rail in its order', () => {
    const rail = railOf([
      violation('a'),
      violation('b', { party: 'south' }),
      violation('c', judged('closed')),
    ]);

    const listed = listedOf(rail, { ...NO_FILTER, party: 'north' }, '');

    expect([listed.open, listed.inHand, listed.settled].map((part) => part.map(({ id }) => id))).toEqual([
      ['a'],
      [],
      ['c'],
    ]);
  });
});

describe('the announcer', () => {
  const naming = { feature: () => undefined, party: (id: string) => id, trackName: () => null };
  let announcer: Announcer;

  beforeEach(() => {
    vi.useFakeTimers();
    announcer = new Announcer(naming);
  });
  afterEach(() => {
    announcer.stop();
    vi.useRealTimers();
  });

  it('interrupts for what is urgent and waits its turn with the rest', () => {
    announcer.tell([violation('a', { severity: 'medium' })]);
    expect([announcer.polite, announcer.assertive]).toEqual([
      'New alert: Line crossed · u1. Northern line · left to right',
      '',
    ]);

    vi.advanceTimersByTime(10_000);
    announcer.tell([violation('b')]);
    expect(announcer.assertive).toContain('New alert');
  });

  it('says a flood as one number', () => {
    announcer.tell([violation('first')]);
    for (let i = 0; i < 50; i++) announcer.tell([violation(`v${i}`)]);
    announcer.tell([violation('v0')]);
    expect(announcer.assertive).toContain('New alert');

    vi.advanceTimersByTime(10_000);

    expect(announcer.assertive).toBe('50 new alerts');
  });

  it('says the same words twice so that they are read twice', () => {
    announcer.tell([violation('a')]);
    const first = announcer.assertive;
    vi.advanceTimersByTime(10_000);
    announcer.tell([violation('b')]);

    expect(announcer.assertive).not.toBe(first);
    expect(announcer.assertive.trim()).toBe(first);
  });

  it('keeps to itself what was withdrawn or taken in hand before its turn, and what is late', () => {
    announcer.tell([violation('first')]);
    const first = announcer.assertive;
    announcer.tell([violation('b'), violation('late', { late: true })]);
    announcer.tell([violation('b', judged('acknowledged'))]);
    vi.advanceTimersByTime(10_000);

    expect([announcer.assertive, announcer.polite]).toEqual([first, '']);
  });
});

describe('the history of a violation', () => {
  it('says what each revision changed, the newest first, with the officer’s own words', () => {
    const raised = violation('v', { status: 'suspected' });
    const confirmed = { ...raised, status: 'confirmed' as const, revision: 2 };
    const deeper = { ...confirmed, depth_m: 400, revision: 3 };
    const assessment = { state: 'verified' as const, by: 'ada', at: NOON, note: 'Seen by OP 12' };
    const verified = { ...deeper, assessment, revision: 4 };
    const ended = { ...verified, ended_at: NOON, revision: 5 };

    const changes = changesOf([raised, confirmed, deeper, verified, ended]);

    expect(changes.map(({ revision, words, note }) => [revision, words, note])).toEqual([
      [5, 'Ended', null],
      [4, 'Verified by ada', 'Seen by OP 12'],
      [3, 'Corrected', null],
      [2, 'Confirmed', null],
      [1, 'Raised as suspected', null],
    ]);
  });
});
