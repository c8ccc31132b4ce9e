import type { FeatureCollection } from 'geojson';
import { describe, expect, it } from 'vitest';
import type { MapTool, Place } from '../map/place';
import { degreesTrue, mils } from './bearing';
import { measureIn } from '../format/measures.svelte';
import { legsOf, nextStepM, RING_COUNT, ringsDrawing, suitedStepM, totalM, wayDrawing } from './drawing';
import { between } from './geodesic';
import { toolKey } from './keys';
import { type Followed, Tools } from './tools.svelte';

const A = { lon: 33, lat: 35 };
const B = { lon: 33.01, lat: 35 };
const C = { lon: 33.01, lat: 35.01 };

function roles(drawing: FeatureCollection | null): unknown[] {
  return drawing?.features.map(({ properties }) => properties?.['role'] as unknown) ?? [];
}

/** A map that remembers what it was given. */
class FakeMap {
  tool: MapTool | null = null;
  drawn: FeatureCollection | null = null;
  middle: Place = A;

  use(tool: MapTool | null): void {
    this.tool = tool;
  }
  draw(_what: 'tool', features: FeatureCollection): void {
    this.drawn = features;
  }
  centre(): Place {
    return this.middle;
  }
  metresAPixel(): number {
    return 30;
  }
}

function inHand(selected: Followed | null = null): { map: FakeMap; tools: Tools } {
  const map = new FakeMap();
  const tools = new Tools(
    () => map,
    () => selected,
  );
  return { map, tools };
}

describe('measuring', () => {
  it('adds up its legs as the officer clicks, and shows the next one under the pointer', () => {
    const { map, tools } = inHand();

    tools.toggle('measure');
    map.tool?.placed(A, 0);
    map.tool?.placed(B, 0);
    map.tool?.moved(C);

    expect(tools.legs.map(({ bearingDeg }) => Math.round(bearingDeg))).toEqual([90]);
    expect(roles(map.drawn).filter((role) => role === 'way')).toHaveLength(2);
    expect(roles(map.drawn)).toContain('cursor');
  });

  it('ends with a double click, whose two clicks are one point, and stays to be read', () => {
    const { map, tools } = inHand();
    tools.toggle('measure');
    const { tool } = map;

    for (const place of [A, B, B]) tool?.placed({ ...place }, 0);
    tool?.finished();

    expect([tools.legs.length, map.tool, tools.out]).toEqual([1, null, 'measure']);
    expect(roles(map.drawn)).not.toContain('cursor');
  });

  it('goes by keyboard: a point in the middle, one back, and away', () => {
    const { map, tools } = inHand();
    tools.toggle('measure');

    tools.placeAtCentre();
    map.middle = B;
    tools.placeAtCentre();
    expect(tools.total).toBeCloseTo(912.89, 1);
    tools.takeBack();
    expect(tools.legs).toEqual([]);
    tools.putAway();

    expect([tools.out, map.tool, roles(map.drawn)]).toEqual([null, null, []]);
  });
});

describe('range rings', () => {
  it('stand where the officer clicks, and leave him the map again', () => {
    const { map, tools } = inHand();

    tools.toggle('rings');
    expect(tools.everyM).toBe(2000);
    map.tool?.placed(A, 0);

    expect([tools.centre, map.tool]).toEqual([A, null]);
    expect(roles(map.drawn).filter((role) => role === 'ring')).toHaveLength(RING_COUNT);
  });

  it('go with the selected track, and stay when it is gone', () => {
    const { tools } = inHand({ id: 't1', name: 'N-1', ...A });

    tools.toggle('rings');
    expect([tools.centre, tools.takesClicks]).toEqual([A, false]);
    tools.followOn((id) => (id === 't1' ? B : undefined));
    expect(tools.centre).toEqual(B);
    tools.followOn(() => undefined);

    expect(tools.centre).toEqual(B);
  });

  it('are put away by their own button, and by taking out another tool', () => {
    const { tools } = inHand({ id: 't1', name: 'N-1', ...A });

    tools.toggle('rings');
    tools.toggle('measure');
    expect([tools.out, tools.centre]).toEqual(['measure', null]);
    tools.toggle('measure');

    expect(tools.out).toBeNull();
  });

  it('are as far from the centre as they say, also across the antimeridian', () => {
    const centre = { lon: 179.99, lat: -10 };

    for (const { properties, geometry } of ringsDrawing(centre, 5000, String).features) {
      if (properties?.['role'] !== 'ring' || geometry.type !== 'LineString') continue;
      const lons = geometry.coordinates.map(([lon = 0]) => lon);
      expect(Math.max(...lons) - Math.min(...lons)).toBeLessThan(1);
      const metres = geometry.coordinates.map(
        ([lon = 0, lat = 0]) => between(centre, { lon, lat })?.distanceM,
      );
      const [first = 0] = metres;
      expect(first % 5000 < 0.01 || first % 5000 > 4999.99).toBe(true);
      for (const each of metres) expect(each).toBeCloseTo(first, 2);
    }
  });

  it('have a spacing that suits the view and steps that end', () => {
    expect([suitedStepM(0.1), suitedStepM(30), suitedStepM(1e6)]).toEqual([50, 2000, 200_000]);
    expect([nextStepM(1000, 1), nextStepM(1000, -1), nextStepM(50, -1)]).toEqual([2000, 500, 50]);
  });

  it('have a spacing that is round in the measures of the map', () => {
    measureIn('nautical');
    expect([nextStepM(2000, 0), nextStepM(1852, 1), nextStepM(1852, -1)]).toEqual([1852, 3704, 500]);
    measureIn('metric');
    expect(nextStepM(3704, 0)).toBe(2000);
  });
});

describe('the drawing of a way', () => {
  it('bends long legs as the ground does', () => {
    const drawing = wayDrawing([{ lon: 0, lat: 50 }, { lon: 90, lat: 50 }], null, () => ''); // prettier-ignore
    const way = drawing.features.find(({ properties }) => properties?.['role'] === 'way');
    const lats =
      way?.geometry.type === 'LineString' ? way.geometry.coordinates.map(([, lat = 0]) => lat) : [];

    expect(Math.max(...lats)).toBeGreaterThan(58);
  });

  it('is empty without places', () => {
    expect([legsOf([]), totalM([]), legsOf([A])]).toEqual([[], 0, []]);
  });
});

describe('bearings', () => {
  it('have three digits and are never 360', () => {
    expect([0, 5.25, 58.34, 359.97].map(degreesTrue)).toEqual(['000.0°', '005.3°', '058.3°', '000.0°']);
    expect([0, 90, 359.99].map(mils)).toEqual(['0000 mil', '1600 mil', '0000 mil']);
  });
});

describe('the keys of the tools', () => {
  const press = (key: string, over: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...over });

  it('take tools out at any time, and lead them only while one is out', () => {
    expect([toolKey(press('d'), false), toolKey(press('R'), false)]).toEqual(['measure', 'rings']);
    expect([toolKey(press('Escape'), false), toolKey(press('Escape'), true)]).toEqual([null, 'put away']);
    expect(toolKey(press('Enter'), true)).toBe('place');
  });

  it('leave the browser its own, and typing to fields', () => {
    expect(toolKey(press('d', { ctrlKey: true }), false)).toBeNull();
    for (const tag of ['input', 'textarea', 'select']) {
      let heard: unknown = 'nothing';
      const field = document.createElement(tag);
      field.addEventListener('keydown', (event) => (heard = toolKey(event, true)));
      field.dispatchEvent(press('d'));
      expect(heard).toBeNull();
    }
  });
});
