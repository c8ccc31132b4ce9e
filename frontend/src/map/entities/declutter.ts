/** How much of each entity is drawn: full symbols near the ground, small marks far above, labels by priority. Pure. */

import { LIVE, LOST } from './store';

/** Below this zoom a symbol covers kilometres, the line and the breach with it: marks stand for symbols. */
export const SYMBOLS_FROM_ZOOM = 9.8;
const FULL_FROM_ZOOM = 11.5;
const SMALLEST_SYMBOL = 0.72;
/** More symbols than this would be a carpet at any zoom, and more marks than that would be one too. */
const MANY = 1500;
const TOO_MANY = 8000;

export interface Detail {
  symbols: boolean;
  /** Of symbols, or of marks. */
  scale: number;
  /** Of the symbols that stay symbols among marks: the selected one, and who is in an open breach. */
  symbolScale: number;
  labels: 'all' | 'urgent' | 'none';
}

export function detailAt(zoom: number, count: number): Detail {
  const share = (zoom - SYMBOLS_FROM_ZOOM) / (FULL_FROM_ZOOM - SYMBOLS_FROM_ZOOM);
  const symbolScale = SMALLEST_SYMBOL + (1 - SMALLEST_SYMBOL) * Math.min(1, Math.max(0, share));
  if (count > MANY) return { symbols: false, scale: count > TOO_MANY ? 0.6 : 1, symbolScale, labels: 'none' };
  if (zoom >= SYMBOLS_FROM_ZOOM) return { symbols: true, scale: symbolScale, symbolScale, labels: 'all' };
  return { symbols: false, scale: 1, symbolScale, labels: zoom >= LABELS_FROM_ZOOM ? 'all' : 'urgent' };
}

/** Further out names would hide more than they tell. */
const LABELS_FROM_ZOOM = 8;

/** Who is labelled first where room is short: 0 the selected one, then who is in a breach, the parties, the rest. */
export const LABEL_RANKS = 6;

export function labelRank(isSelected: boolean, isAlarmed: boolean, isParty: boolean, status: number): number {
  if (isSelected) return 0;
  if (isAlarmed) return 1;
  if (status === LIVE) return isParty ? 2 : 3;
  return status === LOST ? 5 : 4;
}
