import { describe, expect, it } from 'vitest';
import { emptyPicture, type Picture } from '../picture/picture';
import { apply } from '../picture/apply';
import { feature, incident, judged, snapshot, track, violation } from '../testing/builders';
import { boundsOf } from './bounds';
import { along, circle, drawnLength, labelPlace, reached } from './geometry';
import { graticule, spacingFor } from './graticule';
import { incidentMark } from './images';
import { incidents } from './layers/incidents';
import { interference } from './layers/interference';
import { lines, sideText, tickSide } from './layers/lines';
import { places } from './layers/places';
import { versions } from './layers/versions';
import { violations } from './layers/violations';
import { zones } from './layers/zones';

function held(over: Parameters<typeof snapshot>[0]): Picture {
  const picture = emptyPicture();
  apply(picture, snapshot(over));
  return picture;
}

function propertiesOf(
  layer: { features(p: Picture): Record<string, { features: unknown[] }> },
  picture: Picture,
  source: string,
) {
  const found = layer.features(picture)[source]?.features as { properties: Record<string, unknown> }[];
  return found.map(({ properties }) => properties);
}

describe('the sides of a line', () => {
  /** Where text ends up: its offset in its own frame, turned by its rotation, as east and north. */
  function landing(bearingDeg: number, side: 'left' | 'right'): { east: number; north: number } {
    const { rotateDeg, below } = sideText(bearingDeg, side);
    const turn = (rotateDeg * Math.PI) / 180;
    return { east: -below * Math.sin(turn), north: -below * Math.cos(turn) };
  }

  it.each([0, 30, 89, 90, 91, 135, 180, 200, 269, 270, 271, 300, 359])(
    'are named upright and on the right side where the line runs %i°',
    (bearing) => {
      const direction = (bearing * Math.PI) / 180;
      for (const side of ['left', 'right'] as const) {
        const { east, north } = landing(bearing, side);
        const cross = Math.sin(direction) * north - Math.cos(direction) * east;

        expect(Math.sign(Math.round(cross * 1e6))).toBe(side === 'left' ? 1 : -1);
        expect(Math.abs(sideText(bearing, side).rotateDeg)).toBeLessThanOrEqual(90);
      }
    },
  );

  it('carry the tick of the party, not of the buffer zone', () => {
    expect([
      tickSide('north', 'buffer'),
      tickSide('buffer', 'south'),
      tickSide('a', 'b'),
      tickSide(null, null),
    ]).toEqual(['left', 'right', 'left', 'left']);
  });

  it('are told by the party’s name', () => {
    const line = feature(
      'l',
      {
        type: 'LineString',
        coordinates: [
          [33, 35],
          [34, 35],
        ],
      },
      { left: 'north', right: 'buffer' },
    );
    const texts = propertiesOf(lines, held({ features: [line] }), 'line-texts').map(({ text }) => text);

    expect(new Set(texts)).toEqual(new Set(['l', 'Northern Force', 'Buffer']));
  });
});

describe('geometry', () => {
  it('walks along a line by its drawn length', () => {
    const places = along(
      [
        [0, 0],
        [1, 0],
        [3, 0],
      ],
      [0, 0.5, 1],
    );

    expect(places.map(({ lon }) => lon)).toEqual([0, 1.5, 3]);
    expect(places.every(({ bearingDeg }) => Math.abs(bearingDeg - 90) < 1e-9)).toBe(true);
  });

  it('survives lines of one point, or of none', () => {
    expect(along([[5, 6]], [0.5])[0]).toMatchObject({ lon: 5 });
    expect(drawnLength([])).toBe(0);
  });

  it('goes as far as it is told', () => {
    const [lon, lat] = reached(33, 0, 90, 111_195.08);

    expect(lon).toBeCloseTo(34, 4);
    expect(lat).toBeCloseTo(0, 6);
  });

  it('closes its circles', () => {
    const ring = circle(33, 35, 500).coordinates[0] ?? [];

    expect(ring[0]).toEqual(ring.at(-1));
  });

  it('puts a name into the largest part', () => {
    const small = [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ],
    ];
    const large = [
      [
        [10, 10],
        [14, 10],
        [14, 14],
        [10, 14],
        [10, 10],
      ],
    ];

    expect(labelPlace([small, large])).toEqual([12, 12]);
    expect(labelPlace([])).toBeNull();
  });
});

describe('the first view', () => {
  it('is of the lines where there are any', () => {
    const far = feature('ao', { type: 'Point', coordinates: [50, 50] }, { kind: 'position' });
    const line = feature('l', {
      type: 'LineString',
      coordinates: [
        [33, 35],
        [34, 36],
      ],
    });

    expect(boundsOf(held({ features: [far, line] }))).toEqual([33, 35, 34, 36]);
  });

  it('takes the short way round across the antimeridian', () => {
    const line = feature('l', {
      type: 'LineString',
      coordinates: [
        [179.5, -1],
        [-179.5, 1],
      ],
    });

    expect(boundsOf(held({ features: [line] }))).toEqual([179.5, -1, 180.5, 1]);
  });

  it('is of the tracks in a mission without features, and of nothing without tracks', () => {
    expect(boundsOf(held({ tracks: [track('a', { lon: 1, lat: 2 })] }))).toEqual([1, 2, 1, 2]);
    expect(boundsOf(emptyPicture())).toBeNull();
  });
});

describe('the graticule', () => {
  it('has a spacing that gives some lines, not hundreds', () => {
    for (const width of [0.02, 0.3, 2, 20, 360]) {
      const count = width / spacingFor(width);
      expect(count).toBeLessThan(20);
    }
  });

  it('names its lines, also beyond the antimeridian', () => {
    const names = graticule({ west: 178, south: -1, east: 182, north: 1 }).features.map(
      (line) => line.properties?.['name'] as string,
    );

    expect(names).toContain('178°E');
    expect(names).toContain('179°30′W');
    expect(names).toContain('0°N');
  });
});

describe('layers', () => {
  it('draw a zone as hatched by its kind, and a crossing point given by a radius as a circle', () => {
    const ring = [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ];
    const picture = held({
      features: [
        feature('z', { type: 'Polygon', coordinates: ring }, { kind: 'buffer_zone' }),
        feature('s', { type: 'Polygon', coordinates: ring }, { kind: 'sector', name: 'Sector 1' }),
        feature('c', { type: 'Point', coordinates: [33, 35] }, { kind: 'crossing_point', radius_m: 50 }),
      ],
    });

    expect(propertiesOf(zones, picture, 'zones').map(({ kind }) => kind)).toEqual([
      'buffer_zone',
      'sector',
      'crossing_point',
    ]);
    expect(propertiesOf(zones, picture, 'zone-names').map(({ name }) => name)).toEqual(['Sector 1']);
    expect(propertiesOf(places, picture, 'places').map(({ id }) => id)).toEqual(['c']);
  });

  it('draw every incident, also of a category nobody foresaw', () => {
    const picture = held({
      incidents: [incident('a'), incident('b', { category: '???', severity: 'flash' })],
    });

    expect(propertiesOf(incidents, picture, 'incidents').map(({ image }) => image)).toEqual([
      'incident-high-firing',
      'incident-flash-other',
    ]);
  });

  it.each([
    ['shots_fired', 'firing'],
    ['Drone overflight', 'air'],
    ['earthworks', 'works'],
    ['restriction_of_movement', 'person'],
    ['', 'other'],
  ])('marks the category %s as %s', (category, mark) => {
    expect(incidentMark(category)).toBe(mark);
  });

  it('draw red only what is urgent, and nothing of what was withdrawn', () => {
    const picture = held({
      violations: [
        violation('urgent'),
        violation('late critical', { severity: 'critical', late: true }),
        violation('in hand', judged('acknowledged')),
        violation('withdrawn', { status: 'withdrawn' }),
      ],
    });

    expect(propertiesOf(violations, picture, 'violations').map(({ id, image }) => [id, image])).toEqual([
      ['urgent', 'violation-urgent-high'],
      ['late critical', 'violation-high'],
      ['in hand', 'violation-settled-high'],
    ]);
  });
});

describe('versions of lines that do not hold now', () => {
  const line = { type: 'LineString' as const, coordinates: [[33, 35], [34, 35]] }; // prettier-ignore

  it('are drawn with their dates, apart from the one that holds', () => {
    const picture = held({
      features: [
        feature('l', line, { name: 'Line', valid_to: '1974-08-16T00:00:00Z' }),
        feature('l', line, {
          name: 'Line',
          valid_from: '1974-08-16T00:00:00Z',
          valid_to: '2027-01-01T00:00:00Z',
        }),
        feature('l', line, { name: 'Line', valid_from: '2027-01-01T00:00:00Z' }),
      ],
    });

    expect(propertiesOf(versions, picture, 'versions')).toEqual([
      { name: 'Line · … – 1974-08-16', coming: false },
      { name: 'Line · 2027-01-01 – …', coming: true },
    ]);
    expect(propertiesOf(lines, picture, 'lines')).toHaveLength(1);
  });
});

describe('an area of interference', () => {
  it('is on the map while its alert is open, as wide as its units were apart', () => {
    const jammed = violation('a', { rule: 'gnss_interference', radius_m: 1000 });
    const picture = held({ violations: [jammed, { ...jammed, id: 'b', open: false }, violation('c')] });

    const [area, ...others] = interference.features(picture)['interference']?.features ?? [];
    const [[east]] =
      area?.geometry.type === 'Polygon' ? [area.geometry.coordinates[0]?.slice(16, 17) ?? []] : [[]];

    expect(others).toEqual([]);
    expect((east?.[0] ?? 0) - jammed.lon).toBeCloseTo(1 / (111.195 * Math.cos((35.1 * Math.PI) / 180)), 4);
  });
});
