/** The steps of the first-run tour, and whether this browser has seen it. Knows no screen. */

import type { PlainKey } from '../words/catalogue';

export interface Step {
  /** What is pointed at, as a selector; nothing for the map, which is all the rest. */
  at: string | null;
  title: PlainKey;
  text: PlainKey;
}

export const STEPS: readonly Step[] = [
  { at: null, title: 'map.label', text: 'tour.map' },
  { at: '[data-testid=alert-rail]', title: 'rail.title', text: 'tour.alerts' },
  { at: 'footer', title: 'bar.label', text: 'tour.bar' },
  { at: '[data-testid=timeline]', title: 'past.timeline', text: 'tour.time' },
  { at: 'nav.tools', title: 'palette.title', text: 'tour.tools' },
];

const KEPT_AS = 'accord.toured';

export function isNew(storage: Pick<Storage, 'getItem'> = localStorage): boolean {
  return storage.getItem(KEPT_AS) === null;
}

/** Skipped or walked to its end: it comes by itself no more. */
export function keepToured(storage: Pick<Storage, 'setItem'> = localStorage): void {
  storage.setItem(KEPT_AS, 'yes');
}
