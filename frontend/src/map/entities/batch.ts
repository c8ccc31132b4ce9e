/** The shapes of one draw call, in a float array that grows. */

import type { Cell } from './atlas';
import { FLOATS } from './program';

export interface StrokeLook {
  width: number;
  dash: number;
  /** Red, green, blue, opacity, 0–1. */
  colour: readonly [number, number, number, number];
}

export class Batch {
  count = 0;
  data = new Float32Array(256 * FLOATS);

  clear(): void {
    this.count = 0;
  }

  /** A picture with its anchor at (x, y) CSS pixels. `grey` 0–1 takes its colour away. */
  quad(x: number, y: number, cell: Cell, scale: number, grey: number, opacity: number): void {
    const i = this.next();
    const { data } = this;
    data[i] = x;
    data[i + 1] = y;
    data[i + 2] = cell.anchorX * scale;
    data[i + 3] = cell.anchorY * scale;
    data[i + 4] = cell.width * scale;
    data[i + 5] = cell.height * scale;
    data[i + 6] = cell.u0;
    data[i + 7] = cell.v0;
    data[i + 8] = cell.u1;
    data[i + 9] = cell.v1;
    data[i + 10] = grey;
    data[i + 11] = opacity;
  }

  /** A straight stroke, CSS pixels; `dash` is the length of each piece, 0 for none. */
  stroke(fromX: number, fromY: number, toX: number, toY: number, look: StrokeLook): void {
    const i = this.next();
    const { data } = this;
    data[i] = fromX;
    data[i + 1] = fromY;
    data[i + 2] = toX;
    data[i + 3] = toY;
    data.set(look.colour, i + 4);
    data[i + 8] = look.width;
    data[i + 9] = look.dash;
  }

  private next(): number {
    const at = this.count * FLOATS;
    if (at === this.data.length) {
      const bigger = new Float32Array(this.data.length * 2);
      bigger.set(this.data);
      this.data = bigger;
    }
    this.count++;
    return at;
  }
}
