/** Named views of the map, an officer's own. They are kept in this browser. */

import type { View } from '../map/viewing';

export interface SavedView extends View {
  name: string;
}

interface Ground {
  viewing: { now(): View; go(view: View): void };
}

const MOST = 50;

export class Views {
  all = $state.raw<readonly SavedView[]>([]);
  private keptAs = '';

  constructor(private readonly ground: () => Ground | null) {}

  /** Those of one officer; another who uses this browser has his own. */
  load(officer: string): void {
    this.keptAs = `accord.views.${officer}`;
    this.all = read(localStorage.getItem(this.keptAs));
  }

  /** Name what the map shows now; a name that is there already is given to this. */
  save(name: string): void {
    const now = this.ground()?.viewing.now();
    if (!now) return;
    const others = this.all.filter((each) => each.name !== name);
    this.keep([...others, { name, ...now }].slice(-MOST));
  }

  remove(name: string): void {
    this.keep(this.all.filter((each) => each.name !== name));
  }

  go(view: View): void {
    this.ground()?.viewing.go(view);
  }

  private keep(all: readonly SavedView[]): void {
    this.all = [...all].sort((a, b) => a.name.localeCompare(b.name));
    localStorage.setItem(this.keptAs, JSON.stringify(this.all));
  }
}

/** What is not as it was written is left out: another program, or an older one, may have written there. */
function read(kept: string | null): SavedView[] {
  try {
    const value: unknown = JSON.parse(kept ?? '[]');
    return Array.isArray(value) ? value.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  if (typeof value !== 'object' || value === null) return false;
  const { name, lon, lat, zoom } = value as Record<string, unknown>;
  return typeof name === 'string' && [lon, lat, zoom].every((each) => Number.isFinite(each));
}
