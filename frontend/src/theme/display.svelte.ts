/** How this browser shows the map: its theme. Kept here, told to page and map at once. */

import { keepTheme, keptTheme, nextTheme, showTheme, type Theme } from './theme';

export class Display {
  theme = $state<Theme>(keptTheme());

  /** `told` hears of a change. */
  constructor(private readonly told: (theme: Theme) => void) {}

  toNextTheme(): void {
    this.theme = nextTheme(this.theme);
    keepTheme(this.theme);
    showTheme(this.theme);
    this.told(this.theme);
  }
}
