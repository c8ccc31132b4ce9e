/** What is on paper: an instant, and the map as it was drawn then. Lays out nothing. */

import { flushSync } from 'svelte';
import type { Theme } from '../theme/theme';

interface Copied {
  metresAPixel(): number;
  copy(into: HTMLCanvasElement, theme?: Theme): Promise<void>;
}

export class Printing {
  /** The instant of what is printed, ms since 1970; null while nothing is. */
  atMs = $state<number | null>(null);
  /** Metres that a pixel of the screen covers in the middle of the map. */
  metresAPixel = $state(0);
  canvas = $state<HTMLCanvasElement>();

  constructor(
    private readonly chart: () => Copied | null,
    private readonly now: () => number,
  ) {}

  /** Print the map by day, whatever the theme of the screen. */
  async print(): Promise<void> {
    if (this.atMs !== null) return;
    await this.lay('day');
    window.print();
  }

  /** The browser prints by itself, and what is not there when this returns is not on its pages. */
  begin(): void {
    // The hand-over is a page of its own.
    if (this.atMs === null && !document.querySelector('[data-printed]')) void this.lay();
    flushSync();
  }

  end(): void {
    this.atMs = null;
  }

  private async lay(theme?: Theme): Promise<void> {
    this.atMs = this.now();
    flushSync();
    const chart = this.chart();
    if (!chart || !this.canvas) return;
    this.metresAPixel = chart.metresAPixel();
    await chart.copy(this.canvas, theme);
  }
}
