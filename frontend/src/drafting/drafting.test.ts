import type { FeatureCollection } from 'geojson';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MapTool, Place } from '../map/place';
import { feature } from '../testing/builders';
import { Drafting } from './drafting.svelte';
import { Keeping } from './keeping.svelte';
import { fieldOfFault, FORMS, newProposal, presetsFor, proposalOf, read, wordedRule } from './proposal';
import { geometryOf } from './sketch';

const NOON = Date.UTC(2026, 10, 25, 12, 0);
const A = { lon: 33, lat: 35 };
const B = { lon: 33.1, lat: 35 };
const C = { lon: 33.1, lat: 35.1 };
const NEAR_B = { lon: 33.1001, lat: 35 };
const REACH_M = 50;
const POINT = { type: 'Point' as const, coordinates: [33, 35] };
const LINE = { type: 'LineString' as const, coordinates: [[33, 35], [33.2, 35]] }; // prettier-ignore

/** A map that remembers what it was given. */
class FakeMap {
  tool: MapTool | null = null;
  drawn: FeatureCollection | null = null;
  use = (tool: MapTool | null) => void (this.tool = tool);
  draw = (_what: 'tool', features: FeatureCollection) => void (this.drawn = features);
  flyOver = () => undefined;
  centre = (): Place => C;
  metresAPixel = () => 10;

  roles(): string[] {
    return this.drawn?.features.map(({ properties }) => String(properties?.['role'])) ?? [];
  }
}

function begun(): { map: FakeMap; drafting: Drafting } {
  const map = new FakeMap();
  const drafting = new Drafting(
    () => map,
    (side) => side.toUpperCase(),
    () => undefined,
  );
  drafting.begin();
  return { map, drafting };
}

describe('drawing', () => {
  it('goes on from click to click until the first corner is clicked again', () => {
    const { map, drafting } = begun();

    for (const place of [A, B, C]) map.tool?.placed(place, REACH_M);
    map.tool?.moved({ lon: 33.05, lat: 35.05 });
    expect([drafting.step, map.roles().includes('cursor')]).toEqual(['shape', true]);
    map.tool?.placed({ lon: 33.0001, lat: 35 }, REACH_M);

    expect([drafting.step, map.roles().includes('cursor')]).toEqual(['details', false]);
    expect(geometryOf(drafting.sketch)).toMatchObject({ type: 'Polygon' });
  });

  it('ends no shape that has too few corners, and takes them back one by one', () => {
    const { map, drafting } = begun();
    for (const place of [A, B]) map.tool?.placed(place, REACH_M);

    map.tool?.finished();
    expect(drafting.step).toBe('shape');
    for (let i = 0; i < 3; i++) drafting.takeBack();
    expect(drafting.sketch.parts).toEqual([[]]);
  });

  it('by keyboard puts what is typed and the middle of the map', () => {
    const { drafting } = begun();
    drafting.chooseKind('ceasefire_line');

    drafting.put(A);
    drafting.putAtCentre();
    drafting.stepCorner(-1);
    drafting.put(B);

    expect(geometryOf(drafting.sketch)).toEqual({ type: 'LineString', coordinates: [[33, 35], [33.1, 35]] }); // prettier-ignore
  });

  it('keeps what was drawn for a kind of the same form only', () => {
    const { map, drafting } = begun();
    map.tool?.placed(A, REACH_M);

    drafting.chooseKind('no_fly_zone');
    expect([drafting.sketch.parts[0]?.length, drafting.proposal?.rule]).toEqual([1, 'airspace_violation']);
    drafting.chooseKind('position');
    expect([drafting.sketch.form, drafting.sketch.parts[0]?.length]).toEqual(['point', 0]);
  });

  it('leaves nothing on the map when it is over', () => {
    const { map, drafting } = begun();
    map.tool?.placed(A, REACH_M);

    drafting.end();

    expect([map.tool, map.roles()]).toEqual([null, []]);
  });
});

describe('a feature that is redrawn', () => {
  const line = feature('line', LINE, { name: 'The line', left: 'north', right: 'buffer' });

  it('has its corners and the middles between them dragged, and spares no end that it needs', () => {
    const { map, drafting } = begun();
    drafting.choose(line);

    drafting.stepCorner(1);
    drafting.takeBack();
    expect(drafting.sketch.parts[0]).toHaveLength(2);
    expect(map.tool?.grabbed?.(NEAR_B, REACH_M)).toBe(true);
    map.tool?.moved(C);
    map.tool?.dropped?.();
    map.tool?.moved(A);

    expect(geometryOf(drafting.sketch)).toEqual({
      type: 'LineString',
      coordinates: [[33, 35], [33.1, 35.1], [33.2, 35]], // prettier-ignore
    });
    expect(map.tool?.grabbed?.({ lon: 34, lat: 35 }, REACH_M)).toBe(false);
  });

  it('has its sides named on the map, left of the way it is drawn', () => {
    const { map, drafting } = begun();
    drafting.choose(line);

    const sides = map.drawn?.features.filter(({ properties }) => properties?.['role'] === 'side') ?? [];
    const lats = sides.map(({ geometry }) => (geometry.type === 'Point' ? geometry.coordinates[1] : 0));
    expect(sides.map(({ properties }) => properties?.['name'] as unknown)).toEqual(['NORTH', 'BUFFER']);
    expect((lats[0] ?? 0) > 35 && (lats[1] ?? 0) < 35).toBe(true);
  });
});

describe('what is sent of a feature', () => {
  const said = { ...newProposal('ceasefire_line'), name: ' New line ', left: 'north', right: 'south' };

  it('begins now by the server’s clock, unless its day is said', () => {
    const now = read(said, 'x', LINE, NOON);
    const later = read({ ...said, from: '2026-12-01' }, 'x', LINE, NOON);

    expect(now).toEqual({
      ok: true,
      body: {
        type: 'Feature',
        id: 'x',
        geometry: LINE,
        properties: { kind: 'ceasefire_line', name: 'New line', left: 'north', right: 'south' },
      },
    });
    expect(later).toMatchObject({ body: { properties: { valid_from: '2026-12-01T00:00:00.000Z' } } });
  });

  it.each([
    [{ name: ' ' }, 'name'],
    [{ left: '' }, 'left'],
    [{ right: 'north' }, 'right'],
    [{ from: 'soon' }, 'from'],
    [{ margin: 'wide' }, 'margin'],
  ] as const)('is nothing while %j does not fit', (over, field) => {
    expect(read({ ...said, ...over }, 'x', LINE, NOON)).toEqual({ ok: false, field });
  });

  it('has a radius where it is a point', () => {
    const post = { ...newProposal('position'), name: 'OP 1', radius: '150,5' };

    expect(read(post, 'x', POINT, NOON)).toMatchObject({ body: { properties: { radius_m: 150.5 } } });
    expect(read({ ...post, radius: '-1' }, 'x', POINT, NOON)).toEqual({ ok: false, field: 'radius' });
  });

  it('has a rule that may stand there, with its margin and whom it watches', () => {
    expect(wordedRule({ ...newProposal('buffer_zone'), party: 'north', margin: '80' })).toEqual({
      ...{ rule: 'zone_incursion', id: 'zone-incursion', margin_m: 80, severity: 'high' },
      parties: ['north'],
    });
    expect(wordedRule({ ...newProposal('buffer_zone'), rule: '' })).toBeNull();
    for (const kind of Object.keys(FORMS))
      for (const { rule } of presetsFor(kind))
        expect(wordedRule({ ...newProposal(kind), rule })?.rule).toBe(rule);
  });

  it('is all that the version had, where it is redrawn', () => {
    const old = feature('post', POINT, { kind: 'position', name: 'OP 1', radius_m: 300 });

    expect(proposalOf(old)).toMatchObject({ kind: 'position', name: 'OP 1', radius: '300', from: '' });
  });
});

describe('a refusal', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['properties.rules[0].margin_m', 'margin'],
    ['properties.rules[0].rule', 'rule'],
    ['properties.radius_m', 'radius'],
    ['properties.valid_from', 'from'],
    ['geometry.coordinates', 'shape'],
    ['id', null],
  ])('about %s is shown at %s', (field, where) => {
    expect(fieldOfFault({ field, message: '' })).toBe(where);
  });

  it('of a crossed outline leads back to the shape', async () => {
    const { map, drafting } = begun();
    for (const place of [A, B, C]) map.tool?.placed(place, REACH_M);
    drafting.finish();
    const keeping = new Keeping(drafting, () => NOON, vi.fn());
    const faults = [{ feature: 'x', field: 'geometry.coordinates', message: 'is not a valid polygon' }];
    vi.stubGlobal('fetch', () =>
      Promise.resolve(Response.json({ code: 'invalid', faults }, { status: 422 })),
    );

    await keeping.keep({ ...newProposal(), name: 'Depot' });

    expect([drafting.step, keeping.faults.shape]).toEqual([
      'shape',
      expect.stringContaining('valid polygon'),
    ]);
  });

  it('because somebody else changed the mission keeps the drawing for the next try', async () => {
    const { drafting } = begun();
    drafting.choose(feature('line', LINE, { left: 'north', right: 'south' }));
    drafting.finish();
    const saved: string[] = [];
    const keeping = new Keeping(drafting, () => NOON, (words) => saved.push(words)); // prettier-ignore
    const over: unknown[] = [];
    let tag = '"1"';
    vi.stubGlobal('fetch', (_path: string, { method, headers }: RequestInit) => {
      if (method === 'GET') return Promise.resolve(Response.json({ rules: [] }, { headers: { ETag: tag } }));
      over.push((headers as Record<string, string>)['If-Match']);
      const status = over.length === 1 ? 409 : 200;
      return Promise.resolve(Response.json({ code: 'stale' }, { status }));
    });
    const said = proposalOf(feature('line', LINE, { left: 'north', right: 'south' }));

    await keeping.restart();
    tag = '"2"';
    await keeping.keep(said);
    expect(keeping.faults.all).toContain('changed the mission');
    expect([saved, drafting.proposal?.kind]).toEqual([[], 'ceasefire_line']);
    await keeping.keep(said);

    expect([over, saved.length, drafting.proposal]).toEqual([['"1"', '"2"'], 1, null]);
  });
});
