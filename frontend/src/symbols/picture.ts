/** Symbols as canvases, by milsymbol (APP-6D/E, 2525C). The only module that knows milsymbol. */

import ms from 'milsymbol';

/** Symbol size in CSS pixels: milsymbol's `size` is the height of a ground unit's octagon. */
const SIZE = 19;

/** Light fills that read on a dark map and stay apart for colour-blind eyes; the shape of the frame says the same. */
const FILLS = {
  Civilian: '#c9a3f5',
  Friend: '#7cc3ff',
  Hostile: '#ff928a',
  Neutral: '#93dfa4',
  Unknown: '#ffe28a',
  Suspect: '#ffb36b',
};

const judged = new Map<string, boolean>();

export function isValidSidc(sidc: string): boolean {
  let valid = judged.get(sidc);
  if (valid === undefined) {
    valid = new ms.Symbol(sidc, { size: SIZE }).isValid() === true;
    judged.set(sidc, valid);
  }
  return valid;
}

export interface SymbolPicture {
  canvas: HTMLCanvasElement;
  /** Where the entity's place lies in the canvas, in canvas pixels. */
  anchorX: number;
  anchorY: number;
}

/** Draw `sidc` at `pixelRatio` canvas pixels a CSS pixel. */
export function symbolPicture(sidc: string, pixelRatio: number, size = SIZE): SymbolPicture {
  const symbol = new ms.Symbol(sidc, {
    size,
    colorMode: FILLS,
    outlineColor: '#0a1017',
    outlineWidth: 3,
    padding: 1,
    simpleStatusModifier: true,
  });
  const anchor = symbol.getAnchor();
  return {
    canvas: symbol.asCanvas(pixelRatio),
    anchorX: anchor.x * pixelRatio,
    anchorY: anchor.y * pixelRatio,
  };
}

/** The symbol as an image address for panels: drawn on a canvas, so that no markup is made from what a feed sent. */
export function symbolAddress(sidc: string): string {
  return symbolPicture(sidc, 2, 34).canvas.toDataURL();
}
