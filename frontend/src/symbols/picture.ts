/** Symbols as canvases, by milsymbol (APP-6D/E, 2525C). The only module that knows milsymbol. */

import { app6d, ms, std2525b, std2525c, std2525d, std2525e } from 'milsymbol-sets';

// Which no browser of ours has: to find out, it would read a pixel back from the graphics processor.
ms.setBrokenPath2D(false);
for (const set of [std2525b, std2525c, app6d, std2525d, std2525e]) ms.addIcons(set);

/** Symbol size in CSS pixels: milsymbol's `size` is the height of a ground unit's octagon. */
const SIZE = 19;

/** How symbols are coloured: fills by standard identity that stay apart for colour-blind eyes; the frame's shape says the same. */
export interface SymbolLook {
  fills: Record<'Civilian' | 'Friend' | 'Hostile' | 'Neutral' | 'Unknown' | 'Suspect', string>;
  /** Of frame and icon. */
  ink: string;
  /** Around the whole, against the ground. */
  outline: string;
}

const judged = new Map<string, boolean>();

/** Whether there is a symbol to see: milsymbol calls some codes valid (lines, areas, bare sets) and draws nothing. */
export function isValidSidc(sidc: string): boolean {
  let valid = judged.get(sidc);
  if (valid === undefined) {
    const symbol = new ms.Symbol(sidc, { size: SIZE });
    valid = symbol.isValid() === true && symbol.getSize().width > SIZE / 4;
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
export function symbolPicture(
  sidc: string,
  look: SymbolLook,
  pixelRatio: number,
  size = SIZE,
): SymbolPicture {
  const symbol = new ms.Symbol(sidc, {
    size,
    colorMode: look.fills,
    frameColor: inked(look.ink),
    iconColor: inked(look.ink),
    outlineColor: look.outline,
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

/** One ink for every identity. */
function inked(ink: string): SymbolLook['fills'] {
  return { Civilian: ink, Friend: ink, Hostile: ink, Neutral: ink, Unknown: ink, Suspect: ink };
}

/** The symbol as an image address for panels: drawn on a canvas, so that no markup is made from what a feed sent. */
export function symbolAddress(sidc: string, look: SymbolLook): string {
  return symbolPicture(sidc, look, 2, 34).canvas.toDataURL();
}
