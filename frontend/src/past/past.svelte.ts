/** Looking back: which instant is on the map instead of the present, and the playing of it. Draws nothing itself. */

import { apply } from '../picture/apply';
import { emptyPicture, type Picture, type PictureLayer } from '../picture/picture';
import type { ServerFrame } from '../protocol/frames';
import { problemWords } from '../words/problem';
import { say } from '../words/words.svelte';
import { loaded, newReel, nextSpeed, type Reel, stretchFrom, turned } from './reel';
import { type Knowledge, pictureAt, readStretch } from './stream';

/** What shows the past while there is one to show. */
export interface Stage {
  /** The server's clock, ms since 1970. */
  now(): number;
  /** Another picture altogether. */
  replaced(picture: Picture): void;
  changed(picture: Picture, frame: ServerFrame, layers: ReadonlySet<PictureLayer>): void;
  /** The present is on the map again. */
  left(): void;
}

const TICK_MS = 100;
/** Frames held ahead: beyond the many reading waits, below the few more is asked for. */
const MANY_AHEAD = 400;
const FEW_AHEAD = 60;
/** Where playing begins that is started out of the present. */
const JUST_NOW_MS = 10 * 60_000;

export class Past {
  /** The instant that is drawn, ms since 1970; null in the present. */
  atMs = $state<number | null>(null);
  /** The instant that the officer has asked for; what is drawn follows it. */
  wantedMs = $state<number | null>(null);
  playing = $state(false);
  speed = $state(60);
  knowledge = $state<Knowledge>('known');
  /** More is on its way, and the map waits for it. */
  waiting = $state(false);
  /** One line about what failed; null while all is well. */
  failed = $state<string | null>(null);

  /** Kept out of reactivity, as the present is. */
  picture: Picture | null = null;
  private reel: Reel = newReel(0);
  private asking = false;
  private reading: AbortController | null = null;
  private isRead = true;
  private roomAhead: (() => void) | null = null;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private tickedAt = 0;

  constructor(private readonly stage: Stage) {}

  get isOut(): boolean {
    return this.wantedMs !== null;
  }

  /** Show an instant; one that is not yet is the present. */
  go(toMs: number): void {
    this.pause();
    if (toMs >= this.stage.now()) return this.toPresent();
    this.wantedMs = toMs;
    void this.ask();
  }

  /** From where the officer looks now, so far back or forth. */
  goBy(ms: number): void {
    this.go((this.wantedMs ?? this.stage.now()) + ms);
  }

  toPresent(): void {
    if (!this.isOut) return;
    this.pause();
    this.atMs = this.wantedMs = this.picture = this.failed = null;
    this.waiting = false;
    this.stage.left();
  }

  togglePlaying(): void {
    if (this.playing) this.pause();
    else this.play(this.wantedMs ?? this.stage.now() - JUST_NOW_MS);
  }

  /** Play from an instant on. */
  play(fromMs: number): void {
    this.pause();
    this.wantedMs = fromMs;
    this.failed = null;
    this.playing = true;
    this.reel = newReel(fromMs);
    this.tickedAt = performance.now();
    this.ticker = setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.tick();
  }

  pause(): void {
    this.playing = false;
    clearInterval(this.ticker);
    this.reading?.abort();
    this.reading = null;
    this.isRead = true;
    this.roomAhead?.();
  }

  setSpeed(by: 1 | -1): void {
    this.speed = nextSpeed(this.speed, by);
    if (this.playing) this.play(this.reel.atMs);
  }

  setKnowledge(knowledge: Knowledge): void {
    this.knowledge = knowledge;
    if (this.playing) this.play(this.reel.atMs);
    else if (this.isOut) void this.ask();
  }

  toggleKnowledge(): void {
    this.setKnowledge(this.knowledge === 'known' ? 'corrected' : 'known');
  }

  /** Ask for the picture that is wanted, and for the next that was wanted meanwhile: one at a time, the newest only. */
  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.waiting = true;
    for (let asked = ''; !this.playing && this.wantedMs !== null;) {
      const [atMs, knowledge] = [this.wantedMs, this.knowledge];
      if (asked === `${atMs} ${knowledge}`) break;
      asked = `${atMs} ${knowledge}`;
      const answer = await pictureAt(atMs, knowledge);
      if (this.playing || !this.isOut) break;
      this.failed = answer.ok ? null : say('past.failed', { why: problemWords(answer.problem) });
      if (answer.ok) this.show(answer.value, atMs);
    }
    this.asking = false;
    this.waiting = false;
  }

  private tick(): void {
    const now = performance.now();
    const { reel, due, starved } = turned(this.reel, now - this.tickedAt, this.speed);
    this.tickedAt = now;
    this.reel = reel;
    for (const frame of due) this.show(frame, reel.atMs);
    if (this.picture) this.atMs = reel.atMs;
    this.wantedMs = reel.atMs;
    this.waiting = starved && !this.isRead;
    if (reel.ahead.length < MANY_AHEAD) this.roomAhead?.();
    if (this.isRead && reel.ahead.length < FEW_AHEAD) this.readOn(starved);
  }

  private readOn(starved: boolean): void {
    const stretch = stretchFrom(this.reel.loadedMs, this.stage.now(), this.speed);
    if (!stretch) {
      // The present is reached: it stands there, and stays the past until the officer leaves it.
      if (starved) this.pause();
      return;
    }
    const reading = new AbortController();
    this.reading = reading;
    this.isRead = false;
    const take = async (frames: ServerFrame[]): Promise<void> => {
      if (this.reading !== reading) return;
      this.reel = loaded(this.reel, frames);
      if (this.reel.ahead.length < MANY_AHEAD) return;
      await new Promise<void>((resolve) => (this.roomAhead = resolve));
    };
    void readStretch(stretch, this.knowledge, reading.signal, take).then((answer) => {
      if (this.reading !== reading) return;
      this.isRead = true;
      if (answer.ok) return;
      this.failed = say('past.failed', { why: problemWords(answer.problem) });
      this.pause();
    });
  }

  /** A frame that does not follow is of a stretch that was left: the snapshot that begins the next one is on its way. */
  private show(frame: ServerFrame, atMs: number): void {
    const picture = (this.picture ??= emptyPicture());
    const applied = apply(picture, frame);
    if (applied.kind === 'gap') return;
    this.atMs = atMs;
    if (frame.type === 'snapshot') this.stage.replaced(picture);
    else this.stage.changed(picture, frame, applied.changed);
  }
}
