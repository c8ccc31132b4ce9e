import { describe, expect, it } from 'vitest';
import { delta, feature, incident, snapshot, track, violation } from '../testing/builders';
import { apply } from './apply';
import { emptyPicture, featuresInForce, type Picture } from './picture';

const POINT = { type: 'Point' as const, coordinates: [33, 35] };

function held(...args: Parameters<typeof snapshot>): Picture {
  const picture = emptyPicture();
  apply(picture, snapshot(...args));
  return picture;
}

function newsOf(applied: ReturnType<typeof apply>): string[] {
  return applied.kind === 'applied' ? applied.news.map((each) => `${each.id}@${each.revision}`) : [];
}

describe('apply', () => {
  it('puts a snapshot in place of all that was held', () => {
    const picture = held({ tracks: [track('a'), track('b')], incidents: [incident('i')] });

    apply(picture, snapshot({ epoch: 'e2', seq: 9, tracks: [track('c')] }));

    expect([...picture.tracks.keys()]).toEqual(['c']);
    expect(picture.incidents.size).toBe(0);
    expect([picture.epoch, picture.seq]).toEqual(['e2', 9]);
  });

  it('folds a delta that follows', () => {
    const picture = held({ tracks: [track('a'), track('b')] });

    const applied = apply(
      picture,
      delta(2, { tracks: { upsert: [track('a', { lat: 36 })], remove: ['b'] } }),
    );

    expect(applied).toMatchObject({ kind: 'applied', changed: new Set(['tracks']) });
    expect([...picture.tracks.values()].map(({ id, lat }) => [id, lat])).toEqual([['a', 36]]);
  });

  it('moves on what only moved, as a new object, and keeps who it is', () => {
    const before = track('a', { callsign: 'KITE', altitude_m: 90, status: 'stale', flags: ['implausible'] });
    const picture = held({ tracks: [before, track('b', { lat: 1 })] });
    const [observed_at, received_at] = ['2026-11-22T12:00:05Z', '2026-11-22T12:00:06Z'];
    const columns = { observed_at: [observed_at], received_at: [received_at], course_deg: [270] };
    const moves = { id: ['a'], lon: [34], lat: [36], ...columns };
    const applied = apply(picture, delta(2, { moves }));

    const moved = { lon: 34, lat: 36, course_deg: 270, observed_at, received_at };
    const after = track('a', { callsign: 'KITE', ...moved });
    expect(applied).toMatchObject({ changed: new Set(['tracks']) });
    expect([picture.tracks.get('a'), picture.tracks.get('b')?.lat]).toEqual([after, 1]);
    expect(before.lon).not.toBe(34);
  });

  it('tells that drones look elsewhere only where one does', () => {
    const footprint = { type: 'Polygon' as const, coordinates: [] };
    const sensor = { heading_deg: null, fov_deg: null, footprint };
    const eye = track('eye', { drone: { operator_lon: null, operator_lat: null, serial: null, sensor } });
    const picture = held({ tracks: [eye, track('a')] });
    const changedBy = (seq: number, tracks: object) => {
      const applied = apply(picture, delta(seq, tracks));
      return applied.kind === 'applied' && applied.changed.has('sensors');
    };
    const moves = {
      id: ['eye'],
      lon: [1],
      lat: [1],
      observed_at: [''],
      received_at: [''],
      status: ['lost' as const],
    };

    expect(changedBy(2, { tracks: { upsert: [track('a')], remove: [] } })).toBe(false);
    expect(changedBy(3, { moves })).toBe(true);
    expect(changedBy(4, { tracks: { upsert: [eye], remove: [] } })).toBe(true);
    expect(changedBy(5, { tracks: { upsert: [{ ...eye, drone: null }], remove: [] } })).toBe(true);
    expect(changedBy(6, { tracks: { upsert: [], remove: ['eye'] } })).toBe(false);
  });

  it.each([
    ['skips a number', delta(3, { tracks: { upsert: [track('z')], remove: [] } })],
    ['repeats a number', delta(1, { tracks: { upsert: [track('z')], remove: [] } })],
    ['is of another epoch', delta(2, { epoch: 'e9', tracks: { upsert: [track('z')], remove: [] } })],
  ])('refuses a delta that %s, and changes nothing', (_why, frame) => {
    const picture = held({ tracks: [track('a')] });

    expect(apply(picture, frame).kind).toBe('gap');
    expect([...picture.tracks.keys()]).toEqual(['a']);
    expect(picture.seq).toBe(1);
  });

  it('refuses a violation after a gap', () => {
    const picture = held();

    expect(apply(picture, { type: 'violation', seq: 5, violation: violation('v') }).kind).toBe('gap');
    expect(picture.violations.size).toBe(0);
  });

  it('counts the resumed message as one of the stream', () => {
    const picture = held();

    const resumed = apply(picture, { type: 'resumed', epoch: 'e1', seq: 2, at: '2026-11-22T12:00:00Z' });

    expect(resumed.kind).toBe('applied');
    expect(apply(picture, delta(3)).kind).toBe('applied');
  });

  it('refuses a resume of another epoch', () => {
    const picture = held();

    expect(apply(picture, { type: 'resumed', epoch: 'e2', seq: 2, at: '2026-11-22T12:00:00Z' }).kind).toBe(
      'gap',
    );
  });

  it('tells each revision of a violation once, over messages and snapshots alike', () => {
    const picture = held({ violations: [violation('v')] });

    const again = apply(picture, { type: 'violation', seq: 2, violation: violation('v') });
    const changed = apply(picture, { type: 'violation', seq: 3, violation: violation('v', { revision: 2 }) });
    const whole = apply(
      picture,
      snapshot({ epoch: 'e2', violations: [violation('v', { revision: 2 }), violation('w')] }),
    );

    expect([again, changed, whole].map(newsOf)).toEqual([[], ['v@2'], ['w@1']]);
  });

  it('never goes back to an older revision', () => {
    const picture = held({ violations: [violation('v', { revision: 4, status: 'withdrawn' })] });

    apply(picture, { type: 'violation', seq: 2, violation: violation('v', { revision: 3 }) });

    expect(picture.violations.get('v')?.status).toBe('withdrawn');
  });

  it('keeps the versions of a feature together and draws the one of its time', () => {
    const old = feature('line', POINT, { name: 'old', valid_to: '2026-11-22T12:00:05Z' });
    const fresh = feature('line', POINT, { name: 'new', valid_from: '2026-11-22T12:00:05Z' });
    const picture = held({ features: [old, fresh] });

    const names = () => featuresInForce(picture).map(({ properties }) => properties.name);
    const before = names();
    const applied = apply(picture, { type: 'ping', at: '2026-11-22T12:00:05Z', lag_s: 0 });

    expect([before, names()]).toEqual([['old'], ['new']]);
    expect(applied).toMatchObject({ changed: new Set(['features']) });
  });

  it('replaces all versions of a feature that is told again', () => {
    const picture = held({ features: [feature('line', POINT, { name: 'one' })] });

    apply(picture, delta(2, { features: { upsert: [feature('line', POINT, { name: 'two' })], remove: [] } }));

    expect(picture.features.get('line')?.map(({ properties }) => properties.name)).toEqual(['two']);
  });

  it('remembers the lag that a ping tells', () => {
    const picture = held();

    apply(picture, { type: 'ping', at: '2026-11-22T12:00:01Z', lag_s: 7 });

    expect([picture.lagS, picture.seq]).toEqual([7, 1]);
  });
});
