/** The mutes in force, asked for now and then, as the live picture does not carry them; and what they silence. */

import type { Violation } from '../picture/nouns';
import { instantOf } from '../format/instant';
import { problemWords } from '../words/problem';
import { say } from '../words/words.svelte';
import { lift, mute, type Mute, type Muted, mutesInForce } from './api';

/** So long a mute of another officer may go unseen here; until then his alerts sound, which is the safe way. */
const ASK_MS = 15_000;
export const MINUTES = [15, 60, 240] as const;

/** Whether a mute is of this violation, and not over. */
export function silences(
  { rule, feature, track, until }: Mute,
  violation: Violation,
  nowMs: number,
): boolean {
  return (
    nowMs < (instantOf(until) ?? 0) &&
    (rule === null || rule === violation.rule || rule === violation.rule_id) &&
    (feature === null || feature === violation.feature) &&
    (track === null || track === violation.track)
  );
}

export class Muting {
  private known = $state.raw<Mute[]>([]);
  private timer: number | undefined;
  private asked = 0;

  /** `now` is the server's clock; `tell` says what failed. */
  constructor(
    private readonly now: () => number,
    private readonly tell: (words: string) => void,
  ) {}

  get inForce(): Mute[] {
    return this.known.filter(({ until }) => this.now() < (instantOf(until) ?? 0));
  }

  covers(violation: Violation): boolean {
    return this.known.some((each) => silences(each, violation, this.now()));
  }

  start(): void {
    void this.ask();
    this.timer = window.setInterval(() => void this.ask(), ASK_MS);
  }

  stop(): void {
    window.clearInterval(this.timer);
  }

  async mute(what: Muted, minutes: number): Promise<boolean> {
    const answer = await mute(what, this.now() + minutes * 60_000);
    if (!answer.ok) this.tell(say('notice.notMuted', { why: problemWords(answer.problem) }));
    await this.ask();
    return answer.ok;
  }

  async lift(id: string): Promise<void> {
    const answer = await lift(id);
    if (!answer.ok) this.tell(say('notice.notLifted', { why: problemWords(answer.problem) }));
    await this.ask();
  }

  /** What is not answered leaves what was known: each mute ends by itself. The last question's answer counts. */
  private async ask(): Promise<void> {
    const turn = ++this.asked;
    const answer = await mutesInForce();
    if (answer.ok && turn === this.asked) this.known = answer.value;
  }
}
