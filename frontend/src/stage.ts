/** Puts a watch on the page: its map, its link to the server, and what browser tests read. Draws no panel. */

import { measures } from './format/measures.svelte';
import { Chart, type ChartWiring } from './map/chart';
import { installProbe } from './probe';
import { basemap } from './session/api';
import type { Watch } from './watch.svelte';
import { say } from './words/words.svelte';

export interface Stage extends Pick<ChartWiring, 'container' | 'padding' | 'pointed'> {
  /** Who is on watch. */
  officer: string;
  /** Told when the log-in may be over. */
  lookAgain: () => void;
}

/** Begin; what is returned ends it. */
export function stage(watch: Watch, { officer, lookAgain, ...place }: Stage): () => void {
  const chart = chartIn(watch, place);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  watch.officer = officer;
  watch.views.load(officer);
  watch.start(chart, `${scheme}://${location.host}/api/v1/live`, lookAgain);
  installProbe(watch, chart);
  if (chart) void beneath(chart);
  return () => {
    watch.stop();
    chart?.remove();
  };
}

function chartIn(watch: Watch, place: Omit<Stage, 'officer' | 'lookAgain'>): Chart | null {
  const { theme, grid } = watch.display;
  try {
    return new Chart({
      ...place,
      ...{ theme, grid, measures: measures(), northIsUp: say('map.north') },
      picked: (what, adds) => {
        if (adds && what.kind === 'track') watch.picks.toggle(what.id);
        else if (!adds) watch.pick(what);
      },
      dragged: () => {
        watch.following.stop();
      },
      boxed: (isWithin) => {
        watch.picks.box(isWithin);
      },
    });
  } catch {
    // MapLibre throws where there is no WebGL 2, and for nothing else that it is given here.
    watch.notice = say('map.failed');
    return null;
  }
}

/** The mission's own base map may come at any time, or not at all: the picture does not wait for it. */
async function beneath(chart: Chart): Promise<void> {
  const answer = await basemap();
  if (answer.ok && answer.value) chart.tiles.show(answer.value);
}
