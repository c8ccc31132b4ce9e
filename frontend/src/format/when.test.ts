import { describe, expect, it } from 'vitest';
import { instantFrom, whenFrom } from './when';

const NOON = Date.UTC(2026, 10, 25, 12, 0);

describe('when it happened', () => {
  it.each([
    ['', '2026-11-25T12:00:00.000Z'],
    ['-5', '2026-11-25T11:55:00.000Z'],
    ['1137', '2026-11-25T11:37:00.000Z'],
    ['11:37z', '2026-11-25T11:37:00.000Z'],
    ['1203', '2026-11-25T12:03:00.000Z'],
    ['1437', '2026-11-24T14:37:00.000Z'],
    ['241437Z', '2026-11-24T14:37:00.000Z'],
    ['312359ZDEC25', '2025-12-31T23:59:00.000Z'],
  ])('is read of %j', (text, instant) => {
    expect(new Date(whenFrom(text, NOON) ?? 0).toISOString()).toBe(instant);
  });

  it.each(['yesterday', '2500', '1160', '261200Z', '310000ZNOV26', '251200ZXXX26', '12', '-'])(
    'is not guessed of %j',
    (text) => {
      expect(whenFrom(text, NOON)).toBeNull();
    },
  );
});

describe('when something is to begin', () => {
  it.each([
    ['', '2026-11-25T12:00:00.000Z'],
    ['-5', '2026-11-25T11:55:00.000Z'],
    ['+90', '2026-11-25T13:30:00.000Z'],
    ['281437Z', '2026-11-28T14:37:00.000Z'],
    ['010600ZDEC26', '2026-12-01T06:00:00.000Z'],
    ['1974-08-16', '1974-08-16T00:00:00.000Z'],
    ['2026-12-01 06:30', '2026-12-01T06:30:00.000Z'],
    ['2026-12-01T06:30:15Z', '2026-12-01T06:30:15.000Z'],
  ])('is read of %j, ahead of the clock too', (text, instant) => {
    expect(new Date(instantFrom(text, NOON) ?? 0).toISOString()).toBe(instant);
  });

  it.each(['1437', 'tomorrow', '310000ZNOV26', '2026-02-30', '2026-13-01', '2026-12-01 25:00'])(
    'is not guessed of %j',
    (text) => {
      expect(instantFrom(text, NOON)).toBeNull();
    },
  );
});
