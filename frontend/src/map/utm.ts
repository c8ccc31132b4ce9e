/** Universal Transverse Mercator on WGS84, by Krüger's series to the fourth order (Karney 2011): well below a millimetre. */

const A_M = 6_378_137;
const F = 1 / 298.257223563;
const N = F / (2 - F);
const K0 = 0.9996;
const FALSE_EASTING_M = 500_000;
const FALSE_NORTHING_M = 10_000_000;
const RAD = Math.PI / 180;
const E = Math.sqrt(F * (2 - F));
const RECTIFYING_M = (A_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);

const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49_561 / 161_280) * N ** 4,
];
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - (1 / 360) * N ** 4,
  (1 / 48) * N ** 2 + (1 / 15) * N ** 3 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161_280) * N ** 4,
];
/** From conformal to geographic latitude. */
const DELTA = [
  2 * N - (2 / 3) * N ** 2 - 2 * N ** 3 + (116 / 45) * N ** 4,
  (7 / 3) * N ** 2 - (8 / 5) * N ** 3 - (227 / 45) * N ** 4,
  (56 / 15) * N ** 3 - (136 / 35) * N ** 4,
  (4279 / 630) * N ** 4,
];

export interface Utm {
  zone: number;
  /** Metres; northings of the southern hemisphere are counted from ten million. */
  eastingM: number;
  northingM: number;
  south: boolean;
}

function centralMeridian(zone: number): number {
  return zone * 6 - 183;
}

/** Where a place lies in a zone, its own or a neighbour's. */
export function toUtm(lon: number, lat: number, zone: number, south: boolean): Utm {
  const phi = lat * RAD;
  const lambda = (lon - centralMeridian(zone)) * RAD;
  const sin = Math.sin(phi);
  const t = Math.sinh(Math.atanh(sin) - E * Math.atanh(E * sin));
  const xi = Math.atan2(t, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(t, Math.cos(lambda)));
  let [x, y] = [eta, xi];
  for (const [i, alpha] of ALPHA.entries()) {
    const order = 2 * (i + 1);
    x += alpha * Math.cos(order * xi) * Math.sinh(order * eta);
    y += alpha * Math.sin(order * xi) * Math.cosh(order * eta);
  }
  return {
    zone,
    eastingM: FALSE_EASTING_M + K0 * RECTIFYING_M * x,
    northingM: (south ? FALSE_NORTHING_M : 0) + K0 * RECTIFYING_M * y,
    south,
  };
}

/** Degrees lon, lat of a place in a zone. */
export function fromUtm({ zone, eastingM, northingM, south }: Utm): [lon: number, lat: number] {
  const xi = (northingM - (south ? FALSE_NORTHING_M : 0)) / (K0 * RECTIFYING_M);
  const eta = (eastingM - FALSE_EASTING_M) / (K0 * RECTIFYING_M);
  let [x, y] = [eta, xi];
  for (const [i, beta] of BETA.entries()) {
    const order = 2 * (i + 1);
    x -= beta * Math.cos(order * xi) * Math.sinh(order * eta);
    y -= beta * Math.sin(order * xi) * Math.cosh(order * eta);
  }
  const chi = Math.asin(Math.sin(y) / Math.cosh(x));
  const phi = DELTA.reduce((sum, delta, i) => sum + delta * Math.sin(2 * (i + 1) * chi), chi);
  return [centralMeridian(zone) + Math.atan2(Math.sinh(x), Math.cos(y)) / RAD, phi / RAD];
}
