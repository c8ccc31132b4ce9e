/** The logging of one incident: where it is taken to be, and the map's clicks while the form is out. */

import type { MapTool, Place } from '../map/place';

interface Hand {
  use(tool: MapTool | null): void;
  centre(): Place;
  highlight(place: Place | null, fly: boolean): void;
}

export class Logging {
  /** Where the incident is; null while none is being logged. */
  at = $state.raw<Place | null>(null);

  /** `hand` gives the map, `looked` what the officer has selected, `begun` clears the map's other tools away. */
  constructor(
    private readonly hand: () => Hand | null,
    private readonly looked: () => Place | null,
    private readonly begun: () => void,
  ) {}

  /** Take out the form at what is selected, or in the middle of the map; clicks move its place. */
  begin(): void {
    const hand = this.hand();
    if (!hand || this.at) return;
    this.begun();
    const { lon, lat } = this.looked() ?? hand.centre();
    this.at = { lon, lat };
    hand.use({
      placed: (at) => (this.at = at),
      moved: () => undefined,
      finished: () => undefined,
    });
  }

  end(): void {
    this.at = null;
    this.hand()?.use(null);
  }

  show(place: Place | null): void {
    this.hand()?.highlight(place, false);
  }
}
