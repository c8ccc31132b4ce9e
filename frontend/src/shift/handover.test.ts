import { describe, expect, it } from 'vitest';
import { railOf } from '../alerts/order';
import { judged, NOON, violation } from '../testing/builders';
import type { Mute, Note } from './api';
import { handover, type Section, type Watched } from './handover';

const MISSION = {
  ...{ id: 'm', name: 'M', parties: [], exercise: false, escalate_after_s: {} },
  contingents: [
    { id: 'ARG', name: 'Argentina' },
    { id: 'GBR', name: 'Britain' },
    { id: 'SVK', name: 'Slovakia' },
  ],
};
const FEED = {
  ...{ id: 'f1', contingent: 'ARG', feed: 'http', status: 'silent' as const, last_heard_at: NOON },
  ...{ rate_per_min: 0, accepted: 3, rejected: 0, clock_skew_s: 0 },
};
const NOTE: Note = {
  ...{ id: 'l1', at: NOON, category: 'patrol', text: 'Patrol 4 is out', by: 'Ana' },
  ...{ violation: null, track: null, revision: 1 },
};
const MUTE: Mute = {
  ...{ id: 'm1', rule: 'line_crossing', feature: 'cfl-north', track: null, since: NOON },
  ...{ until: '2026-11-22T13:00:00Z', note: null, by: 'Ana' },
};

function watched(over: Partial<Watched> = {}): Watched {
  return {
    nowMs: Date.parse(NOON) + 3_600_000,
    mission: MISSION as unknown as Watched['mission'],
    rail: railOf([violation('a'), violation('b', judged('acknowledged')), violation('c', judged('closed'))]),
    feeds: [
      FEED,
      { ...FEED, id: 'f2', contingent: 'GBR', status: 'live', rate_per_min: 4 },
    ] as unknown as Watched['feeds'],
    linked: true,
    naming: { feature: () => undefined, party: (id) => id, trackName: () => null },
    ...over,
  };
}

function lines(of: Watched, mutes: Mute[] = [], notes: Note[] = []): Record<Section['id'], string[]> {
  const told = { open: [], silent: [], mutes: [], log: [] } as Record<Section['id'], string[]>;
  for (const { id, lines } of handover(of, mutes, notes))
    told[id].push(...lines.map(({ parts }) => parts.join(' · ')));
  return told;
}

describe('the hand-over', () => {
  it('names what is open and what is in hand with who has it, and leaves what is closed', () => {
    const { open } = lines(watched());

    expect(open).toEqual([
      '221200ZNOV26 · high · Line crossed · u1 · Northern line · left to right · confirmed · open',
      '221200ZNOV26 · high · Line crossed · u1 · Northern line · left to right · confirmed · acknowledged: Cpt. Ade',
    ]);
  });

  it('names who is silent and who was never heard, and not who reports', () => {
    expect(lines(watched()).silent).toEqual([
      'Argentina · http · Silent · 60 min ago',
      'Slovakia · No data · never',
    ]);
  });

  it('says of no feed that it reports while the screen itself hears nothing', () => {
    const told = lines(watched({ linked: false })).silent;

    expect(told).toHaveLength(3);
    expect(told.every((line) => line.includes('Unknown'))).toBe(true);
  });

  it('gives each mute with its end and its officer, and each note with when and by whom', () => {
    const { mutes, log } = lines(watched(), [MUTE], [NOTE]);

    expect(mutes).toEqual(['Line crossed · cfl-north · until 221300ZNOV26 · Ana']);
    expect(log).toEqual(['221200ZNOV26 · Patrol · Ana · Patrol 4 is out']);
  });
});
