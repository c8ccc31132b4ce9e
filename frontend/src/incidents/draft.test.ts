import { describe, expect, it } from 'vitest';
import { type Draft, read } from './draft';

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
