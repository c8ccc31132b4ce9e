import { describe, expect, it } from 'vitest';
import { Following } from '../following.svelte';
import type { Place } from '../map/place';
import { track } from '../testing/builders';
import { asText, counted, extentOf } from './picks';
import { Picks } from './picks.svelte';

const all = new Map([
  ['a', track('a', { callsign: 'Alpha', lon: 10 })],
  ['b', track('b', { callsign: 'Bravo', lon: 20 })],
  ['c', track('c', { callsign: 'Charlie', lon: 30 })],
]);

function picking(tracks = all): { picks: Picks; ringed: Place[][]; flown: number[][] } {
  const [ringed, flown]: [Place[][], number[][]] = [[], []];
  const ground = {
    ring: (places: readonly Place[]) => ringed.push([...places]),
    flyOver: (extent: number[]) => flown.push(extent),
  };
  return { picks: new Picks(() => ground, () => tracks), ringed, flown }; // prettier-ignore
}

describe('what is selected together', () => {
  it('grows by boxes and one by one, stands by name, and is marked', () => {
    const { picks, ringed, flown } = picking();

    picks.box(({ lon }) => lon > 15);
    picks.toggle('a');
    picks.toggle('b');
    picks.fit();

    expect(picks.tracks.map(({ callsign }) => callsign)).toEqual(['Alpha', 'Charlie']);
    expect(ringed.map((places) => places.length)).toEqual([2, 3, 2]);
    expect(flown).toEqual([[10, 35.1, 30, 35.1]]);
    picks.clear();
    expect([picks.tracks, ringed.at(-1)]).toEqual([[], []]);
  });

  it('leaves out who is gone, and has him again when he is back', () => {
    const tracks = new Map(all);
    const { picks } = picking(tracks);
    picks.box(() => true);

    tracks.delete('b');
    picks.look();
    expect(picks.tracks).toHaveLength(2);
    tracks.set('b', track('b'));
    picks.look();
    expect(picks.tracks).toHaveLength(3);
  });

  it('is counted, the most first', () => {
    expect(counted(['south', 'north', 'north'])).toEqual([
      { name: 'north', n: 2 },
      { name: 'south', n: 1 },
    ]);
  });

  it('is copied as a line each, with tabs between', () => {
    const wording = {
      party: (id: string) => id.toUpperCase(),
      platform: (code: string | null) => code ?? '?',
    };

    expect(asText([track('a', { callsign: 'Alpha', lon: 3, lat: 0 })], wording)).toBe(
      'Alpha\tMISSION\tvehicle\t31N EA 00000 00000\t12:00:00Z',
    );
  });

  it('reaches over the antimeridian the short way', () => {
    const [first, second] = [{ lon: 179, lat: 1 }, { lon: -179, lat: -1 }]; // prettier-ignore

    expect(extentOf([first, second])).toEqual([179, -1, 181, 1]);
    expect(extentOf([])).toBeNull();
  });
});

describe('following', () => {
  function following(): { it: Following; kept: Place[] } {
    const kept: Place[] = [];
    return { it: new Following(() => ({ viewing: { keep: (place) => kept.push(place) } })), kept };
  }

  it('keeps the track in the middle, moves the map only when it moves, and ends by hand', () => {
    const { it: followed, kept } = following();

    followed.look({ lon: 1, lat: 1 }, []);
    followed.toggle('track');
    for (const lon of [1, 1, 2]) followed.look({ lon, lat: 1 }, []);
    followed.stop();
    followed.look({ lon: 3, lat: 1 }, []);

    expect(kept).toEqual([
      { lon: 1, lat: 1 },
      { lon: 2, lat: 1 },
    ]);
  });

  it('keeps the middle of all that is selected, and ends when there is nothing left of it', () => {
    const { it: followed, kept } = following();

    followed.toggle('selection');
    followed.look(null, [{ lon: 1, lat: 0 }, { lon: 3, lat: 4 }]); // prettier-ignore
    followed.look(null, []);

    expect([kept, followed.what]).toEqual([[{ lon: 2, lat: 2 }], null]);
  });
});
