/** The tools in the officer's hand: measuring and range rings. At most one is out; the map tells it of clicks. */

import type { FeatureCollection } from 'geojson';
import { distance } from '../format/quantity';
import type { MapTool, Place } from '../map/place';
import { nameOf } from '../picture/names';
import type { Track } from '../picture/nouns';
import { degreesTrue } from './bearing';
import { type Leg, legsOf, nextStepM, ringsDrawing, suitedStepM, totalM, wayDrawing } from './drawing';

export type ToolName = 'measure' | 'rings';

/** What the tools ask of the map. */
interface Hand {
  use(tool: MapTool | null): void;
  draw(what: 'tool', features: FeatureCollection): void;
  centre(): Place;
  metresAPixel(): number;
}

/** What rings can go with: a track that moves. */
export interface Followed extends Place {
  id: string;
  name: string | null;
}

export function followedOf(track: Track | null): Followed | null {
  return track && { id: track.id, name: nameOf(track), lon: track.lon, lat: track.lat };
}

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

export class Tools {
  out = $state<ToolName | null>(null);
  /** Whether the map's clicks are the tool's. */
  takesClicks = $state(false);
  legs = $state.raw<Leg[]>([]);
  everyM = $state(1000);
  centre = $state.raw<Place | null>(null);
  followed = $state.raw<Followed | null>(null);
  readonly total = $derived(totalM(this.legs));
  private way: Place[] = [];
  private cursor: Place | null = null;

  /** `hand` gives the map, `selected` the track that rings go with. */
  constructor(
    private readonly hand: () => Hand | null,
    private readonly selected: () => Followed | null,
  ) {}

  /** Take a tool out, or put it away when it is out. */
  toggle(name: ToolName): void {
    const wasOut = this.out === name;
    this.putAway();
    if (wasOut) return;
    this.out = name;
    const track = name === 'rings' ? this.selected() : null;
    if (name === 'rings') this.everyM = suitedStepM(this.hand()?.metresAPixel() ?? 100);
    if (track) this.follow(track);
    else this.captureClicks(true);
  }

  putAway(): void {
    this.out = null;
    this.way = [];
    this.legs = [];
    this.cursor = this.centre = this.followed = null;
    this.captureClicks(false);
    this.hand()?.draw('tool', NOTHING);
  }

  /** Where the followed track is now; one that is gone leaves its rings where they are. */
  followOn(placeOf: (id: string) => Place | undefined): void {
    const { followed } = this;
    const now = followed && placeOf(followed.id);
    if (now && (now.lon !== followed.lon || now.lat !== followed.lat))
      this.follow({ ...followed, lon: now.lon, lat: now.lat });
  }

  /** By keyboard: a point in the middle of the map. */
  placeAtCentre(): void {
    const centre = this.hand()?.centre();
    if (centre && this.takesClicks) this.placed(centre);
  }

  takeBack(): void {
    if (this.out !== 'measure' || this.way.length === 0) return;
    this.way = this.way.slice(0, -1);
    this.captureClicks(true);
    this.redraw();
  }

  /** Measuring is over; what was measured stays to be read. */
  finish(): void {
    if (this.out !== 'measure') return;
    this.cursor = null;
    this.captureClicks(false);
    this.redraw();
  }

  setStep(by: 1 | -1): void {
    this.everyM = nextStepM(this.everyM, by);
    this.redraw();
  }

  /** Measures have changed: write what is on the map anew, with rings at round distances. */
  restate(): void {
    this.everyM = nextStepM(this.everyM, 0);
    this.redraw();
  }

  private follow(track: Followed): void {
    this.followed = track;
    this.centre = { lon: track.lon, lat: track.lat };
    this.redraw();
  }

  private placed(at: Place): void {
    if (this.out === 'measure') {
      const last = this.way.at(-1);
      // A double click ends the way: its second click is no further point.
      if (last?.lon !== at.lon || last.lat !== at.lat) this.way = [...this.way, at];
    } else if (this.out === 'rings') {
      this.centre = at;
      this.cursor = null;
      this.captureClicks(false);
    }
    this.redraw();
  }

  private captureClicks(takes: boolean): void {
    this.takesClicks = takes;
    this.hand()?.use(
      takes
        ? {
            placed: (at) => this.placed(at),
            moved: (at) => {
              this.cursor = at;
              this.redraw();
            },
            finished: () => this.finish(),
          }
        : null,
    );
  }

  private redraw(): void {
    const hand = this.hand();
    if (!hand || !this.out) return;
    if (this.out === 'measure') {
      this.legs = legsOf(this.way);
      hand.draw(
        'tool',
        wayDrawing(
          this.way,
          this.cursor,
          (leg) => `${distance(leg.distanceM)}  ${degreesTrue(leg.bearingDeg)}`,
        ),
      );
    } else if (this.centre) hand.draw('tool', ringsDrawing(this.centre, this.everyM, distance));
    else
      hand.draw(
        'tool',
        wayDrawing([], this.cursor, () => ''),
      );
  }
}
