/** Callsigns beside their symbols, where there is room: the selected one first, then what is live, then the rest. */

import type { Atlas } from './atlas';
import type { Batch } from './batch';
import type { Occupancy, Visible } from './screen';
import { labelStamp } from './stamps';
import { type EntityStore, LIVE, LOST } from './store';

const COLOURS = ['#e3edf6', '#9aa8b4', '#77848f'];
const GAP_PX = 15;
/** The selected one's label stands clear of its brackets. */
const SELECTED_GAP_PX = 26;

/** Place and batch the labels; returns how many found room. */
export function composeLabels(
  store: EntityStore,
  visible: Visible,
  selected: string | null,
  occupancy: Occupancy,
  atlas: Atlas,
  batch: Batch,
  ratio: number,
): number {
  const chosen = selected === null ? -1 : (store.rowOf(selected) ?? -1);
  let placed = 0;
  for (const pass of ['selected', LIVE, LOST - 1, LOST] as const) {
    for (let i = 0; i < visible.count; i++) {
      const row = visible.rows[i] ?? 0;
      const status = store.status[row] ?? LOST;
      if (pass === 'selected' ? row !== chosen : row === chosen || status !== pass) continue;
      const text = store.labels[row] ?? '';
      if (!text) continue;
      const colour = row === chosen ? '#ffffff' : (COLOURS[status] ?? '#77848f');
      const cell = atlas.cell(`${status}${row === chosen ? 's' : ''}/${text}`, () =>
        labelStamp(text, colour, ratio),
      );
      const place = freePlace(
        visible.at[i * 2] ?? 0,
        visible.at[i * 2 + 1] ?? 0,
        cell.width,
        cell.height,
        occupancy,
        row === chosen,
      );
      if (!place) continue;
      occupancy.take(place[0], place[1], cell.width, cell.height);
      batch.quad(place[0] + cell.anchorX, place[1] + cell.anchorY, cell, 1, 0, 1);
      placed++;
    }
  }
  return placed;
}

/** The label's top left corner: below, else right, else left, else above; the selected one is always labelled. */
function freePlace(
  x: number,
  y: number,
  width: number,
  height: number,
  occupancy: Occupancy,
  selected: boolean,
): [number, number] | null {
  const gap = selected ? SELECTED_GAP_PX : GAP_PX;
  const places: [number, number][] = [
    [x - width / 2, y + gap],
    [x + gap + 5, y - height / 2],
    [x - gap - 5 - width, y - height / 2],
    [x - width / 2, y - gap - height],
  ];
  for (const place of places) {
    if (occupancy.isFree(place[0] + 1, place[1] + 2, width - 2, height - 4)) return place;
  }
  return selected ? (places[0] ?? null) : null;
}
