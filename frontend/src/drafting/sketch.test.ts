import type { Geometry } from 'geojson';
import { describe, expect, it } from 'vitest';
import {
  canSpare,
  cornersOf,
  emptySketch,
  geometryOf,
  inserted,
  isWhole,
  middlesOf,
  moved,
  sketchOf,
  without,
  type Sketch,
} from './sketch';

const SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]; // prettier-ignore
const HOLE = [[1, 1], [1, 2], [2, 2], [1, 1]]; // prettier-ignore
const FAR = [[10, 0], [12, 0], [12, 2], [10, 0]]; // prettier-ignore

function drawn(geometry: Geometry): Sketch {
  return sketchOf(geometry) ?? emptySketch('point');
}

describe('a sketch', () => {
  it.each<Geometry>([
    { type: 'Point', coordinates: [33, 35] },
    { type: 'LineString', coordinates: [[33, 35], [34, 35.5]] }, // prettier-ignore
    { type: 'MultiLineString', coordinates: [[[33, 35], [34, 35]], [[35, 35], [36, 35]]] }, // prettier-ignore
    { type: 'Polygon', coordinates: [SQUARE, HOLE] },
    { type: 'MultiPolygon', coordinates: [[SQUARE, HOLE], [FAR]] },
    { type: 'LineString', coordinates: [[179.5, 10], [-179.5, 10]] }, // prettier-ignore
  ])('gives back the $type that it was made of', (geometry) => {
    expect(geometryOf(drawn(geometry))).toEqual(geometry);
  });

  it('is made of no collection', () => {
    expect(sketchOf({ type: 'GeometryCollection', geometries: [] })).toBeNull();
  });

  it('becomes whole with its third corner, and closes itself', () => {
    const corners = [{ lon: 33, lat: 35 }, { lon: 34, lat: 35 }, { lon: 34, lat: 36.000000049 }]; // prettier-ignore
    const steps = corners.map((_each, n) =>
      corners
        .slice(0, n + 1)
        .reduce((sketch, place, at) => inserted(sketch, { part: 0, at }, place), emptySketch('area')),
    );

    expect(steps.map(isWhole)).toEqual([false, false, true]);
    expect(geometryOf(steps[2] ?? emptySketch('area'))).toEqual({
      type: 'Polygon',
      coordinates: [[[33, 35], [34, 35], [34, 36], [33, 35]]], // prettier-ignore
    });
  });

  it('takes no corner twice in a row, and a point one place only', () => {
    const here = { lon: 33, lat: 35 };
    const once = inserted(emptySketch('line'), { part: 0, at: 0 }, here);

    expect(inserted(once, { part: 0, at: 1 }, { ...here })).toBe(once);
    expect(
      cornersOf(inserted(drawn({ type: 'Point', coordinates: [1, 2] }), { part: 0, at: 1 }, here)),
    ).toEqual([{ part: 0, at: 0, ...here }]);
  });

  it('has a middle on every edge, that of an area’s last one too', () => {
    const area = drawn({ type: 'Polygon', coordinates: [SQUARE] });
    const line = drawn({ type: 'LineString', coordinates: [[0, 0], [4, 2], [6, 2]] }); // prettier-ignore

    expect(middlesOf(area).at(-1)).toEqual({ part: 0, at: 4, lon: 0, lat: 2 });
    expect(middlesOf(line).map(({ lon, lat }) => [lon, lat])).toEqual([[2, 1], [5, 2]]); // prettier-ignore
  });

  it('is changed in the part that is meant, and spares no corner that it needs', () => {
    const both = drawn({ type: 'MultiPolygon', coordinates: [[SQUARE, HOLE], [FAR]] });

    const after = without(
      moved(both, { part: 1, at: 0 }, { lon: 1.5, lat: 0.5 }),
      { part: 0, at: 3 }, // prettier-ignore
    );
    expect(after.parts.map((part) => part.length)).toEqual([3, 3, 3]);
    expect(after.parts[1]?.[0]).toEqual({ lon: 1.5, lat: 0.5 });
    expect([both, after].map((each) => canSpare(each, { part: 0, at: 0 }))).toEqual([true, false]);
  });
});
