import { describe, expect, it } from 'vitest';
import type { Feed, Mission } from './nouns';
import { standingsOf } from './feeds';

const feed = (contingent: string, over: Partial<Feed> = {}): Feed => ({
  id: `f-${contingent}`,
  contingent,
  feed: 'positions',
  status: 'live',
  last_heard_at: '2026-11-22T12:00:00Z',
  rate_per_min: 0,
  accepted: 1,
  duplicates: 0,
  rejected: 0,
  clock_skew_s: null,
  ...over,
});
const mission: Mission = {
  id: 'm',
  name: 'M',
  parties: [],
  contingents: ['ARG', 'GBR', 'SVK', 'IND'].map((id) => ({ id, name: `Name of ${id}` })),
  exercise: true,
  escalate_after_s: {},
};
const feeds = [feed('ARG', { rate_per_min: 9 }), feed('GBR'), feed('SVK', { status: 'silent' })];

describe('the standing of feeds', () => {
  it('tells no data from silence, and silence from quiet, the worst first', () => {
    expect(standingsOf(feeds, mission, true).map(({ name, standing }) => [name, standing])).toEqual([
      ['Name of SVK', 'silent'],
      ['Name of IND', 'missing'],
      ['Name of GBR', 'quiet'],
      ['Name of ARG', 'reporting'],
    ]);
  });

  it('is unknown of all while our own link is down', () => {
    expect(new Set(standingsOf(feeds, mission, false).map(({ standing }) => standing))).toEqual(
      new Set(['unknown']),
    );
  });

  it('calls a feed that was never heard no data, whatever else it says', () => {
    expect(standingsOf([feed('XYZ', { last_heard_at: null })], null, true)[0]?.standing).toBe('missing');
  });
});
