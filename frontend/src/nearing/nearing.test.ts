import { describe, expect, it } from 'vitest';
import { type Distances, readingsOf } from './distances';
import { marksOf, nearestTo, plotOf, spanOf } from './plot';

const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const SPAN = { fromMs: NOON - 60 * MINUTE, toMs: NOON };
const BOX = { width: 600, height: 106 };

type Told = Distances['positions'][number];

function told(over: Partial<Told>): Told {
  return {
    observed_at: '2026-11-22T11:30:00Z',
    distance_m: 100,
    side: 'left',
    speed_m_s: null,
    leg_speed_m_s: null,
    ...over,
  };
}

const readings = (...positions: Told[]) =>
  readingsOf({ feature: 'f', feature_name: 'F', reports: positions.length, positions });

describe('what is read off', () => {
  it('is below nought inside a zone and right of a line, and keeps its side past the end of one', () => {
    const sides = ['left', 'right', null, 'inside', 'outside'] as const;

    expect(readings(...sides.map((side) => told({ side }))).map(({ awayM }) => awayM)).toEqual([
      100, -100, -100, -100, 100,
    ]);
  });

  it('is the speed reported, else that of the way, and nothing where no line was in force', () => {
    const [first, second, third] = readings(
      told({ speed_m_s: 0, leg_speed_m_s: 3 }),
      told({ leg_speed_m_s: 3 }),
      told({ distance_m: null, side: null }),
    );

    expect([first?.speedMS, second?.speedMS, third?.speedMS, third?.awayM]).toEqual([0, 3, null, null]);
  });
});

describe('a plot', () => {
  const at = (minutesAgo: number, value: number) => ({ atMs: NOON - minutesAgo * MINUTE, value });

  it('spans the time and keeps nought in view, a curve of one sign standing on it', () => {
    const plot = plotOf([at(60, 50), at(57, 100)], SPAN, BOX);

    expect(plot).toMatchObject({ curve: 'M0 53L30 3', zeroY: 103, least: 50, most: 100 });
    expect(plot?.area).toBe('M0 103L0 53L30 3L30 103Z');
  });

  it('puts nought between what is on either side of the edge', () => {
    expect(plotOf([at(1, -100), at(0, 100)], SPAN, BOX)?.zeroY).toBe(53);
  });

  it('draws no line over a silence, and a lone report as a dot', () => {
    const many = Array.from({ length: 100 }, (_, i) => at(50 - i / 10, 1));
    const plot = plotOf([...many, at(10, 1)], SPAN, BOX);

    expect(plot?.curve.split('M')).toHaveLength(3);
    expect(plot?.dots).toEqual([{ x: 500, y: 3 }]);
  });

  it('of nothing is nothing, and of a still thing is flat', () => {
    expect(plotOf([], SPAN, BOX)).toBeNull();
    expect(plotOf([at(9, 0), at(8, 0)], SPAN, BOX)?.curve).toBe('M510 103L520 103');
  });
});

describe('the time of a chart', () => {
  it.each([
    ['an hour', null, 60],
    ['an hour, for an alert of now', 1, 60],
    ['since ten minutes before an older alert', 300, 310],
    ['a day at most', 5000, 1440],
  ])('is %s', (_what, alertMinutesAgo, minutes) => {
    const span = spanOf(NOON, alertMinutesAgo === null ? null : NOON - alertMinutesAgo * MINUTE);

    expect(span).toEqual({ fromMs: NOON - minutes * MINUTE, toMs: NOON });
  });

  it('has round marks, few enough for its width', () => {
    expect(
      marksOf({ fromMs: NOON - 59 * MINUTE, toMs: NOON + MINUTE }).map((ms) => (ms - NOON) / MINUTE),
    ).toEqual([-45, -30, -15, 0]);
    expect(marksOf({ fromMs: NOON - 1440 * MINUTE, toMs: NOON })).toHaveLength(3);
  });

  it('is read at the report next to the pointer', () => {
    const all = [{ atMs: 0 }, { atMs: 10 }, { atMs: 20 }];

    expect([nearestTo(all, 14)?.atMs, nearestTo(all, -9)?.atMs, nearestTo([], 1)]).toEqual([
      10,
      0,
      undefined,
    ]);
  });
});
