/** Pictures that MapLibre's layers use by name: hatches, the line's side tick, place marks, severity shapes. */

import type { Map as MapLibreMap } from 'maplibre-gl';
import { markOf, SEVERITY_SHAPE } from '../alerts/shapes';
import type { IncidentSeverity, Severity } from '../protocol/frames';
import type { Palette } from './palette';

const RATIO = 2;

type Draw = (pen: CanvasRenderingContext2D, size: number) => void;

/** Draw a square picture of `size` CSS pixels. */
function picture(size: number, draw: Draw): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) throw new Error('This browser has no 2D canvas');
  pen.scale(RATIO, RATIO);
  draw(pen, size);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** Diagonal lines that join at the edges of the tile; `rising` leans them to the right. */
function hatch(colour: string, rising: boolean, width = 1): Draw {
  return (pen, size) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift - 1, rising ? size + 1 : -1);
      pen.lineTo(shift + size + 1, rising ? -1 : size + 1);
      pen.stroke();
    }
  };
}

function dots(colour: string): Draw {
  return (pen, size) => {
    pen.fillStyle = colour;
    for (const [x, y] of [
      [size / 4, size / 4],
      [(3 * size) / 4, (3 * size) / 4],
    ] as const) {
      pen.beginPath();
      pen.arc(x, y, 0.9, 0, 2 * Math.PI);
      pen.fill();
    }
  };
}

/** Placed along a line this stands on its left: the upper half of the picture. */
function tick(colour: string, left: boolean): Draw {
  return (pen, size) => {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(size / 2, size / 2);
    pen.lineTo(size / 2, left ? size / 2 - 6 : size / 2 + 6);
    pen.stroke();
  };
}

/** A path given in a box of 24, drawn in the whole picture with a dark rim. */
function shape(path: string, fill: string, rim: string, mark?: { path: string; colour: string }): Draw {
  return (pen, size) => {
    pen.scale((size - 4) / 24, (size - 4) / 24);
    pen.translate((2 * 24) / (size - 4), (2 * 24) / (size - 4));
    pen.lineJoin = 'round';
    pen.strokeStyle = rim;
    pen.lineWidth = 4;
    pen.stroke(new Path2D(path));
    pen.fillStyle = fill;
    pen.fill(new Path2D(path));
    if (mark) {
      pen.fillStyle = mark.colour;
      pen.fill(new Path2D(mark.path), 'evenodd');
    }
  };
}

/** What kind of thing happened, as a small mark beside its severity. In a box of 24. */
export const INCIDENT_MARKS: Record<string, string> = {
  firing:
    'M12 4l1.6 5 4.9-2.2-2.3 4.8 4.8 1.6-4.9 1.5 2.2 5-4.9-2.4L12 20l-1.5-4.8-5 2.3 2.4-4.9L3 11.5l5-1.6L5.7 5l4.8 2.3z',
  air: 'M12 4l2 6 7 4v2l-7-2v4l2 1.5V21l-4-1-4 1v-1.5L10 18v-4l-7 2v-2l7-4z',
  works: 'M5 19v-3h4v-4h4V8h4V5h3v14z',
  person: 'M12 4a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM6 20c0-5 2.5-8 6-8s6 3 6 8z',
  other: 'M10.9 5h2.2l-.3 8.6h-1.6zM12 15.6a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3z',
};

const MARK_OF: [RegExp, string][] = [
  [/fir|shot|shoot|explo|shell|mortar|rocket|mine|ied|flare/, 'firing'],
  [/air|drone|uav|flight|overfl/, 'air'],
  [/construct|earthwork|build|fortif|trench|works/, 'works'],
  [/person|crowd|protest|civil|manning|patrol|restrict|movement/, 'person'],
];

/** The mark of a category: by its words, so that a category nobody foresaw still has one. */
export function incidentMark(category: string): string {
  const words = category.toLowerCase();
  return MARK_OF.find(([pattern]) => pattern.test(words))?.[1] ?? 'other';
}

const SEVERITY_COLOUR: Record<Severity, (palette: Palette) => string> = {
  critical: ({ urgent }) => urgent,
  high: ({ high }) => high,
  medium: ({ medium }) => medium,
  low: ({ low }) => low,
  info: ({ low }) => low,
};
/** No red: that is for alerts. A flash incident is told by its filled disc. */
const INCIDENT_COLOUR: Record<IncidentSeverity, (palette: Palette) => string> = {
  flash: ({ high }) => high,
  high: ({ high }) => high,
  medium: ({ medium }) => medium,
  low: ({ low }) => low,
  info: ({ low }) => low,
};
const ROUND = 'M12 1a11 11 0 1 0 0 22a11 11 0 1 0 0-22z';
const RING = `${ROUND}M12 2.8a9.2 9.2 0 1 1 0 18.4a9.2 9.2 0 1 1 0-18.4z`;

function incident(mark: string, colour: string, ink: string, filled: boolean): Draw {
  return (pen, size) => {
    pen.save();
    shape(ROUND, filled ? colour : ink, ink)(pen, size);
    pen.fillStyle = colour;
    pen.fill(new Path2D(RING), 'evenodd');
    pen.restore();
    pen.translate(size / 2, size / 2);
    pen.scale((size / 24) * 0.62, (size / 24) * 0.62);
    pen.translate(-12, -12);
    pen.fillStyle = filled ? ink : colour;
    pen.fill(new Path2D(mark));
  };
}
const PLACES: Record<string, string> = {
  position: 'M3 21V10l9-7 9 7v11z',
  crossing_point: 'M4 3h4v7h8V3h4v18h-4v-7H8v7H4z',
  storage_site: 'M3 8l9-5 9 5v13H3z',
};

/** Draw all pictures in a palette's colours: anew, where the map has them already. */
export function drawImages(map: MapLibreMap, palette: Palette): void {
  const { ink } = palette;
  const draw = (name: string, size: number, how: Draw) => {
    const data = picture(size, how);
    if (map.hasImage(name)) map.updateImage(name, data);
    else map.addImage(name, data, { pixelRatio: RATIO });
  };
  draw('hatch-buffer', 8, hatch(`${palette.ivory}55`, true));
  draw('hatch-restricted', 10, hatch(`${palette.restricted}66`, false));
  draw('dots-no-fly', 10, dots(`${palette.noFly}aa`));
  draw('tick-left', 16, tick(palette.ivory, true));
  draw('tick-right', 16, tick(palette.ivory, false));
  for (const [kind, path] of Object.entries(PLACES))
    draw(`place-${kind}`, 18, shape(path, palette.place, ink));
  for (const severity of Object.keys(SEVERITY_SHAPE) as Severity[]) {
    const path = SEVERITY_SHAPE[severity];
    const mark = { path: markOf(severity), colour: ink };
    const onUrgent = { ...mark, colour: palette.onUrgent };
    draw(`violation-${severity}`, 24, shape(path, SEVERITY_COLOUR[severity](palette), ink, mark));
    draw(`violation-urgent-${severity}`, 26, shape(path, palette.urgent, ink, onUrgent));
    draw(`violation-settled-${severity}`, 20, shape(path, palette.settled, ink, mark));
  }
  for (const severity of Object.keys(INCIDENT_COLOUR) as IncidentSeverity[]) {
    const colour = INCIDENT_COLOUR[severity](palette);
    for (const [name, path] of Object.entries(INCIDENT_MARKS))
      draw(`incident-${severity}-${name}`, 24, incident(path, colour, ink, severity === 'flash'));
  }
}
