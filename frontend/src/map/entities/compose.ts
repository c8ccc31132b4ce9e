/** Which pictures and strokes a frame of entities is made of: symbols or marks, pips, leaders, operator ties. */

import type { Palette } from '../palette';
import { IDENTITIES } from '../../symbols/sidc';
import { symbolPicture } from '../../symbols/picture';
import type { Atlas, Cell } from './atlas';
import type { Batch, StrokeLook } from './batch';
import type { Detail } from './declutter';
import { markStamp, pipStamp } from './marks';
import { type Occupancy, project, type Screen, type Visible } from './screen';
import { bracketStamp, doubtStamp, operatorStamp, staleStamp } from './stamps';
import { type EntityStore, LIVE, LOST, STALE } from './store';

/** The leader ends where the entity will be after this time at its present course and speed. */
const LEADER_S = 90;
const SHORTEST_LEADER_PX = 20;
const LONGEST_LEADER_PX = 110;
const MOVING_M_S = 0.5;

export interface Composition {
  store: EntityStore;
  visible: Visible;
  selected: string | null;
  /** Who is in an open breach: always drawn whole, and above the rest. */
  alarmed: ReadonlySet<string>;
  detail: Detail;
  palette: Palette;
  screen: Screen;
  occupancy: Occupancy;
  symbols: Atlas;
  pictures: Batch;
  strokes: Batch;
  ratio: number;
}

/** What is old lies below what is live, who is in a breach above both, and the selected one on top. */
export function composeEntities(frame: Composition): void {
  const { store, visible, alarmed } = frame;
  const apart = new Set<number | undefined>();
  for (const id of alarmed) apart.add(store.rowOf(id));
  const marks: Cell[] = [];
  for (const status of [LOST, STALE, LIVE]) {
    for (let i = 0; i < visible.count; i++) {
      const row = visible.rows[i] ?? 0;
      if (store.status[row] !== status || apart.has(row)) continue;
      if (frame.detail.symbols) composeSymbol(frame, i, row);
      else composeMark(frame, i, row, marks);
    }
  }
  for (let i = 0; apart.size > 0 && i < visible.count; i++) {
    const row = visible.rows[i] ?? 0;
    if (apart.has(row)) composeSymbol(frame, i, row);
  }
  composeSelected(frame);
}

function greyOf(status: number): number {
  return status === LIVE ? 0 : status === LOST ? 1 : 0.8;
}

function opacityOf(status: number): number {
  return status === LIVE ? 1 : status === LOST ? 0.4 : 0.75;
}

/** `cells` are those of this frame, by look: ten thousand marks look in few ways. */
function composeMark(
  { store, visible, detail, palette, symbols, pictures, ratio }: Composition,
  i: number,
  row: number,
  cells: Cell[],
): void {
  const look =
    (((store.party[row] ?? -1) + 1) * 4 + (store.identity[row] ?? 0)) * 2 + (store.airborne[row] ?? 0);
  const cell = (cells[look] ??= symbols.cell(`mark/${look}`, () =>
    markStamp(
      IDENTITIES[store.identity[row] ?? 0] ?? 'unknown',
      store.party[row] ?? -1,
      store.airborne[row] === 1,
      palette,
      ratio,
    ),
  ));
  const status = store.status[row] ?? LOST;
  const [x, y] = [visible.at[i * 2] ?? 0, visible.at[i * 2 + 1] ?? 0];
  pictures.quad(x, y, cell, detail.scale, greyOf(status), opacityOf(status));
}

function composeSymbol(frame: Composition, i: number, row: number): void {
  const { store, visible, detail, palette, symbols, pictures, occupancy, ratio } = frame;
  const scale = detail.symbolScale;
  const status = store.status[row] ?? LOST;
  const x = visible.at[i * 2] ?? 0;
  const y = visible.at[i * 2 + 1] ?? 0;
  const cell = symbolCell(frame, row);
  if (status === LIVE) composeLeader(frame, row, x, y);
  composeOperator(frame, row, x, y);
  pictures.quad(x, y, cell, scale, greyOf(status), opacityOf(status));
  occupancy.take(
    x - cell.anchorX * scale + 3,
    y - cell.anchorY * scale + 3,
    cell.width * scale - 6,
    cell.height * scale - 6,
  );
  const party = store.party[row] ?? -1;
  if (party >= 0) {
    const pips = symbols.cell(`pips/${party}`, () => pipStamp(party, palette, ratio));
    pictures.quad(x, y + (cell.height - cell.anchorY) * scale, pips, 1, 0, opacityOf(status));
  }
  if (status !== LIVE) {
    const ring = symbols.cell('stale', () => staleStamp(palette.entities, ratio));
    pictures.quad(x, y, ring, scale, 0, opacityOf(status));
  }
  if (store.doubtful[row]) {
    const badge = symbols.cell('doubt', () => doubtStamp(palette.entities, ratio));
    pictures.quad(x + 15 * scale, y - 12 * scale, badge, scale, 0, 1);
  }
}

function symbolCell({ store, symbols, palette, ratio }: Composition, row: number): Cell {
  const sidc = store.sidcs[row] ?? '';
  return symbols.cell(sidc, () => symbolPicture(sidc, palette.symbols, ratio));
}

function composeLeader(
  { store, screen, strokes, palette }: Composition,
  row: number,
  x: number,
  y: number,
): void {
  const speed = store.speedMS[row] ?? NaN;
  const course = ((store.courseDeg[row] ?? NaN) * Math.PI) / 180;
  if (!(speed >= MOVING_M_S) || Number.isNaN(course)) return;
  const step = speed * LEADER_S * (store.metre[row] ?? 0);
  const aheadX = (store.x[row] ?? 0) + Math.sin(course) * step;
  const aheadY = (store.y[row] ?? 0) - Math.cos(course) * step;
  if (!project(screen, aheadX, aheadY, SCRATCH, 0)) return;
  const dx = (SCRATCH[0] ?? 0) - x;
  const dy = (SCRATCH[1] ?? 0) - y;
  const far = Math.hypot(dx, dy);
  if (far < 0.01) return;
  // Never so short that the heading hides under the symbol, nor so long that a jet's crosses the map.
  const shown = Math.min(LONGEST_LEADER_PX, Math.max(SHORTEST_LEADER_PX, far)) / far;
  const { rim, leader } = strokesOf(palette);
  strokes.stroke(x, y, x + dx * shown, y + dy * shown, rim);
  strokes.stroke(x, y, x + dx * shown, y + dy * shown, leader);
}

function composeOperator(frame: Composition, row: number, x: number, y: number): void {
  const { store, screen, strokes, pictures, symbols, palette, ratio } = frame;
  const operatorX = store.operatorX[row] ?? NaN;
  if (Number.isNaN(operatorX)) return;
  if (!project(screen, operatorX, store.operatorY[row] ?? 0, SCRATCH, 0)) return;
  const [toX = 0, toY = 0] = SCRATCH;
  strokes.stroke(x, y, toX, toY, strokesOf(palette).tie);
  const ring = symbols.cell('operator', () => operatorStamp(palette.entities, ratio));
  pictures.quad(toX, toY, ring, 1, 0, 1);
}

function composeSelected(frame: Composition): void {
  const { store, selected, screen, pictures, symbols, palette, ratio } = frame;
  const row = selected === null ? undefined : store.rowOf(selected);
  if (row === undefined) return;
  if (!project(screen, store.x[row] ?? 0, store.y[row] ?? 0, SCRATCH, 0)) return;
  const [x = 0, y = 0] = SCRATCH;
  const live = store.status[row] === LIVE;
  pictures.quad(x, y, symbolCell(frame, row), 1, live ? 0 : 0.8, live ? 1 : 0.8);
  const bracket = symbols.cell('bracket', () => bracketStamp(palette.entities, ratio));
  pictures.quad(x, y, bracket, 1, 0, 1);
}

const SCRATCH = new Float32Array(2);

interface Strokes {
  rim: StrokeLook;
  leader: StrokeLook;
  tie: StrokeLook;
}

const strokesBy = new Map<Palette, Strokes>();

function strokesOf(palette: Palette): Strokes {
  let strokes = strokesBy.get(palette);
  if (!strokes) {
    const { halo, leader, tie } = palette.entities;
    strokes = {
      rim: { width: 3.4, dash: 0, colour: rgba(halo, 0.7) },
      leader: { width: 1.6, dash: 0, colour: rgba(leader, 0.9) },
      tie: { width: 1.4, dash: 5, colour: rgba(tie, 0.8) },
    };
    strokesBy.set(palette, strokes);
  }
  return strokes;
}

function rgba(hex: string, opacity: number): StrokeLook['colour'] {
  const at = (start: number) => parseInt(hex.slice(start, start + 2), 16) / 255;
  return [at(1), at(3), at(5), opacity];
}
