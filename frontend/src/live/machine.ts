/** The live link as a pure state machine: events in, a new state and commands out. Opens nothing, reads no clock. */

import type { Resume } from '../protocol/frames';

/** Why the link is not live, as a code that the catalogue has words for. */
export type LinkReason =
  | 'leaving'
  | 'broken'
  | 'restarting'
  | 'busy'
  | 'behind'
  | 'elsewhere'
  | 'closed'
  | 'loggedOut'
  | 'unanswered'
  | 'silent';

/** `stale`: the socket is open but silent. `down`: no socket; a try is due at `retryAt`. `ended`: it will not try again. */
export type LinkState = 'connecting' | 'live' | 'stale' | 'down' | 'ended';

export interface Link {
  state: LinkState;
  /** Number of the socket: news of an older one is ignored. */
  socket: number;
  /** Failed or short-lived tries in a row. */
  tries: number;
  /** ms since 1970 of the last message of any kind, of the socket's opening, and of the next try. */
  heardAt: number | null;
  openedAt: number | null;
  retryAt: number | null;
  /** Since when the link has not been live; null while it is. */
  lostAt: number | null;
  reason: LinkReason | null;
  /** A frame did not follow from what is held: only a snapshot will do, and it has been or will be asked for. */
  needsWhole: boolean;
}

export type LinkEvent =
  | { type: 'start'; now: number }
  | { type: 'opened'; socket: number; now: number }
  | { type: 'message'; socket: number; now: number }
  | { type: 'gap'; socket: number }
  | { type: 'whole'; socket: number }
  | { type: 'closed'; socket: number; code: number; now: number; chance: number }
  | { type: 'tick'; now: number; chance: number }
  /** The browser says that the network is back, or the tab is seen again. */
  | { type: 'wake'; now: number }
  | { type: 'stop' };

export type LinkCommand =
  | { type: 'open'; socket: number }
  | { type: 'subscribe'; socket: number; resume: 'if held' | 'never' }
  | { type: 'close'; socket: number };

/** The server pings more often than this; silence beyond it is shown, and beyond `DEAD_MS` ends the socket. */
export const SILENT_MS = 10_000;
export const DEAD_MS = 20_000;
const OPENING_MS = 10_000;
/** A link that holds this long was a good one: the next retry starts from the shortest wait again. */
const SETTLED_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Closes after which the log-in itself must be renewed. */
const LOGGED_OUT = new Set([4401]);
const REASONS: Record<number, LinkReason> = {
  1001: 'leaving',
  1006: 'broken',
  1012: 'restarting',
  1013: 'busy',
  4008: 'behind',
  4009: 'elsewhere',
};

export function newLink(): Link {
  return {
    state: 'down',
    socket: 0,
    tries: 0,
    heardAt: null,
    openedAt: null,
    retryAt: null,
    lostAt: null,
    reason: null,
    needsWhole: false,
  };
}

export function step(link: Link, event: LinkEvent): { link: Link; commands: LinkCommand[] } {
  if ('socket' in event && event.socket !== link.socket) return { link, commands: [] };
  switch (event.type) {
    case 'start':
      return open({ ...link, lostAt: link.lostAt ?? event.now }, event.now);
    case 'opened':
      return {
        link: { ...link, openedAt: event.now, heardAt: event.now },
        commands: [{ type: 'subscribe', socket: link.socket, resume: link.needsWhole ? 'never' : 'if held' }],
      };
    case 'message':
      return {
        link: {
          ...link,
          state: 'live',
          tries: event.now - (link.openedAt ?? event.now) >= SETTLED_MS ? 0 : link.tries,
          heardAt: event.now,
          lostAt: null,
          reason: null,
        },
        commands: [],
      };
    case 'gap':
      // Frames already on their way will not follow either: ask once, and wait.
      if (link.needsWhole) return { link, commands: [] };
      return {
        link: { ...link, needsWhole: true },
        commands: [{ type: 'subscribe', socket: link.socket, resume: 'never' }],
      };
    case 'whole':
      return { link: { ...link, needsWhole: false }, commands: [] };
    case 'closed':
      return closed(link, event.code, event.now, event.chance);
    case 'tick':
      return tick(link, event.now, event.chance);
    case 'wake':
      return link.state === 'down' ? open(link, event.now) : { link, commands: [] };
    case 'stop':
      return {
        link: { ...newLink(), state: 'ended', socket: link.socket + 1 },
        commands: [{ type: 'close', socket: link.socket }],
      };
  }
}

function open(link: Link, now: number): { link: Link; commands: LinkCommand[] } {
  const socket = link.socket + 1;
  return {
    link: { ...link, state: 'connecting', socket, openedAt: now, heardAt: null, retryAt: null },
    commands: [{ type: 'open', socket }],
  };
}

function closed(
  link: Link,
  code: number,
  now: number,
  chance: number,
): { link: Link; commands: LinkCommand[] } {
  if (LOGGED_OUT.has(code)) {
    return {
      link: { ...link, state: 'ended', lostAt: link.lostAt ?? now, reason: 'loggedOut' },
      commands: [],
    };
  }
  return { link: resting(link, REASONS[code] ?? 'closed', now, chance), commands: [] };
}

function tick(link: Link, now: number, chance: number): { link: Link; commands: LinkCommand[] } {
  if (link.state === 'down') {
    return link.retryAt !== null && now >= link.retryAt ? open(link, now) : { link, commands: [] };
  }
  if (link.state === 'ended') return { link, commands: [] };
  const silentMs = now - (link.heardAt ?? link.openedAt ?? now);
  const allowedMs = link.state === 'connecting' ? OPENING_MS : DEAD_MS;
  if (silentMs >= allowedMs) {
    const rested = resting({ ...link, socket: link.socket + 1 }, 'unanswered', now, chance);
    return { link: rested, commands: [{ type: 'close', socket: link.socket }] };
  }
  if (link.state === 'live' && silentMs >= SILENT_MS) {
    return {
      link: { ...link, state: 'stale', lostAt: link.heardAt, reason: 'silent' },
      commands: [],
    };
  }
  return { link, commands: [] };
}

/** Wait before the next try: doubling to a ceiling, and spread so that not all browsers return at once. */
function resting(link: Link, reason: LinkReason, now: number, chance: number): Link {
  const ceilingMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(link.tries, 10));
  const waitMs = ceilingMs * (0.5 + 0.5 * chance);
  return {
    ...link,
    state: 'down',
    tries: link.tries + 1,
    retryAt: now + waitMs,
    lostAt: link.lostAt ?? link.heardAt ?? now,
    openedAt: null,
    reason,
  };
}

/** What the next subscription may offer to resume from. */
export function resumeOf(held: Resume | null, command: LinkCommand): Resume | null {
  return command.type === 'subscribe' && command.resume === 'if held' ? held : null;
}
