/** Positions out of what people type: MGRS, degrees, or degrees with minutes and seconds. WGS84. */

import { toPoint } from 'mgrs';

export interface Place {
  lon: number;
  lat: number;
}

const GRID = /^(\d{1,2}[C-HJ-NP-X])([A-HJ-NP-Z]{2})(\d{2,10})$/;
const HEMISPHERE = /^[NSEW]$/;

/** The place that `text` names, or null. Without letters latitude comes first, as it is written everywhere here. */
export function placeFrom(text: string): Place | null {
  return fromGrid(text) ?? fromAngles(text);
}

function fromGrid(text: string): Place | null {
  const [, zone, square, digits] = GRID.exec(text.toUpperCase().replace(/\s+/g, '')) ?? [];
  if (!zone || !square || !digits || digits.length % 2 !== 0) return null;
  try {
    const [lon, lat] = toPoint(`${zone}${square}${digits}`);
    return inRange(lon, lat);
  } catch {
    // The squares of a zone are not all there; the library throws for those that are not.
    return null;
  }
}

function fromAngles(text: string): Place | null {
  const plain = text.toUpperCase().replace(/[°º′'’″"”]/g, ' ');
  if (!/^[\s,;NSEW\d.+-]+$/.test(plain)) return null;
  const tokens = plain.match(/[NSEW]|[-+]?\d+(?:\.\d+)?/g) ?? [];
  const [first, second] = halves(tokens);
  if (!first || !second) return null;
  const [a, b] = [angle(first), angle(second)];
  if (a === null || b === null) return null;
  const [side, other] = [sideOf(first), sideOf(second)];
  if (side === null && other === null) return inRange(b, a);
  if (side === 'lat' && other === 'lon') return inRange(b, a);
  return side === 'lon' && other === 'lat' ? inRange(a, b) : null;
}

/** The tokens of the two angles: each has its letter before or behind it, or neither has one. */
function halves(tokens: string[]): [string[]?, string[]?] {
  const letters = tokens.filter((token) => HEMISPHERE.test(token)).length;
  if (letters === 0) {
    return tokens.length % 2 === 0
      ? [tokens.slice(0, tokens.length / 2), tokens.slice(tokens.length / 2)]
      : [];
  }
  if (letters !== 2) return [];
  const leads = HEMISPHERE.test(tokens[0] ?? '');
  const at = leads
    ? tokens.findIndex((token, i) => i > 0 && HEMISPHERE.test(token))
    : tokens.findIndex((token) => HEMISPHERE.test(token)) + 1;
  return [tokens.slice(0, at), tokens.slice(at)];
}

function sideOf(tokens: string[]): 'lat' | 'lon' | null {
  const letter = tokens.find((token) => HEMISPHERE.test(token));
  if (letter === undefined) return null;
  return letter === 'N' || letter === 'S' ? 'lat' : 'lon';
}

function angle(tokens: string[]): number | null {
  const parts = tokens.filter((token) => !HEMISPHERE.test(token));
  const [deg = '', min = '0', sec = '0'] = parts;
  if (parts.length < 1 || parts.length > 3) return null;
  // Only the last part may have a fraction or be the smaller for it, and only the first a sign.
  if (
    parts.slice(0, -1).some((part) => part.includes('.')) ||
    parts.slice(1).some((part) => /[-+]/.test(part))
  ) {
    return null;
  }
  if (Number(min) >= 60 || Number(sec) >= 60) return null;
  const size = Math.abs(Number(deg)) + Number(min) / 60 + Number(sec) / 3600;
  const turned = deg.startsWith('-') !== tokens.some((token) => token === 'S' || token === 'W');
  return turned ? -size : size;
}

function inRange(lon: number, lat: number): Place | null {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}
