import { afterEach, describe, expect, it } from 'vitest';
import { age, dateTimeGroup, instantOf, localClock, zulu } from './instant';
import { measureIn, measures, nextMeasures } from './measures.svelte';
import { degrees, degreesMinutesSeconds, gridReference } from './place';
import { altitude, course, distance, speed } from './quantity';

const AT = Date.UTC(2026, 10, 22, 14, 37, 12);

describe('instants', () => {
  it('are told in Zulu and as a date-time group', () => {
    expect([zulu(AT), dateTimeGroup(AT)]).toEqual(['14:37:12Z', '221437ZNOV26']);
  });

  it.each([
    [-5_000, 'now'],
    [999, 'now'],
    [42_000, '42 s'],
    [99_999, '99 s'],
    [100_000, '1 min'],
    [22 * 60_000, '22 min'],
    [3 * 3600_000 + 5 * 60_000, '3 h 05'],
    [5 * 86_400_000, '5 d'],
  ])('%i ms ago is %s', (ms, words) => {
    expect(age(ms)).toBe(words);
  });

  it('that are missing or no instants are null', () => {
    expect([instantOf(null), instantOf(''), instantOf('yesterday')]).toEqual([null, null, null]);
  });
});

describe('the local clock', () => {
  it('is that of the place, in summer and in winter, with how far it is from Zulu', () => {
    const [summer, winter] = [Date.UTC(2026, 6, 1, 22, 5), Date.UTC(2026, 10, 22, 14, 37)];

    expect(localClock(summer, 'Asia/Nicosia')).toBe('01:05 GMT+3');
    expect(localClock(winter, 'Asia/Nicosia')).toBe('16:37 GMT+2');
  });
});

describe('places', () => {
  it('are told in degrees with their hemispheres', () => {
    expect(degrees(33.347, 35.204)).toBe('35.20400° N  33.34700° E');
    expect(degrees(-70.5, -33.25)).toBe('33.25000° S  70.50000° W');
  });

  it('are told in degrees, minutes and seconds', () => {
    expect(degreesMinutesSeconds(33.347, 35.204)).toBe('35°12′14.4″N 033°20′49.2″E');
  });

  it('carry seconds that round to sixty over into the minute', () => {
    expect(degreesMinutesSeconds(-0.9999999, 35.9999999)).toBe('36°00′00.0″N 001°00′00.0″W');
  });

  // The corner of zone 31 at the equator, by definition of the grid: 500 km east at its central meridian.
  it('are told on the grid', () => {
    expect(gridReference(3, 0)).toBe('31N EA 00000 00000');
  });

  it('beyond the grid have no reference', () => {
    expect([gridReference(0, 85), gridReference(0, -81)]).toEqual([null, null]);
  });
});

describe('measures', () => {
  it('are in knots by air and sea, and in kilometres an hour on land', () => {
    expect(speed(10, 'uav')).toBe('19 kn');
    expect(speed(10, 'vehicle')).toBe('36 km/h');
    expect(speed(10, null)).toBe('36 km/h');
  });

  it('that are missing show as a dash, never as nought', () => {
    expect([speed(null, 'foot'), course(null), altitude(null), distance(null)]).toEqual(['–', '–', '–', '–']);
    expect([speed(0, 'foot'), course(0), altitude(0)]).toEqual(['0 km/h', '000°', '0 m (0 ft)']);
  });

  it('never show a course of 360', () => {
    expect(course(359.7)).toBe('000°');
  });

  it.each([
    [112.4, '112 m'],
    [4_249, '4.2 km'],
    [38_400, '38 km'],
  ])('%d m is %s', (metres, words) => {
    expect(distance(metres)).toBe(words);
  });

  describe('of another kind', () => {
    afterEach(() => measureIn('metric'));

    const written = () => [
      ...[112.4, 1_500, 4_249, 38_400].map(distance),
      speed(10, 'vehicle'),
      speed(10, 'uav'),
      altitude(125),
    ];

    it('are feet and miles, or what is written on charts', () => {
      measureIn('feet');
      expect(written()).toEqual(['369 ft', '4,921 ft', '2.6 mi', '24 mi', '22 mph', '19 kn', '410 ft']);
      measureIn('nautical');
      expect(written()).toEqual(['112 m', '1,500 m', '2.3 nm', '21 nm', '19 kn', '19 kn', '410 ft']);
    });

    it('are chosen in turn, and remembered here', () => {
      const seen = [0, 1, 2].map(() => {
        measureIn(nextMeasures());
        return measures();
      });

      expect(seen).toEqual(['feet', 'nautical', 'metric']);
      expect(localStorage.getItem('accord.measures')).toBe('metric');
    });
  });
});
