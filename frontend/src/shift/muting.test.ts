import { afterEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from '../alerts/announcer.svelte';
import { Hearing } from '../alerts/hearing.svelte';
import { NOON, violation } from '../testing/builders';
import type { Mute } from './api';
import { Muting, silences } from './muting.svelte';

const NOON_MS = Date.parse(NOON);
const MUTE: Mute = {
  ...{ id: 'm1', rule: null, feature: null, track: null, since: NOON },
  ...{ until: '2026-11-22T12:15:00Z', note: null, by: 'Ana' },
};
const BREACH = violation('v');

describe('a mute', () => {
  it.each([
    ['its rule by kind', { rule: 'line_crossing' }, true],
    ['its rule by id', { rule: 'r1' }, true],
    ['its line', { feature: 'cfl-north' }, true],
    ['its track', { track: 't1' }, true],
    ['its rule at another line', { rule: 'line_crossing', feature: 'cfl-south' }, false],
    ['another rule', { rule: 'firing' }, false],
    ['another track', { track: 't2' }, false],
  ])('of %s silences an alert only where all that it names fits', (_what, over, expected) => {
    expect(silences({ ...MUTE, ...over }, BREACH, NOON_MS)).toBe(expected);
  });

  it('silences until its end, and not at it', () => {
    const end = Date.parse(MUTE.until);

    expect([silences(MUTE, BREACH, end - 1), silences(MUTE, BREACH, end)]).toEqual([true, false]);
  });
});

describe('what is muted', () => {
  it('is not read aloud, while all else is', () => {
    const naming = { feature: () => undefined, party: (id: string) => id, trackName: () => null };
    const announcer = new Announcer(naming);
    const hearing = new Hearing(announcer, ({ track }) => track === 't1');
    hearing.tell([]);

    hearing.tell([BREACH]);
    const silent = announcer.assertive;
    hearing.tell([violation('w', { track: 't2' })]);
    announcer.stop();

    expect(silent).toBe('');
    expect(announcer.assertive).toContain('New alert');
  });
});

describe('the mutes in force', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('are asked for again once one is made, and end by themselves', async () => {
    const asked: string[] = [];
    let now = NOON_MS;
    vi.stubGlobal('fetch', (path: string, { method, body }: RequestInit) => {
      asked.push(`${method ?? ''} ${path} ${typeof body === 'string' ? body : ''}`.trim());
      return Promise.resolve(new Response(JSON.stringify({ mutes: [MUTE], next: null })));
    });
    const muting = new Muting(
      () => now,
      () => undefined,
    );

    await muting.mute({ rule: null, feature: 'cfl-north', track: null }, 15);
    const held = [muting.inForce.length, muting.covers(BREACH)];
    now += 15 * 60_000;

    expect(asked).toEqual([
      'POST /api/v1/mutes {"feature":"cfl-north","until":"2026-11-22T12:15:00.000Z"}',
      'GET /api/v1/mutes',
    ]);
    expect(held).toEqual([1, true]);
    expect([muting.inForce.length, muting.covers(BREACH)]).toEqual([0, false]);
  });

  it('that are refused are told, and nothing is muted', async () => {
    const told: string[] = [];
    vi.stubGlobal('fetch', (_path: string, { method }: RequestInit) =>
      Promise.resolve(
        method === 'POST'
          ? new Response('{"code":"forbidden"}', { status: 403 })
          : new Response('{"mutes":[]}'),
      ),
    );
    const muting = new Muting(
      () => NOON_MS,
      (words) => told.push(words),
    );

    expect(await muting.mute({ rule: 'firing', feature: null, track: null }, 15)).toBe(false);
    expect(told).toEqual(['Not muted: Your account does not allow this.']);
  });
});
