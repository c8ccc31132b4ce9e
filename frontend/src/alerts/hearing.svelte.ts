/** What is heard of the news: sounds, and words for screen readers. What an officer muted is listed, and not heard. */

import type { Violation } from '../picture/nouns';
import type { Announcer } from './announcer.svelte';
import { isAudible, isUrgent } from './order';
import { Signal } from './sound';

export class Hearing {
  /** Whether this screen makes no sounds at all. */
  isOff = $state(false);
  private readonly signal = new Signal();
  private firstPicture = true;

  constructor(
    private readonly announcer: Announcer,
    private readonly isMuted: (violation: Violation) => boolean,
  ) {}

  /** The first picture of a log-in is read, not announced. */
  tell(news: readonly Violation[]): void {
    const heard = this.firstPicture ? [] : news.filter((each) => !this.isMuted(each));
    this.firstPicture = false;
    this.announcer.tell(heard);
    const audible = heard.filter((each) => isAudible(each));
    if (audible.length > 0) this.signal.play(audible.some(isUrgent) ? 'urgent' : 'new');
  }

  /** What nobody has acknowledged in time: the news are said once, all of it sounds. */
  escalate(news: readonly Violation[], overdue: readonly Violation[]): void {
    const heard = overdue.filter((each) => !this.isMuted(each));
    if (heard.length === 0) return;
    if (news.some((each) => heard.includes(each))) this.announcer.escalate(heard.length);
    this.signal.play('escalated');
  }

  /** Call on a click or key: only then may a page make sounds. */
  allow(): void {
    this.signal.allow();
  }

  toggle(): void {
    this.signal.muted = this.isOff = !this.isOff;
  }
}
