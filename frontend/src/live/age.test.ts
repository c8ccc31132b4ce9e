import { describe, expect, it } from 'vitest';
import { linkStanding, pictureAge, skewOf } from './age';
import { type Link, newLink } from './machine';

function link(over: Partial<Link>): Link {
  return { ...newLink(), ...over };
}

describe('the age of the picture', () => {
  it('is fresh while messages come', () => {
    const age = pictureAge(link({ state: 'live' }), 1_000, 0, 1_900);

    expect(age).toEqual({ silentMs: 900, lagS: 0, isStale: false });
  });

  it('is stale after ten seconds of silence, and not before', () => {
    const at = (now: number) => pictureAge(link({ state: 'stale', lostAt: 0 }), 0, 0, now).isStale;

    expect([at(10_000), at(10_001)]).toEqual([false, true]);
  });

  it('is stale when the engine is far behind, though the link is live', () => {
    expect(pictureAge(link({ state: 'live' }), 1_000, 11, 1_000).isStale).toBe(true);
  });

  it('is stale when there never was a picture', () => {
    expect(pictureAge(link({ state: 'connecting', lostAt: 0 }), null, 0, 11_000).isStale).toBe(true);
  });
});

describe('the standing of the link', () => {
  it.each([
    [link({ state: 'live' }), 'live', 0],
    [link({ state: 'down', lostAt: 1_000 }), 'reconnecting', 4],
    [link({ state: 'connecting', lostAt: 1_000 }), 'reconnecting', 4],
    [link({ state: 'down', lostAt: -20_000 }), 'down', 25],
    [link({ state: 'ended', lostAt: 4_000 }), 'down', 1],
  ])('%#: says how it is and for how long', (state, standing, forS) => {
    expect(linkStanding(state, 5_000)).toEqual({ standing, forS });
  });
});

describe('the skew of this browser’s clock', () => {
  it('is corrected where it is more than the network can explain', () => {
    expect([skewOf(10_000, 11_900), skewOf(10_000, 70_000), skewOf(70_000, 10_000)]).toEqual([
      0, -60_000, 60_000,
    ]);
  });
});
