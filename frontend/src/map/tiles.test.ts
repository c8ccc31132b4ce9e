import { describe, expect, it } from 'vitest';
import { THEMES } from '../theme/theme';
import { PALETTES } from './palette';
import { type TileFile, tileStyles } from './tiles';

const FILE: TileFile = { url: '/tiles', tiles: 'vector', min_zoom: 0, max_zoom: 14 };

describe.each(THEMES)('a mission’s own base map by %s', (theme) => {
  it('lies on the land and the sea of the palette, water over land and names above all', () => {
    const layers = tileStyles(FILE, PALETTES[theme]);
    const ids = layers.map(({ id }) => id.replace('mission-tiles-', ''));

    expect(ids.indexOf('earth')).toBe(0);
    expect(ids.indexOf('water')).toBeGreaterThan(ids.indexOf('landuse-built'));
    expect(ids.at(-1)).toBe('places');
    expect(layers[0]?.paint).toMatchObject({ 'fill-color': PALETTES[theme].land });
  });

  it('has no borders: whose land it is, a map of streets does not say', () => {
    const layers = tileStyles(FILE, PALETTES[theme]);

    expect(
      layers.filter((layer) => 'source-layer' in layer && layer['source-layer'] === 'boundaries'),
    ).toEqual([]);
  });

  it('dims pictures', () => {
    const [picture] = tileStyles({ ...FILE, tiles: 'raster' }, PALETTES[theme]);

    expect(picture?.type).toBe('raster');
    expect((picture?.paint as Record<string, number>)['raster-opacity']).toBeLessThan(1);
  });
});
