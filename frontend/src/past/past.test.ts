import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { delta, incident, snapshot, track, violation } from '../testing/builders';
import type { ServerFrame } from '../protocol/frames';
import { together } from './chronicle.svelte';
import { binned, momentsOf, neighbour } from './moments';
import { Past } from './past.svelte';
import { loaded, newReel, nextSpeed, SPEEDS, stretchFrom, turned } from './reel';
import { instantAt, shareOf, spanFor, ticksOf } from './span';

const NOON_MS = Date.parse('2026-11-22T12:00:00Z');
const HOUR_MS = 3600_000;
const at = (ms: number) => new Date(ms).toISOString();

describe('the span of the timeline', () => {
  const present = { fromMs: NOON_MS - HOUR_MS, toMs: NOON_MS };

  it('ends now while nobody looks back', () => {
    expect(spanFor(NOON_MS, HOUR_MS, null, { fromMs: 0, toMs: HOUR_MS })).toEqual(present);
  });

  it('stays while the instant is within it, so that nothing slides under the finger', () => {
    const later = NOON_MS + 60_000;

    expect(spanFor(later, HOUR_MS, NOON_MS - 60_000, present)).toBe(present);
    expect(spanFor(later, 2 * HOUR_MS, NOON_MS - 60_000, present).toMs).toBe(later);
  });

  it('goes to an instant that lies before it, and has it in the middle', () => {
    const { fromMs, toMs } = spanFor(NOON_MS, HOUR_MS, NOON_MS - 48 * HOUR_MS, present);

    expect([(fromMs + toMs) / 2, toMs - fromMs]).toEqual([NOON_MS - 48 * HOUR_MS, HOUR_MS]);
  });

  it('knows where an instant stands, and back, but never one that is not yet', () => {
    expect(shareOf(present, NOON_MS - HOUR_MS / 4)).toBe(0.75);
    expect(instantAt(present, 0.75, NOON_MS)).toBe(NOON_MS - HOUR_MS / 4);
    expect(instantAt(present, 7, NOON_MS)).toBe(NOON_MS);
    expect(instantAt({ fromMs: NOON_MS, toMs: NOON_MS + HOUR_MS }, 0.5, NOON_MS)).toBe(NOON_MS);
    expect(instantAt(present, -3, NOON_MS)).toBe(present.fromMs);
  });

  it.each([1, 6, 24, 168])('has a few round labels in %i hours', (hours) => {
    const ticks = ticksOf({ fromMs: NOON_MS - hours * HOUR_MS + 1234, toMs: NOON_MS + 1234 });

    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.length).toBeLessThan(11);
    expect(ticks.filter((tick) => tick % 600_000 !== 0)).toEqual([]);
  });
});

describe('the marks of the timeline', () => {
  const moments = momentsOf(
    [
      violation('late', { observed_at: at(NOON_MS) }),
      violation('early', { observed_at: at(NOON_MS - HOUR_MS), severity: 'low' }),
      violation('never', { status: 'withdrawn' }),
    ],
    [incident('shots', { observed_at: at(NOON_MS - HOUR_MS / 2) })],
  );

  it('are in order of time, without what was withdrawn', () => {
    expect(moments.map(({ id, gravity }) => [id, gravity])).toEqual([
      ['early', 'light'],
      ['shots', 'grave'],
      ['late', 'grave'],
    ]);
  });

  it('stand in the bar of their time, the last instant in the last bar', () => {
    const bins = binned(moments, { fromMs: NOON_MS - HOUR_MS, toMs: NOON_MS }, 4);

    expect(bins.map(({ grave, medium, light, incidents }) => [grave, medium, light, incidents])).toEqual([
      [0, 0, 1, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ]);
  });

  it('lead from one to the next, and end at the ends', () => {
    const ids = (by: 1 | -1) => [NOON_MS - 1, NOON_MS].map((ms) => neighbour(moments, ms, by)?.id);

    expect(ids(-1)).toEqual(['shots', 'shots']);
    expect(ids(1)).toEqual(['late', undefined]);
  });

  it('of before and of now are told once, as they are now', () => {
    const older = momentsOf([violation('late', { severity: 'low' }), violation('old')], []);

    expect(together(older, moments).filter(({ id }) => id === 'late')).toMatchObject([{ gravity: 'grave' }]);
    expect(together(older, moments)).toHaveLength(4);
  });
});

describe('the reel', () => {
  const frames: ServerFrame[] = [0, 15, 30, 45].map((s, i) =>
    i === 0 ? snapshot({ at: at(NOON_MS) }) : delta(i + 1, { at: at(NOON_MS + s * 1000) }),
  );
  const full = loaded(newReel(NOON_MS), frames);

  it('lets out what is due and keeps what is not', () => {
    const { reel, due, starved } = turned(full, 500, 60);

    expect([due, reel.ahead.length, reel.atMs - NOON_MS, starved]).toEqual([
      frames.slice(0, 3),
      1,
      30_000,
      false,
    ]);
  });

  it('stands still where nothing more has come, and says so', () => {
    const { reel, due, starved } = turned(full, 60_000, 600);

    expect([due.length, reel.atMs - NOON_MS, starved]).toEqual([4, 45_000, true]);
  });

  it('asks for steps that a second of watching has four of, and never for what is not yet', () => {
    expect(stretchFrom(NOON_MS, NOON_MS + 24 * HOUR_MS, 60)).toEqual({
      fromMs: NOON_MS,
      toMs: NOON_MS + 5 * HOUR_MS,
      stepS: 15,
    });
    expect(stretchFrom(NOON_MS, NOON_MS + 2500, 1)).toEqual({
      fromMs: NOON_MS,
      toMs: NOON_MS + 2000,
      stepS: 1,
    });
    expect(stretchFrom(NOON_MS, NOON_MS + 500, 1)).toBeNull();
  });

  it('has speeds from 1 to 600 that end at their ends', () => {
    expect([SPEEDS[0], SPEEDS.at(-1)]).toEqual([1, 600]);
    expect([nextSpeed(60, 1), nextSpeed(1, -1), nextSpeed(600, 1)]).toEqual([120, 1, 600]);
  });
});

/** A server that has one track at every instant, as far east as its minute. */
class PastServer {
  asked: string[] = [];
  answer = (path: string): Response => {
    this.asked.push(path);
    const url = new URL(path, 'http://x');
    const get = (name: string) => url.searchParams.get(name) ?? '';
    const seen = (instant: string) => [track('t', { lon: new Date(instant).getUTCMinutes() })];
    if (url.pathname.endsWith('/picture'))
      return Response.json(snapshot({ at: get('at'), tracks: seen(get('at')) }));
    const lines: ServerFrame[] = [snapshot({ epoch: 'replay', at: get('from'), tracks: seen(get('from')) })];
    const [fromMs, toMs] = [Date.parse(get('from')), Date.parse(get('to'))];
    for (
      let ms = fromMs + Number(get('step_s')) * 1000, seq = 2;
      ms <= toMs;
      ms += Number(get('step_s')) * 1000
    )
      lines.push(delta(seq++, { epoch: 'replay', at: at(ms), tracks: { upsert: seen(at(ms)), remove: [] } }));
    lines.push({ type: 'ping', at: at(toMs), lag_s: 0 });
    return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
}

describe('looking back', () => {
  let server: PastServer;
  let past: Past;
  let left: number;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new PastServer();
    vi.stubGlobal('fetch', (path: string) => Promise.resolve(server.answer(path)));
    left = 0;
    past = new Past({
      now: () => NOON_MS,
      replaced: () => undefined,
      changed: () => undefined,
      left: () => (left += 1),
    });
  });

  afterEach(() => {
    past.toPresent();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const lon = () => past.picture?.tracks.get('t')?.lon;

  it('says of when the map is only once that is drawn', async () => {
    past.go(NOON_MS - 10 * 60_000);
    expect([past.isOut, past.atMs, past.picture]).toEqual([true, null, null]);
    await vi.advanceTimersByTimeAsync(10);

    expect([past.atMs, lon(), past.waiting]).toEqual([NOON_MS - 10 * 60_000, 50, false]);
  });

  it('asks for the newest of many instants, not for each', async () => {
    for (let minute = 1; minute <= 30; minute++) past.go(NOON_MS - minute * 60_000);
    await vi.advanceTimersByTimeAsync(10);

    expect([past.atMs, lon()]).toEqual([NOON_MS - 30 * 60_000, 30]);
    expect(server.asked.length).toBeLessThan(4);
  });

  it('plays on from stretch to stretch, stands at the present, and stays the past there', async () => {
    past.speed = 600;
    past.play(NOON_MS - 20 * 60_000);
    await vi.advanceTimersByTimeAsync(1_050);
    expect(lon()).toBe(50);
    await vi.advanceTimersByTimeAsync(3_000);

    expect([past.playing, past.isOut, past.atMs]).toEqual([false, true, NOON_MS]);
  });

  it('goes on at another speed and with other knowledge from where it is', async () => {
    past.play(NOON_MS - 20 * 60_000);
    await vi.advanceTimersByTimeAsync(1_000);
    const before = past.atMs ?? 0;
    past.setSpeed(1);
    past.setKnowledge('corrected');
    await vi.advanceTimersByTimeAsync(500);

    expect(past.atMs ?? 0).toBeGreaterThan(before);
    expect(server.asked.at(-1)).toContain('step_s=30&as=corrected');
  });

  it('is over with one call, and with an instant that is not yet', async () => {
    past.go(NOON_MS - 60_000);
    await vi.advanceTimersByTimeAsync(10);
    past.goBy(2 * 60_000);

    expect([past.isOut, past.picture, past.atMs, left]).toEqual([false, null, null, 1]);
  });

  it('says what failed, and keeps what is drawn', async () => {
    past.go(NOON_MS - 60_000);
    await vi.advanceTimersByTimeAsync(10);
    server.answer = () => Response.json({ code: 'unavailable' }, { status: 503 });
    past.go(NOON_MS - 2 * 60_000);
    await vi.advanceTimersByTimeAsync(10);

    expect(past.failed).toContain('cannot take this now');
    expect(past.atMs).toBe(NOON_MS - 60_000);
  });
});
