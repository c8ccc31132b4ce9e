/** Which parts of the picture the officer has taken off the map. A new watch begins with all of it. */

import { type Hidden, NOTHING_HIDDEN, type Part } from '../map/shown';

interface Hears {
  setHidden(hidden: Hidden): void;
}

export class Layers {
  hidden = $state.raw<Hidden>(NOTHING_HIDDEN);
  readonly count = $derived(this.hidden.parts.size + this.hidden.parties.size + (this.hidden.names ? 1 : 0));

  /** `shown` gives what draws, once there is a map. */
  constructor(private readonly shown: () => Hears | null) {}

  togglePart(part: Part): void {
    this.hide({ ...this.hidden, parts: toggled(this.hidden.parts, part) });
  }

  toggleParty(party: string): void {
    this.hide({ ...this.hidden, parties: toggled(this.hidden.parties, party) });
  }

  toggleNames(): void {
    this.hide({ ...this.hidden, names: !this.hidden.names });
  }

  showAll(): void {
    this.hide(NOTHING_HIDDEN);
  }

  private hide(hidden: Hidden): void {
    this.hidden = hidden;
    this.shown()?.setHidden(hidden);
  }
}

function toggled<T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(one)) next.add(one);
  return next;
}
