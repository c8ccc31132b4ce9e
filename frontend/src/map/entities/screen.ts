/** From world coordinates to the screen, and who gets a label there. Pure arithmetic. */

import type { EntityStore } from './store';

export interface Screen {
  /** 4×4, column by column: world (0–1 Mercator) to clip space. */
  matrix: ArrayLike<number>;
  /** CSS pixels. */
  width: number;
  height: number;
  /** World x of the centre: what is drawn is the copy of the world nearest to it. */
  centreX: number;
}

/** Screen position of world (x, y), into `out` as CSS pixels; false when behind the eye. */
export function project(screen: Screen, x: number, y: number, out: Float32Array, at: number): boolean {
  const m = screen.matrix;
  const near = x - Math.round(x - screen.centreX);
  const w = (m[3] ?? 0) * near + (m[7] ?? 0) * y + (m[15] ?? 1);
  if (w <= 0) return false;
  const clipX = ((m[0] ?? 0) * near + (m[4] ?? 0) * y + (m[12] ?? 0)) / w;
  const clipY = ((m[1] ?? 0) * near + (m[5] ?? 0) * y + (m[13] ?? 0)) / w;
  out[at] = (clipX * 0.5 + 0.5) * screen.width;
  out[at + 1] = (0.5 - clipY * 0.5) * screen.height;
  return true;
}

export interface Visible {
  count: number;
  /** Rows of the store, and their screen positions x, y in pairs. */
  rows: Int32Array;
  at: Float32Array;
}

export function newVisible(): Visible {
  return { count: 0, rows: new Int32Array(0), at: new Float32Array(2) };
}

/** Find what lies on the screen, or within `marginPx` of it. */
export function cull(store: EntityStore, screen: Screen, marginPx: number, visible: Visible): void {
  if (visible.rows.length < store.size) {
    visible.rows = new Int32Array(store.x.length);
    visible.at = new Float32Array(store.x.length * 2 + 2);
  }
  let count = 0;
  for (let row = 0; row < store.size; row++) {
    if (!project(screen, store.x[row] ?? 0, store.y[row] ?? 0, visible.at, count * 2)) continue;
    const x = visible.at[count * 2] ?? 0;
    const y = visible.at[count * 2 + 1] ?? 0;
    if (x < -marginPx || y < -marginPx || x > screen.width + marginPx || y > screen.height + marginPx)
      continue;
    visible.rows[count++] = row;
  }
  visible.count = count;
}

/** Take rows out of what is visible. */
export function leaveOut(visible: Visible, isOut: (row: number) => boolean): void {
  let count = 0;
  for (let i = 0; i < visible.count; i++) {
    const row = visible.rows[i] ?? 0;
    if (isOut(row)) continue;
    visible.rows[count] = row;
    visible.at.copyWithin(count * 2, i * 2, i * 2 + 2);
    count++;
  }
  visible.count = count;
}

/** The row nearest to a point of the screen, within `reachPx`. */
export function pick(visible: Visible, x: number, y: number, reachPx: number): number | null {
  let best: number | null = null;
  let bestSquare = reachPx * reachPx;
  for (let i = 0; i < visible.count; i++) {
    const dx = (visible.at[i * 2] ?? 0) - x;
    const dy = (visible.at[i * 2 + 1] ?? 0) - y;
    const square = dx * dx + dy * dy;
    if (square <= bestSquare) {
      best = visible.rows[i] ?? null;
      bestSquare = square;
    }
  }
  return best;
}

/** Which cells of the screen are taken, so that labels keep off symbols and each other. */
export class Occupancy {
  private cells = new Uint8Array(0);
  private columns = 0;
  private rows = 0;
  private static readonly CELL_PX = 6;

  reset(width: number, height: number): void {
    this.columns = Math.ceil(width / Occupancy.CELL_PX);
    this.rows = Math.ceil(height / Occupancy.CELL_PX);
    if (this.cells.length < this.columns * this.rows) this.cells = new Uint8Array(this.columns * this.rows);
    else this.cells.fill(0);
  }

  take(x: number, y: number, width: number, height: number): void {
    const { left, right, top, bottom } = this.cellsOf(x, y, width, height);
    // Beyond an edge there is nothing to take, and "fill" counts what is negative from its end.
    if (right < left) return;
    for (let row = top; row <= bottom; row++)
      this.cells.fill(1, row * this.columns + left, row * this.columns + right + 1);
  }

  isFree(x: number, y: number, width: number, height: number): boolean {
    const { left, right, top, bottom } = this.cellsOf(x, y, width, height);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++)
        if (this.cells[row * this.columns + column] !== 0) return false;
    }
    return true;
  }

  private cellsOf(x: number, y: number, width: number, height: number) {
    return {
      left: Math.max(0, Math.floor(x / Occupancy.CELL_PX)),
      right: Math.min(this.columns - 1, Math.floor((x + width) / Occupancy.CELL_PX)),
      top: Math.max(0, Math.floor(y / Occupancy.CELL_PX)),
      bottom: Math.min(this.rows - 1, Math.floor((y + height) / Occupancy.CELL_PX)),
    };
  }
}
