import { describe, expect, it } from 'vitest';
import { feature, judged, violation } from '../testing/builders';
import { firstToAcknowledge, isAudible, isUrgent, railOf } from './order';
import { depth, headline, marks, type Naming, whereabouts, witnesses } from './words';

const at = (minute: number) => ({ observed_at: `2026-11-22T12:${String(minute).padStart(2, '0')}:00Z` });
const ids = (violations: { id: string }[]) => violations.map(({ id }) => id);

describe('the rail', () => {
  it('has the newest first, and the same order for equal times whatever comes first', () => {
    const a = violation('a', at(1));
    const b = violation('b', at(9));
    const c = violation('c', at(1));

    expect(ids(railOf([c, a, b]).open)).toEqual(['b', 'a', 'c']);
    expect(ids(railOf([a, b, c]).open)).toEqual(['b', 'a', 'c']);
  });

  it('parts what is open from what is in hand and what is settled', () => {
    const rail = railOf([
      violation('open'),
      violation('suspected', { status: 'suspected', ...at(1) }),
      violation('acknowledged', judged('acknowledged')),
      violation('verified', judged('verified')),
      violation('closed', judged('closed')),
      violation('withdrawn', { status: 'withdrawn' }),
      violation('authorised', { status: 'authorised' }),
      violation('advisory', { status: 'advisory' }),
    ]);

    expect(ids(rail.open)).toEqual(['suspected', 'open']);
    expect(ids(rail.inHand)).toEqual(['acknowledged', 'verified']);
    expect(ids(rail.settled)).toEqual(['advisory', 'authorised', 'closed', 'withdrawn']);
  });

  it.each([
    ['a confirmed high one', violation('v'), true],
    ['a confirmed critical one', violation('v', { severity: 'critical' }), true],
    ['a medium one', violation('v', { severity: 'medium' }), false],
    ['a suspected one', violation('v', { status: 'suspected' }), false],
    ['a late one', violation('v', { late: true }), false],
    ['one in hand', violation('v', judged('acknowledged')), false],
  ])('is red for %s: %#', (_which, which, expected) => {
    expect(isUrgent(which)).toBe(expected);
  });

  it('sounds for what is new and grave, never for what is late or in hand', () => {
    const sounds = [
      violation('v'),
      violation('v', { status: 'suspected' }),
      violation('v', { late: true }),
      violation('v', { severity: 'low' }),
      violation('v', { status: 'withdrawn' }),
      violation('v', judged('acknowledged')),
    ].map(isAudible);

    expect(sounds).toEqual([true, true, false, false, false, false]);
  });

  it('offers the newest urgent one for acknowledgement before a newer lesser one', () => {
    const rail = railOf([violation('old', at(1)), violation('lesser', { severity: 'low', ...at(5) })]);

    expect(firstToAcknowledge(rail)?.id).toBe('old');
    expect(firstToAcknowledge(railOf([]))).toBeNull();
  });
});

const LINE = { type: 'LineString' as const, coordinates: [] };
const naming: Naming = {
  feature: (id) =>
    id === 'cfl-north'
      ? feature(id, LINE, { name: 'North line', left: 'north', right: 'buffer' })
      : undefined,
  party: (id) => id.toUpperCase(),
  trackName: (id) => (id === 't1' ? 'KITE 1' : null),
};

describe('the words of an alert', () => {
  it('say what, where, how far and who', () => {
    const it = violation('v');

    expect(headline(it, naming)).toBe('Line crossed · KITE 1');
    expect(whereabouts(it, naming)).toBe('North line · NORTH to BUFFER');
    expect(depth(it)).toBe('112 m beyond the line');
    expect(witnesses(it, naming)).toBe('NORTH · reported by GBR');
  });

  it('turn round with the direction', () => {
    expect(whereabouts(violation('v', { direction: 'right_to_left' }), naming)).toBe(
      'North line · BUFFER to NORTH',
    );
  });

  it('fall back on what the violation itself holds', () => {
    const it = violation('v', {
      track: 'gone',
      feature: 'gone',
      rule: 'new_rule',
      direction: null,
      depth_m: null,
    });

    expect(headline(it, naming)).toBe('New rule · u1');
    expect(whereabouts(it, naming)).toBe('Northern line');
    expect(depth(it)).toBeNull();
  });

  it('mark what is late, nominal or over', () => {
    const it = violation('v', { late: true, nominal: true, ended_at: '2026-11-22T13:00:00Z' });

    expect(marks(it).map(({ word }) => word)).toEqual([
      'confirmed',
      'late',
      'nominal place and time',
      'ended',
    ]);
  });
});
