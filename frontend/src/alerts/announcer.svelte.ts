/** What is read aloud of new alerts: the urgent at once, the rest in turn, a flood as a number. Opens no page. */

import type { Violation } from '../picture/nouns';
import { say } from '../words/words.svelte';
import { isAudible, isUrgent } from './order';
import { headline, type Naming, whereabouts } from './words';

/** A screen reader needs this long for one announcement; what comes meanwhile is said together after it. */
const PAUSE_MS = 4_000;
/** Told apart by nothing that is read: a region whose text does not change is not read again. */
const AGAIN = '\u00a0';

export class Announcer {
  polite = $state('');
  assertive = $state('');
  private waiting = new Map<string, Violation>();
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly naming: Naming) {}

  tell(news: Violation[]): void {
    for (const violation of news) {
      if (isAudible(violation)) this.waiting.set(violation.id, violation);
      else this.waiting.delete(violation.id);
    }
    if (this.pause === undefined) this.speak();
  }

  /** So many alerts have waited too long for somebody. */
  escalate(n: number): void {
    const words = say('announce.escalated', { n });
    this.assertive = this.assertive === words ? words + AGAIN : words;
  }

  stop(): void {
    clearTimeout(this.pause);
    this.pause = undefined;
    this.waiting.clear();
  }

  private speak(): void {
    this.pause = undefined;
    if (this.waiting.size === 0) return;
    const told = [...this.waiting.values()];
    this.waiting.clear();
    const words = this.wordsFor(told);
    if (told.some(isUrgent)) this.assertive = this.assertive === words ? words + AGAIN : words;
    else this.polite = this.polite === words ? words + AGAIN : words;
    this.pause = setTimeout(() => {
      this.speak();
    }, PAUSE_MS);
  }

  private wordsFor(told: Violation[]): string {
    const [first] = told;
    if (!first || told.length > 1) return say('announce.many', { n: told.length });
    return say('announce.one', {
      what: headline(first, this.naming),
      where: whereabouts(first, this.naming),
    });
  }
}
