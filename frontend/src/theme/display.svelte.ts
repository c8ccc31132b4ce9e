/** How this browser shows the map: its theme, its grid and its measures. Remembered here, told to page and map at once. */

import { measureIn, type Measures, measures, nextMeasures } from '../format/measures.svelte';
import type { Grid } from '../map/grid';
import { keepTheme, keptTheme, nextTheme, showTheme, type Theme } from './theme';

const GRIDS: readonly Grid[] = ['degrees', 'mgrs', 'off'];
const GRID_KEPT_AS = 'accord.grid';

interface Hears {
  setTheme(theme: Theme): void;
  setGrid(grid: Grid): void;
  setMeasures(measures: Measures): void;
  showing: { setVersions(shown: boolean): void };
}

export class Display {
  theme = $state<Theme>(keptTheme());
  grid = $state<Grid>(GRIDS.find((grid) => grid === localStorage.getItem(GRID_KEPT_AS)) ?? 'degrees');

  /** Whether earlier and coming versions of lines and zones are on the map. A new watch begins without them. */
  versions = $state(false);

  /** `chart` gives the map, once there is one. */
  constructor(private readonly chart: () => Hears | null) {}

  toNextTheme(): void {
    this.theme = nextTheme(this.theme);
    keepTheme(this.theme);
    showTheme(this.theme);
    this.chart()?.setTheme(this.theme);
  }

  toNextGrid(): void {
    this.grid = GRIDS[(GRIDS.indexOf(this.grid) + 1) % GRIDS.length] ?? 'degrees';
    localStorage.setItem(GRID_KEPT_AS, this.grid);
    this.chart()?.setGrid(this.grid);
  }

  toggleVersions(): void {
    this.versions = !this.versions;
    this.chart()?.showing.setVersions(this.versions);
  }

  toNextMeasures(): void {
    measureIn(nextMeasures());
    this.chart()?.setMeasures(measures());
  }
}
