/** The military grid of what is in view: zones far above, then squares of 100 km down to 100 m, named as MGRS names them. */

import type { Feature, FeatureCollection, Position } from 'geojson';
import { forward } from 'mgrs';
import type { View } from './graticule';
import { fromUtm, toUtm } from './utm';

const SPACINGS_M = [100_000, 10_000, 1000, 100];
const FEWEST_LINES = 3;
/** Wider views show zones alone. */
const WIDEST_DEG = 24;
const METRES_A_DEGREE = 111_320;
const STEPS = 12;
const BAND_LETTERS = 'CDEFGHJKLMNPQRSTUVWX';
const SOUTHERNMOST = -80;
const NORTHERNMOST = 84;

/** A cell of zone and band: 6° by 8°, but for the north's exceptions. */
interface Cell extends View {
  zone: number;
  name: string;
}

export function mgrsGrid(view: View): FeatureCollection {
  const wide = view.east - view.west > WIDEST_DEG;
  const features = cellsIn(view).flatMap((cell) => [
    ...outline(cell),
    ...(wide ? [] : squares(clipped(cell, view), cell.zone, spacingM(view))),
  ]);
  return { type: 'FeatureCollection', features };
}

/** The widest squares of which a view holds a few. */
export function spacingM({ west, east, south, north }: View): number {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const width = (east - west) * METRES_A_DEGREE * shrink;
  return SPACINGS_M.find((spacing) => width / spacing >= FEWEST_LINES) ?? 100;
}

function cellsIn(view: View): Cell[] {
  const cells: Cell[] = [];
  for (const [band, letter] of [...BAND_LETTERS].entries()) {
    const south = SOUTHERNMOST + band * 8;
    const north = letter === 'X' ? NORTHERNMOST : south + 8;
    if (north <= view.south || south >= view.north) continue;
    // Views beyond the antimeridian count their longitudes on.
    for (let turn = Math.floor((view.west + 180) / 360); turn * 360 - 180 < view.east; turn++) {
      for (let zone = 1; zone <= 60; zone++) {
        const span = spanOf(zone, letter);
        if (!span) continue;
        const [west, east] = [span[0] + turn * 360, span[1] + turn * 360];
        if (east > view.west && west < view.east)
          cells.push({ west, east, south, north, zone, name: `${zone}${letter}` });
      }
    }
  }
  return cells;
}

/** Norway and Svalbard have zones of their own widths. */
const EXCEPTIONS: Record<string, [number, number] | null> = {
  ...{ '31V': [0, 3], '32V': [3, 12] },
  ...{
    '31X': [0, 9],
    '32X': null,
    '33X': [9, 21],
    '34X': null,
    '35X': [21, 33],
    '36X': null,
    '37X': [33, 42],
  },
};

function spanOf(zone: number, letter: string): [west: number, east: number] | null {
  const exception = EXCEPTIONS[`${zone}${letter}`];
  if (exception !== undefined) return exception;
  return [zone * 6 - 186, zone * 6 - 180];
}

function clipped(cell: Cell, view: View): View {
  return {
    west: Math.max(cell.west, view.west),
    east: Math.min(cell.east, view.east),
    south: Math.max(cell.south, view.south),
    north: Math.min(cell.north, view.north),
  };
}

function outline({ west, east, south, north, name }: Cell): Feature[] {
  return [
    line([[west, south], [west, north]], 'zone', ''),
    line([[west, south], [east, south]], 'zone', ''),
    { type: 'Feature', properties: { role: 'zone-name', name }, geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] } },
  ]; // prettier-ignore
}

function squares(box: View, zone: number, spacing: number): Feature[] {
  const isSouth = box.north <= 0;
  const turn = Math.round((box.west - (zone * 6 - 183)) / 360) * 360;
  const corners = [box.west, (box.west + box.east) / 2, box.east].flatMap((lon) =>
    [box.south, box.north].map((lat) => toUtm(lon - turn, lat, zone, isSouth)),
  );
  const eastings = corners.map(({ eastingM }) => eastingM);
  const northings = corners.map(({ northingM }) => northingM);
  const [least, most] = [Math.min(...eastings), Math.max(...eastings)];
  const [lowest, highest] = [Math.min(...northings), Math.max(...northings)];
  const at = (eastingM: number, northingM: number): Position => {
    const [lon, lat] = fromUtm({ zone, eastingM, northingM, south: isSouth });
    return [lon + turn, lat];
  };
  const features: Feature[] = [];
  for (let easting = Math.ceil(least / spacing) * spacing; easting <= most; easting += spacing) {
    const whole = steps(lowest, highest).map((northing) => at(easting, northing));
    features.push(
      ...pieces(whole, box).map((piece) => line(piece, roleOf(easting), digits(easting, spacing))),
    );
  }
  for (let northing = Math.ceil(lowest / spacing) * spacing; northing <= highest; northing += spacing) {
    const whole = steps(least, most).map((easting) => at(easting, northing));
    features.push(
      ...pieces(whole, box).map((piece) => line(piece, roleOf(northing), digits(northing, spacing))),
    );
  }
  return [...features, ...squareNames(box, least, most, lowest, highest, at)];
}

/** The two letters of each square of 100 km, in the middle of what is seen of it. */
function squareNames(
  box: View,
  least: number,
  most: number,
  lowest: number,
  highest: number,
  at: (eastingM: number, northingM: number) => Position,
): Feature[] {
  const SQUARE_M = 100_000;
  const features: Feature[] = [];
  for (let e = Math.floor(least / SQUARE_M) * SQUARE_M; e < most; e += SQUARE_M) {
    for (let n = Math.floor(lowest / SQUARE_M) * SQUARE_M; n < highest; n += SQUARE_M) {
      const middleE = (Math.max(e, least) + Math.min(e + SQUARE_M, most)) / 2;
      const middleN = (Math.max(n, lowest) + Math.min(n + SQUARE_M, highest)) / 2;
      const coordinates = at(middleE, middleN);
      const [lon = 0, lat = 0] = coordinates;
      if (lon < box.west || lon > box.east || lat < box.south || lat > box.north) continue;
      const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
      const name = /^\d+[A-Z]([A-Z]{2})/.exec(forward([wrapped, lat], 1))?.[1] ?? '';
      features.push({
        type: 'Feature',
        properties: { role: 'square-name', name },
        geometry: { type: 'Point', coordinates },
      });
    }
  }
  return features;
}

function steps(from: number, to: number): number[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => from + ((to - from) * i) / STEPS);
}

/** What of a line lies in the box, cut at its edges. */
function pieces(points: Position[], { west, east, south, north }: View): Position[][] {
  const found: Position[][] = [];
  let open: Position[] | null = null;
  for (const [i, to] of points.slice(1).entries()) {
    const from = points[i] ?? to;
    const cut = cutTo(from, to, west, east, south, north);
    if (!cut) {
      open = null;
      continue;
    }
    if (!open) found.push((open = [cut[0]]));
    open.push(cut[1]);
    if (cut[1] !== to) open = null;
  }
  return found;
}

/** Liang and Barsky's clipping of a straight leg; null where none of it is inside. */
function cutTo(
  from: Position,
  to: Position,
  west: number,
  east: number,
  south: number,
  north: number,
): [Position, Position] | null {
  const [x = 0, y = 0] = from;
  const [dx, dy] = [(to[0] ?? 0) - x, (to[1] ?? 0) - y];
  let [enter, leave] = [0, 1];
  for (const [p, q] of [[-dx, x - west], [dx, east - x], [-dy, y - south], [dy, north - y]] as const) {
    if (p === 0 && q < 0) return null;
    if (p < 0) enter = Math.max(enter, q / p);
    if (p > 0) leave = Math.min(leave, q / p);
  } // prettier-ignore
  if (enter >= leave) return null;
  const point = (t: number): Position => [x + dx * t, y + dy * t];
  return [enter > 0 ? point(enter) : from, leave < 1 ? point(leave) : to];
}

function roleOf(metres: number): string {
  return metres % 100_000 === 0 ? 'square' : 'line';
}

/** `34` on a line of whole kilometres, as it is printed on a map's edge. */
function digits(metres: number, spacing: number): string {
  if (spacing >= 100_000) return '';
  const count = Math.max(1, 5 - Math.log10(spacing));
  const within = (((metres % 100_000) + 100_000) % 100_000) / spacing;
  return String(Math.round(within)).padStart(Math.round(count), '0');
}

function line(coordinates: Position[], role: string, name: string): Feature {
  return { type: 'Feature', properties: { role, name }, geometry: { type: 'LineString', coordinates } };
}
