import { describe, expect, it } from 'vitest';
import { type Draft, read, whenFrom } from './draft';

const NOON = Date.UTC(2026, 10, 25, 12, 0);
const DRAFT: Draft = {
  category: 'firing',
  title: '',
  severity: 'high',
  party: '',
  when: '',
  where: '35.17 N 33.36 E',
  description: '',
};

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

describe('what is sent of an incident', () => {
  it('has what was typed and nothing that was not', () => {
    expect(read(DRAFT, 'hq-1', NOON, 'Firing')).toEqual({
      ok: true,
      body: {
        incident: 'hq-1',
        observed_at: '2026-11-25T12:00:00.000Z',
        lon: 33.36,
        lat: 35.17,
        category: 'firing',
        title: 'Firing',
        severity: 'high',
      },
    });
  });

  it('takes a category of one’s own, a party and a story', () => {
    const draft = {
      ...DRAFT,
      category: ' Flare Drop ',
      title: 'Two flares',
      party: 'north',
      description: ' x ',
    };

    expect(read(draft, 'i', NOON, 'Other')).toMatchObject({
      body: { category: 'flare_drop', title: 'Two flares', party: 'north', description: 'x' },
    });
  });

  it.each([
    [{ category: ' ' }, 'category'],
    [{ when: 'soon' }, 'when'],
    [{ where: 'by the well' }, 'where'],
  ] as const)('is nothing while %j cannot be read', (over, field) => {
    expect(read({ ...DRAFT, ...over }, 'i', NOON, 'Firing')).toEqual({ ok: false, field });
  });
});
