/** Callsigns beside their symbols, where there is room: the selected one first, then who is in a breach, then the rest. */

import type { EntityColours } from '../palette';
import type { Atlas } from './atlas';
import type { Batch } from './batch';
import { type Detail, LABEL_RANKS, labelRank } from './declutter';
import type { Occupancy, Visible } from './screen';
import { labelStamp } from './stamps';
import { type EntityStore, LIVE, LOST } from './store';

const GAP_PX = 17;
const MARK_GAP_PX = 7;
/** The selected one's label stands clear of its brackets. */
const SELECTED_GAP_PX = 26;
/** Among marks a label needs air around it: the lines have to show. */
const AIR_PX = 8;

export interface Labelling {
  store: EntityStore;
  visible: Visible;
  selected: string | null;
  alarmed: ReadonlySet<string>;
  detail: Detail;
  colours: EntityColours;
  occupancy: Occupancy;
  atlas: Atlas;
  batch: Batch;
  ratio: number;
}

/** Place and batch the labels; returns how many found room. */
export function composeLabels(labelling: Labelling): number {
  const { store, visible, selected, alarmed, detail } = labelling;
  const chosen = selected === null ? -1 : (store.rowOf(selected) ?? -1);
  const ranks = detail.labels === 'all' ? LABEL_RANKS : 2;
  const ranked: number[][] = Array.from({ length: LABEL_RANKS }, () => []);
  for (let i = 0; i < visible.count; i++) {
    const row = visible.rows[i] ?? 0;
    const isAlarmed = alarmed.size > 0 && alarmed.has(store.ids[row] ?? '');
    const rank = labelRank(
      row === chosen,
      isAlarmed,
      (store.party[row] ?? -1) >= 0,
      store.status[row] ?? LOST,
    );
    ranked[rank]?.push(i);
  }
  let placed = 0;
  for (let rank = 0; rank < ranks; rank++)
    for (const i of ranked[rank] ?? []) if (place(labelling, i, visible.rows[i] ?? 0, rank)) placed++;
  return placed;
}

function place(labelling: Labelling, i: number, row: number, rank: number): boolean {
  const { store, visible, detail, colours, occupancy, atlas, batch, ratio } = labelling;
  const text = store.labels[row] ?? '';
  if (!text) return false;
  const status = store.status[row] ?? LOST;
  const colour =
    rank === 0
      ? colours.selected
      : status === LIVE
        ? colours.live
        : status === LOST
          ? colours.lost
          : colours.stale;
  const cell = atlas.cell(`${colour}/${text}`, () => labelStamp(text, colour, colours.halo, ratio));
  const isMark = !detail.symbols && rank > 1;
  const gap = rank === 0 ? SELECTED_GAP_PX : isMark ? MARK_GAP_PX : GAP_PX;
  const at = freePlace(
    visible.at[i * 2] ?? 0,
    visible.at[i * 2 + 1] ?? 0,
    cell.width,
    cell.height,
    gap,
    isMark ? AIR_PX : 0,
    occupancy,
  );
  // The selected one and who is in a breach are named whether there is room or not.
  const corner = at ?? (rank <= 1 ? below(visible, i, cell.width, gap) : null);
  if (!corner) return false;
  occupancy.take(corner[0], corner[1], cell.width, cell.height);
  batch.quad(corner[0] + cell.anchorX, corner[1] + cell.anchorY, cell, 1, 0, 1);
  return true;
}

function below(visible: Visible, i: number, width: number, gap: number): [number, number] {
  return [(visible.at[i * 2] ?? 0) - width / 2, (visible.at[i * 2 + 1] ?? 0) + gap];
}

/** The label's top left corner: below, else right, else left, else above. */
function freePlace(
  x: number,
  y: number,
  width: number,
  height: number,
  gap: number,
  air: number,
  occupancy: Occupancy,
): [number, number] | null {
  const places: [number, number][] = [
    [x - width / 2, y + gap],
    [x + gap + 5, y - height / 2],
    [x - gap - 5 - width, y - height / 2],
    [x - width / 2, y - gap - height],
  ];
  const isFree = ([left, top]: [number, number]) =>
    occupancy.isFree(left + 1 - air, top + 2, width - 2 + 2 * air, height - 4);
  return places.find(isFree) ?? null;
}
