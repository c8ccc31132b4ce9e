/** Small pictures of the entity layer that are not APP-6 symbols: labels, selection, staleness, doubt, operator. */

import type { EntityColours } from '../palette';
import type { Stamp } from './atlas';

const INK = '#0b1117';

/**
 * All stamps are drawn on one canvas, which is the caller's until the next: a canvas of its own for each of some hundred
 * names, in the graphics processor and read back from there, kept the first picture waiting for a second.
 */
let sheet: CanvasRenderingContext2D | null = null;

function blank(): CanvasRenderingContext2D {
  sheet ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!sheet) throw new Error('This browser has no 2D canvas');
  return sheet;
}

export function stamp(
  width: number,
  height: number,
  ratio: number,
  draw: (pen: CanvasRenderingContext2D) => void,
): Stamp {
  const pen = blank();
  const { canvas } = pen;
  canvas.width = Math.ceil(width * ratio); // which forgets what was drawn, and how
  canvas.height = Math.ceil(height * ratio);
  pen.scale(ratio, ratio);
  draw(pen);
  return { canvas, anchorX: canvas.width / 2, anchorY: canvas.height / 2 };
}

export const LABEL_FONT = "600 12.5px 'Barlow Condensed', sans-serif";
const LABEL_HEIGHT = 17;
const LONGEST_LABEL = 22;

/** A callsign with a rim against the ground; longer ones are cut. */
export function labelStamp(text: string, colour: string, rim: string, ratio: number): Stamp {
  const shown = text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
  const ruler = blank();
  ruler.font = LABEL_FONT;
  ruler.letterSpacing = '0.3px';
  const width = ruler.measureText(shown).width + 6;
  return stamp(width, LABEL_HEIGHT, ratio, (pen) => {
    pen.font = LABEL_FONT;
    pen.letterSpacing = '0.3px';
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    pen.lineWidth = 3.2;
    pen.strokeStyle = rim;
    pen.strokeText(shown, 3, LABEL_HEIGHT / 2 + 0.5);
    pen.fillStyle = colour;
    pen.fillText(shown, 3, LABEL_HEIGHT / 2 + 0.5);
  });
}

/** Corner brackets around the selected entity. */
export function bracketStamp(colours: EntityColours, ratio: number): Stamp {
  return stamp(52, 52, ratio, (pen) => {
    for (const [width, colour] of [
      [5, colours.halo],
      [2.2, colours.selected],
    ] as const) {
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      for (const [x, y, dx, dy] of [
        [4, 4, 1, 1],
        [48, 4, -1, 1],
        [48, 48, -1, -1],
        [4, 48, 1, -1],
      ] as const) {
        pen.beginPath();
        pen.moveTo(x, y + dy * 11);
        pen.lineTo(x, y);
        pen.lineTo(x + dx * 11, y);
        pen.stroke();
      }
    }
  });
}

/** A dashed ring: the place is old. */
export function staleStamp(colours: EntityColours, ratio: number): Stamp {
  return stamp(44, 44, ratio, (pen) => {
    pen.lineWidth = 1.4;
    pen.strokeStyle = colours.staleRing;
    pen.setLineDash([4, 3.6]);
    pen.beginPath();
    pen.arc(22, 22, 20, 0, 2 * Math.PI);
    pen.stroke();
  });
}

/** A question mark on amber: the sender's symbol code could not be read. */
export function doubtStamp(colours: EntityColours, ratio: number): Stamp {
  return stamp(15, 15, ratio, (pen) => {
    pen.fillStyle = INK;
    pen.beginPath();
    pen.arc(7.5, 7.5, 7.5, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = colours.doubt;
    pen.beginPath();
    pen.arc(7.5, 7.5, 6.2, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = INK;
    pen.font = "600 11px 'Barlow Condensed', sans-serif";
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText('?', 7.5, 8);
  });
}

/** Who flies the drone: a small ring at the end of the tie line. */
export function operatorStamp(colours: EntityColours, ratio: number): Stamp {
  return stamp(16, 16, ratio, (pen) => {
    pen.lineWidth = 2;
    pen.strokeStyle = colours.tie;
    pen.fillStyle = colours.halo;
    pen.beginPath();
    pen.arc(8, 8, 5.5, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colours.tie;
    pen.beginPath();
    pen.arc(8, 8, 1.8, 0, 2 * Math.PI);
    pen.fill();
  });
}
