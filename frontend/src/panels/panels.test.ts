import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { railOf } from '../alerts/order';
import { judged, track, violation } from '../testing/builders';
import { Watch } from '../watch.svelte';
import AlertRail from './AlertRail.svelte';
import FeedHealth from './FeedHealth.svelte';
import StaleBanner from './StaleBanner.svelte';
import TrackCard from './TrackCard.svelte';

const NASTY = '<img src=x onerror=alert(1)><b>bold</b>';
const MISSION = { id: 'm', name: 'M', parties: [], contingents: [], exercise: false, escalate_after_s: {} };
let mounted: ReturnType<typeof mount>[] = [];

function shown<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
): HTMLElement {
  const target = document.body.appendChild(document.createElement('div'));
  mounted.push(mount(component, { target, props }));
  flushSync();
  return target;
}

afterEach(async () => {
  await Promise.all(mounted.map((each) => unmount(each)));
  mounted = [];
  document.body.replaceChildren();
});

function watching(...violations: ReturnType<typeof violation>[]): Watch {
  const watch = new Watch();
  for (const each of violations) watch.picture.violations.set(each.id, each);
  watch.rail = railOf(violations);
  return watch;
}

describe('the alert rail', () => {
  it('shows what feeds sent as text, never as markup', () => {
    const watch = watching(
      violation('v', { units: [{ contingent: NASTY, unit: NASTY }], feature_name: NASTY }),
    );

    const rail = shown(AlertRail, { watch, canAssess: true });

    expect(rail.textContent).toContain(NASTY);
    expect(rail.querySelector('img, b')).toBeNull();
  });

  it('says of each alert how it stands, for eyes and for tests', () => {
    const watch = watching(
      violation('a'),
      violation('b', judged('acknowledged')),
      violation('c', { status: 'withdrawn' }),
    );

    const alerts = [
      ...shown(AlertRail, { watch, canAssess: true }).querySelectorAll<HTMLElement>('[data-testid=alert]'),
    ];

    expect(
      alerts.map(({ dataset }) => [dataset['violationId'], dataset['status'], dataset['assessment']]),
    ).toEqual([
      ['a', 'confirmed', 'open'],
      ['b', 'confirmed', 'acknowledged'],
      ['c', 'withdrawn', 'open'],
    ]);
  });

  it('offers no acknowledgement to those who may not assess', () => {
    const watch = watching(violation('v'));

    expect(
      shown(AlertRail, { watch, canAssess: true }).querySelector('[data-testid=acknowledge]'),
    ).not.toBeNull();
    expect(
      shown(AlertRail, { watch, canAssess: false }).querySelector('[data-testid=acknowledge]'),
    ).toBeNull();
  });

  it('waits for the first picture, and says that there is nothing once it is there', () => {
    const watch = watching();
    watch.wire.link = { ...watch.link, state: 'live' };
    const rail = shown(AlertRail, { watch, canAssess: true });

    expect(rail.textContent).toContain('Waiting for the first picture');

    watch.mission = MISSION;
    flushSync();

    expect(rail.textContent).not.toContain('Waiting');
  });

  it('does not call it quiet when the link is lost', () => {
    const watch = watching();
    watch.mission = MISSION;

    expect(shown(AlertRail, { watch, canAssess: true }).textContent).toContain('not “all quiet”');
  });
});

describe('the track card', () => {
  const symbolOf = () => 'data:,';
  const at = (distance_m: number, side: string) => ({
    observed_at: new Date().toISOString(),
    distance_m,
    side,
    speed_m_s: 10,
    leg_speed_m_s: null,
  });

  beforeEach(() => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(
        Response.json({
          feature: 'cfl',
          feature_name: 'The line',
          reports: 2,
          positions: [at(1200, 'left'), at(80, 'right')],
        }),
      ),
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  it('says what its chart shows to who cannot see it', async () => {
    const card = shown(TrackCard, { watch: new Watch(), symbolOf, track: track('t') });

    await vi.waitFor(() => {
      const words = card.querySelector('figcaption')?.textContent;
      expect(words).toContain('Speed: from 36 km/h to 36 km/h, last 36 km/h');
      expect(words).toContain('To The line: from 80 m to 1.2 km, last 80 m, right');
    });
  });

  it('shows a callsign as text, never as markup', () => {
    const watch = new Watch();

    const card = shown(TrackCard, {
      watch,
      symbolOf,
      track: track('t', { callsign: NASTY, flags: [NASTY] }),
    });

    expect(card.textContent).toContain(NASTY);
    expect(card.querySelector('b')).toBeNull();
  });

  it('says where the track is, three ways, and what is not known', () => {
    const card = shown(TrackCard, {
      watch: new Watch(),
      symbolOf,
      track: track('t', { lon: 33.347, lat: 35.204 }),
    });

    for (const words of ['35°12′14.4″N 033°20′49.2″E', '35.20400° N', '36S', 'not given']) {
      expect(card.textContent).toContain(words);
    }
  });
});

describe('a selected alert', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is assessed as of the revision that was seen, with a note', async () => {
    const watch = watching(violation('v', { revision: 7, ...judged('acknowledged') }));
    watch.violationId = 'v';
    watch.judging.isAssessing = true;
    const sent: unknown[] = [];
    vi.stubGlobal('fetch', (path: string, { body }: RequestInit) => {
      sent.push([path, JSON.parse(String(body))]);
      return Promise.resolve(Response.json(violation('v', { revision: 8, ...judged('verified') })));
    });
    const rail = shown(AlertRail, { watch, canAssess: true });

    const note = rail.querySelector<HTMLTextAreaElement>('[data-testid=assess-note]');
    if (note) note.value = 'Seen by two patrols';
    note?.dispatchEvent(new Event('input', { bubbles: true }));
    rail.querySelector<HTMLButtonElement>('[data-testid=assess-save]')?.click();

    await vi.waitFor(() => {
      expect(sent).toEqual([
        ['/api/v1/violations/v/assessment', { state: 'verified', note: 'Seen by two patrols', revision: 7 }],
      ]);
    });
  });

  it('is shown and not judged by who may not', () => {
    const watch = watching(violation('v'));
    watch.violationId = 'v';

    const rail = shown(AlertRail, { watch, canAssess: false });

    expect(rail.querySelector('[data-testid=history]')).not.toBeNull();
    expect(rail.querySelector('[data-testid=assess]')).toBeNull();
  });
});

describe('the stale banner', () => {
  it('is there only when the picture is old', () => {
    const watch = new Watch();
    watch.wire.link = { ...watch.link, state: 'live' };
    watch.wire.heardAt = watch.now;
    const banner = shown(StaleBanner, { watch });
    expect(banner.querySelector('[data-testid=stale-banner]')).toBeNull();

    watch.wire.heardAt = watch.now - 10_001;
    flushSync();

    expect(banner.querySelector('[data-testid=stale-banner]')?.textContent).toContain('STALE');
    const told = banner.querySelector('[role=alert]')?.textContent;
    watch.now += 5_000;
    flushSync();
    expect(told).toContain('stale');
    expect(banner.querySelector('[role=alert]')?.textContent).toBe(told);
  });
});

describe('the health of feeds', () => {
  const feed = {
    id: 'f',
    contingent: 'ARG',
    feed: 'positions',
    status: 'live' as const,
    last_heard_at: '2026-11-22T12:00:00Z',
    rate_per_min: 0,
    accepted: 1,
    duplicates: 0,
    rejected: 0,
    clock_skew_s: null,
  };
  const mission = {
    id: 'm',
    name: 'M',
    parties: [],
    contingents: [
      { id: 'ARG', name: 'Argentina' },
      { id: 'GBR', name: 'United Kingdom' },
    ],
    exercise: true,
    escalate_after_s: {},
  };
  const now = Date.parse('2026-11-22T12:07:00Z');

  it('tells a quiet feed from a silent one, and both from one that was never heard', () => {
    const quiet = shown(FeedHealth, { feeds: [feed], mission, now, linked: true }).textContent;
    const silent = shown(FeedHealth, {
      feeds: [{ ...feed, status: 'silent' as const }],
      mission,
      now,
      linked: true,
    });

    expect(quiet).toContain('0/min');
    expect(quiet).toContain('no data: GBR');
    expect(silent.textContent).toContain('silent 7 min');
  });

  it('claims nothing of feeds while our own link is down', () => {
    const words = shown(FeedHealth, { feeds: [feed], mission, now, linked: false }).textContent;

    expect(words).toContain('ARG ?');
  });
});

describe('a filtered rail', () => {
  it('says what it hides, and keys act on nothing that is hidden', async () => {
    const watch = watching(violation('grave'), violation('slight', { severity: 'low', party: 'south' }));
    watch.filter = { ...watch.filter, party: 'south' };
    const asked: string[] = [];
    vi.stubGlobal('fetch', (path: string) => {
      asked.push(path);
      return Promise.resolve(Response.json({}));
    });

    const rail = shown(AlertRail, { watch, canAssess: true });
    await watch.acknowledge();
    vi.unstubAllGlobals();

    expect(rail.textContent).toContain('The filter hides 1 open alert.');
    expect(asked).toEqual(['/api/v1/violations/slight/assessment']);
  });
});
