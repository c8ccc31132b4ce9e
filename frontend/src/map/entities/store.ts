/** The moving entities as typed arrays, ready to draw: a row a track. Knows no WebGL and no picture. */

import type { Track } from '../../picture/nouns';
import type { Moves } from '../../protocol/frames';
import { drawnSidc, IDENTITIES, identityOf, isAirborne } from '../../symbols/sidc';

export const LIVE = 0;
export const STALE = 1;
export const LOST = 2;
const STATUS: Record<Track['status'], number> = { live: LIVE, stale: STALE, lost: LOST };

type Column = Float64Array | Float32Array | Uint8Array | Int8Array;

export class EntityStore {
  size = 0;
  ids: string[] = [];
  labels: string[] = [];
  sidcs: string[] = [];
  /** Web Mercator in units of the world, doubles: floats jump by metres when zoomed in. */
  x = new Float64Array(0);
  y = new Float64Array(0);
  /** Displacement of one metre north, in the same units: a metre grows with latitude. */
  metre = new Float64Array(0);
  courseDeg = new Float32Array(0);
  speedMS = new Float32Array(0);
  status = new Uint8Array(0);
  doubtful = new Uint8Array(0);
  /** Index into IDENTITIES, as the symbol's frame says it. */
  identity = new Uint8Array(0);
  airborne = new Uint8Array(0);
  /** Place of its party in the mission's list; −1 for the mission's own and for strangers to the list. */
  party = new Int8Array(0);
  private parties: readonly string[] = [];
  private partyIds: string[] = [];
  /** The drone's operator; NaN where there is none. */
  operatorX = new Float64Array(0);
  operatorY = new Float64Array(0);
  private readonly rows = new Map<string, number>();

  constructor(private readonly isValidSidc: (sidc: string) => boolean) {}

  /** The id of the party of a row's unit. */
  partyOf(row: number): string {
    return this.partyIds[row] ?? '';
  }

  rowOf(id: string): number | undefined {
    return this.rows.get(id);
  }

  replace(tracks: Iterable<Track>): void {
    this.size = 0;
    this.rows.clear();
    for (const track of tracks) this.put(track);
  }

  change(upsert: readonly Track[], remove: readonly string[]): void {
    for (const track of upsert) this.put(track);
    for (const id of remove) this.drop(id);
  }

  /** What only moved keeps its symbol and its name. */
  move({ id, lon, lat, course_deg, speed_m_s, status }: Moves): void {
    for (let i = 0; i < id.length; i++) {
      const row = this.rows.get(id[i] ?? '');
      if (row === undefined) continue;
      this.place(row, lon[i] ?? NaN, lat[i] ?? NaN);
      this.courseDeg[row] = course_deg?.[i] ?? NaN;
      this.speedMS[row] = speed_m_s?.[i] ?? NaN;
      this.status[row] = STATUS[status?.[i] ?? 'live'];
    }
  }

  private place(row: number, lon: number, lat: number): void {
    this.x[row] = worldX(lon);
    this.y[row] = worldY(lat);
    this.metre[row] = worldMetre(lat);
  }

  /** The parties in the mission's order: colours go by it. */
  setParties(parties: readonly string[]): void {
    this.parties = parties;
    for (let row = 0; row < this.size; row++) this.party[row] = parties.indexOf(this.partyIds[row] ?? '');
  }

  private put(track: Track): void {
    let row = this.rows.get(track.id);
    if (row === undefined) {
      row = this.size++;
      if (row >= this.x.length) this.grow();
      this.rows.set(track.id, row);
      this.ids[row] = track.id;
    }
    const drawn = drawnSidc(track, this.isValidSidc);
    this.sidcs[row] = drawn.sidc;
    this.doubtful[row] = drawn.doubtful ? 1 : 0;
    this.identity[row] = IDENTITIES.indexOf(identityOf(drawn.sidc));
    this.airborne[row] = isAirborne(drawn.sidc) ? 1 : 0;
    this.partyIds[row] = track.party;
    this.party[row] = this.parties.indexOf(track.party);
    this.labels[row] = labelOf(track);
    this.place(row, track.lon, track.lat);
    this.courseDeg[row] = track.course_deg ?? NaN;
    this.speedMS[row] = track.speed_m_s ?? NaN;
    this.status[row] = STATUS[track.status];
    const operator = operatorOf(track);
    this.operatorX[row] = operator ? worldX(operator[0]) : NaN;
    this.operatorY[row] = operator ? worldY(operator[1]) : NaN;
  }

  /** The last row takes the place of the dropped one. */
  private drop(id: string): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    this.rows.delete(id);
    const last = --this.size;
    if (row === last) return;
    for (const column of [this.ids, this.labels, this.sidcs, this.partyIds]) column[row] = column[last] ?? '';
    for (const column of this.numbers()) column[row] = column[last] ?? NaN;
    this.rows.set(this.ids[row] ?? '', row);
  }

  private numbers(): Column[] {
    const { x, y, metre, courseDeg, speedMS, status, operatorX, operatorY } = this;
    const { doubtful, identity, airborne, party } = this;
    return [
      x,
      y,
      metre,
      courseDeg,
      speedMS,
      status,
      operatorX,
      operatorY,
      doubtful,
      identity,
      airborne,
      party,
    ];
  }

  private grow(): void {
    const length = Math.max(256, this.x.length * 2);
    this.x = grown(this.x, new Float64Array(length));
    this.y = grown(this.y, new Float64Array(length));
    this.metre = grown(this.metre, new Float64Array(length));
    this.operatorX = grown(this.operatorX, new Float64Array(length));
    this.operatorY = grown(this.operatorY, new Float64Array(length));
    this.courseDeg = grown(this.courseDeg, new Float32Array(length));
    this.speedMS = grown(this.speedMS, new Float32Array(length));
    this.status = grown(this.status, new Uint8Array(length));
    this.doubtful = grown(this.doubtful, new Uint8Array(length));
    this.identity = grown(this.identity, new Uint8Array(length));
    this.airborne = grown(this.airborne, new Uint8Array(length));
    this.party = grown(this.party, new Int8Array(length));
  }
}

function grown<T extends Column>(old: T, into: T): T {
  into.set(old);
  return into;
}

/** Where a drone is flown from, where the server tells it. */
function operatorOf({ drone }: Track): [number, number] | null {
  if (!drone || drone.operator_lon === null || drone.operator_lat === null) return null;
  return [drone.operator_lon, drone.operator_lat];
}

function labelOf(track: Track): string {
  return track.callsign ?? track.sources[0]?.unit ?? '';
}

export function worldX(lon: number): number {
  return lon / 360 + 0.5;
}

export function worldY(lat: number): number {
  const sin = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

const EARTH_ROUND_M = 40_075_016.686;

function worldMetre(lat: number): number {
  return 1 / (EARTH_ROUND_M * Math.cos((lat * Math.PI) / 180));
}
