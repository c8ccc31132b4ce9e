/** What stands for a symbol from far above, and what tells parties apart: small stamps, by shape as well as colour. */

import type { Palette } from '../palette';
import type { Identity } from '../../symbols/sidc';
import type { Stamp } from './atlas';
import { stamp } from './stamps';

const FILL_OF: Record<Identity, keyof Palette['symbols']['fills']> = {
  friend: 'Friend',
  hostile: 'Hostile',
  neutral: 'Neutral',
  unknown: 'Unknown',
};

/** The frames of APP-6 in small, in a box of 15. */
const FRAMES: Record<Identity, string> = {
  friend: 'M2.5 4.2h10v6.6h-10z',
  hostile: 'M7.5 2 13 7.5 7.5 13 2 7.5z',
  neutral: 'M3.5 3.5h8v8h-8z',
  unknown: 'M7.5 3a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z',
};
const SIDE = 15;

/** A framed mark; what flies is hollow. */
export function markStamp(
  identity: Identity,
  party: number,
  airborne: boolean,
  palette: Palette,
  ratio: number,
): Stamp {
  const { fills, outline } = palette.symbols;
  const colour = palette.parties[party] ?? fills[FILL_OF[identity]];
  return stamp(SIDE, SIDE, ratio, (pen) => {
    const frame = new Path2D(FRAMES[identity]);
    pen.lineJoin = 'round';
    pen.strokeStyle = outline;
    pen.lineWidth = 3.2;
    pen.stroke(frame);
    pen.fillStyle = airborne ? outline : colour;
    pen.fill(frame);
    pen.strokeStyle = airborne ? colour : palette.symbols.ink;
    pen.lineWidth = airborne ? 2 : 0.8;
    pen.stroke(frame);
  });
}

const PIP = { width: 6, height: 3.4, gap: 2 };

/** Beneath a party's symbol: one pip for the first party, two for the second, so that colour is never the only sign. */
export function pipStamp(party: number, palette: Palette, ratio: number): Stamp {
  const count = party + 1;
  const width = count * PIP.width + (count - 1) * PIP.gap;
  return stamp(width + 4, PIP.height + 4, ratio, (pen) => {
    pen.lineWidth = 2.6;
    pen.lineJoin = 'round';
    pen.strokeStyle = palette.symbols.outline;
    pen.fillStyle = palette.parties[party] ?? palette.low;
    for (let i = 0; i < count; i++) {
      const left = 2 + i * (PIP.width + PIP.gap);
      pen.strokeRect(left, 2, PIP.width, PIP.height);
      pen.fillRect(left, 2, PIP.width, PIP.height);
    }
  });
}
