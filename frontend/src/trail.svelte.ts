/** Where the selected track has been, drawn on demand. */

import type { Track } from './picture/nouns';
import * as api from './session/api';
import { problemWords } from './words/problem';
import { say } from './words/words.svelte';

const TRAIL_MS = 2 * 3600_000;

export interface TrailGround {
  trail(coordinates: [number, number][]): void;
}

export class Trail {
  shown = $state(false);
  private of: string | null = null;

  constructor(
    private readonly ground: () => TrailGround | null,
    private readonly tell: (words: string) => void,
  ) {}

  /** Of the two hours before an instant, ms since 1970; away again where it is shown. */
  async toggle(track: Track | null, atMs: number): Promise<void> {
    if (!track || this.shown) {
      this.clear();
      return;
    }
    this.shown = true;
    this.of = track.id;
    const answer = await api.history(track.id, atMs - TRAIL_MS, atMs);
    // The officer may have moved on while the server answered.
    if (!this.shown || this.of !== track.id) return;
    if (answer.ok) this.ground()?.trail(answer.value);
    else {
      this.shown = false;
      this.tell(say('notice.noTrail', { why: problemWords(answer.problem) }));
    }
  }

  clear(): void {
    this.shown = false;
    this.ground()?.trail([]);
  }
}
