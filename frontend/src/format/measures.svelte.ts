/** In which measures this browser writes quantities. Whatever writes one follows a change. */

export const MEASURES = ['metric', 'feet', 'nautical'] as const;
export type Measures = (typeof MEASURES)[number];

const KEPT_AS = 'accord.measures';

let chosen = $state<Measures>(
  MEASURES.find((each) => each === globalThis.localStorage?.getItem(KEPT_AS)) ?? 'metric',
);

export function measures(): Measures {
  return chosen;
}

/** Change them, and remember it here. */
export function measureIn(next: Measures): void {
  chosen = next;
  localStorage.setItem(KEPT_AS, next);
}

export function nextMeasures(): Measures {
  return MEASURES[(MEASURES.indexOf(chosen) + 1) % MEASURES.length] ?? 'metric';
}
