import { describe, expect, it } from 'vitest';
import { track } from '../testing/builders';
import { isValidSidc } from './picture';
import { drawnSidc, genericSidc, identityOf, isAirborne } from './sidc';

const PLATFORMS = [
  'foot',
  'vehicle',
  'armour',
  'artillery',
  'aircraft',
  'helicopter',
  'uav',
  'vessel',
  'static',
  null,
];
const IDENTITIES = [
  'pending',
  'unknown',
  'assumed_friend',
  'friend',
  'neutral',
  'suspect',
  'hostile',
] as const;

describe('the symbol of a track', () => {
  it('is its own code where that can be read', () => {
    const drawn = drawnSidc(track('a', { sidc: '10031000001211000000' }), isValidSidc);

    expect(drawn).toEqual({ sidc: '10031000001211000000', doubtful: false });
  });

  it.each(['SFGPUCI----D---', '130310000012110000000000000000'])('takes code %s too', (sidc) => {
    expect(drawnSidc(track('a', { sidc }), isValidSidc)).toEqual({ sidc, doubtful: false });
  });

  // The fourth is a bare set that milsymbol calls valid and draws nothing of.
  it.each([
    'hello',
    '',
    '10031099999999990000',
    '10032500000000000000',
    '1003100000',
    '<b>x</b>',
    '9'.repeat(5000),
  ])('is generic and marked doubtful where the code is %s', (sidc) => {
    const drawn = drawnSidc(track('a', { sidc }), isValidSidc);

    expect(drawn.doubtful).toBe(true);
    expect(isValidSidc(drawn.sidc)).toBe(true);
  });

  it('is generic and not doubtful where there is no code', () => {
    expect(drawnSidc(track('a', { sidc: null }), isValidSidc).doubtful).toBe(false);
  });

  it('can be drawn for every affiliation and platform, and tells them apart', () => {
    const codes = IDENTITIES.flatMap((affiliation) =>
      PLATFORMS.map((platform) => genericSidc({ affiliation, platform, party: 'north' })),
    );

    expect(codes.filter((code) => !isValidSidc(code))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('has a frame even for words that nobody foresaw', () => {
    const code = genericSidc({ affiliation: 'martian' as never, platform: 'saucer', party: 'north' });

    expect(isValidSidc(code)).toBe(true);
    expect(code[3]).toBe('1');
  });
});

describe('what a code’s frame says', () => {
  it.each([
    ['10031000001211000000', 'friend', false],
    ['10061000001211000000', 'hostile', false],
    ['10050100001103000000', 'hostile', true],
    ['10040100001103000000', 'neutral', true],
    ['10011000000000000000', 'unknown', false],
    ['SFGPUCI----D---', 'friend', false],
    ['SHAPMFQ----D---', 'hostile', true],
    ['SNGPU------D---', 'neutral', false],
    ['SUGPU------D---', 'unknown', false],
    ['', 'unknown', false],
  ])('of %s is %s', (sidc, identity, airborne) => {
    expect([identityOf(sidc), isAirborne(sidc)]).toEqual([identity, airborne]);
  });
});
