/** What an officer says of a feature that he draws, and what is sent of it. Reads text; asks and draws nothing. */

import type { Geometry } from 'geojson';
import { instantFrom } from '../format/when';
import type { Feature } from '../picture/nouns';
import type { Fault } from '../session/http';
import type { Form } from './sketch';

/** What may be drawn, by the form that it has. A place may be an area in a mission file; here it is a point. */
export const FORMS: Readonly<Record<string, Form>> = {
  ceasefire_line: 'line',
  technical_fence: 'line',
  buffer_zone: 'area',
  area_of_limitation: 'area',
  no_fly_zone: 'area',
  restricted_area: 'area',
  sector: 'area',
  area_of_operations: 'area',
  crossing_point: 'point',
  position: 'point',
  storage_site: 'point',
  patrol_route: 'line',
};

export const SIDED: ReadonlySet<string> = new Set(['ceasefire_line', 'technical_fence']);

/** A rule as a mission file words it. */
export type Worded = Readonly<Record<string, unknown>> & { rule: string; id: string };

interface Preset {
  rule: string;
  says?: Readonly<Record<string, unknown>>;
}

const ON_LINES: readonly Preset[] = [{ rule: 'line_crossing' }, { rule: 'airspace_violation' }];
const ON_ZONES: readonly Preset[] = [
  { rule: 'zone_incursion' },
  { rule: 'airspace_violation' },
  { rule: 'restricted_weapon', says: { platforms: ['armour', 'artillery'] } },
  { rule: 'firing' },
  { rule: 'status_quo' },
];

/** The rules that are offered for a kind, the likeliest first. They stand alone, with a margin. */
export function presetsFor(kind: string): readonly Preset[] {
  if (SIDED.has(kind)) return ON_LINES;
  if (FORMS[kind] === 'area') return kind === 'no_fly_zone' ? swapped(ON_ZONES) : ON_ZONES;
  return FORMS[kind] === 'point' ? [{ rule: 'status_quo' }] : [];
}

function swapped([first, second, ...others]: readonly Preset[]): readonly Preset[] {
  return [second, first, ...others].filter((each) => each !== undefined);
}

/** Ground that is only organised is watched where somebody asks for it. */
const UNWATCHED: ReadonlySet<string> = new Set(['sector', 'area_of_operations', 'position', 'storage_site']);

export function usualRule(kind: string): string {
  return UNWATCHED.has(kind) ? '' : (presetsFor(kind)[0]?.rule ?? '');
}

/** All that can be at fault in the form. */
export type Field = 'shape' | 'name' | 'left' | 'right' | 'radius' | 'from' | 'rule' | 'margin';

export interface Proposal {
  kind: string;
  name: string;
  left: string;
  right: string;
  /** Metres, of a point. */
  radius: string;
  /** When it begins: nothing is now. */
  from: string;
  /** A preset's rule for a new feature, else the id of one of its own; empty is none. */
  rule: string;
  margin: string;
  severity: string;
  party: string;
}

export const DRAWN_FIRST = 'restricted_area';

export function newProposal(kind = DRAWN_FIRST): Proposal {
  return {
    ...{ kind, name: '', left: '', right: '', radius: '', from: '' },
    ...{ rule: usualRule(kind), margin: '50', severity: 'high', party: '' },
  };
}

export function proposalOf({ properties }: Feature): Proposal {
  const { kind, name, left, right, radius_m: radiusM } = properties;
  return {
    ...newProposal(kind),
    ...{ name, left: left ?? '', right: right ?? '', radius: radiusM?.toString() ?? '', rule: '' },
  };
}

/** The rule that was chosen for a new feature, worded; null for none. */
export function wordedRule({ kind, rule, margin, severity, party }: Proposal): Worded | null {
  const preset = presetsFor(kind).find((each) => each.rule === rule);
  if (!preset) return null;
  const who = party === '' ? {} : { parties: [party] };
  return {
    rule,
    id: rule.replaceAll('_', '-'),
    margin_m: numberOf(margin),
    severity,
    ...who,
    ...preset.says,
  };
}

/** A GeoJSON Feature as it is sent. `valid_from` is left out for now, by the server's clock. */
export interface Body {
  type: 'Feature';
  id: string;
  geometry: Geometry;
  properties: Record<string, unknown>;
}

export type Read = { ok: true; body: Body } | { ok: false; field: Field };

/** What to send, or the first field that cannot be read. */
export function read(proposal: Proposal, id: string, geometry: Geometry, nowMs: number): Read {
  const { kind, name, left, right, radius, from, margin } = proposal;
  const isPoint = geometry.type === 'Point';
  const fromMs = instantFrom(from, nowMs);
  if (name.trim() === '') return { ok: false, field: 'name' };
  if (SIDED.has(kind) && left === '') return { ok: false, field: 'left' };
  if (SIDED.has(kind) && (right === '' || right === left)) return { ok: false, field: 'right' };
  if (isPoint && radius.trim() !== '' && !(numberOf(radius) > 0)) return { ok: false, field: 'radius' };
  if (!(numberOf(margin) >= 0)) return { ok: false, field: 'margin' };
  if (fromMs === null) return { ok: false, field: 'from' };
  const properties = {
    ...{ kind, name: name.trim() },
    ...(SIDED.has(kind) && { left, right }),
    ...(isPoint && radius.trim() !== '' && { radius_m: numberOf(radius) }),
    ...(from.trim() !== '' && { valid_from: new Date(fromMs).toISOString() }),
  };
  return { ok: true, body: { type: 'Feature', id, geometry, properties } };
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text.replace(',', '.'));
}

const WHERE: readonly (readonly [RegExp, Field])[] = [
  [/margin_m$/, 'margin'],
  [/rule/, 'rule'],
  [/radius_m$/, 'radius'],
  [/valid_(from|to)$|^from$/, 'from'],
  [/left$/, 'left'],
  [/right$/, 'right'],
  [/name$/, 'name'],
  [/geometry/, 'shape'],
];

/** The field of the form that a fault of the server's is about; null where it has none. */
export function fieldOfFault({ field }: Fault): Field | null {
  return WHERE.find(([pattern]) => pattern.test(field))?.[1] ?? null;
}
