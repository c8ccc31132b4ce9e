import { describe, expect, it } from 'vitest';
import {
  DEAD_MS,
  type Link,
  type LinkCommand,
  type LinkEvent,
  newLink,
  resumeOf,
  SILENT_MS,
  step,
} from './machine';

/** Play events; returns the last state and every command on the way. */
function play(...events: LinkEvent[]): { link: Link; commands: LinkCommand[] } {
  let link = newLink();
  const commands: LinkCommand[] = [];
  for (const event of events) {
    const next = step(link, event);
    link = next.link;
    commands.push(...next.commands);
  }
  return { link, commands };
}

const start: LinkEvent = { type: 'start', now: 0 };
const opened = (socket: number, now: number): LinkEvent => ({ type: 'opened', socket, now });
const message = (socket: number, now: number): LinkEvent => ({ type: 'message', socket, now });
const closed = (socket: number, now: number, code = 1006): LinkEvent => ({
  type: 'closed',
  socket,
  code,
  now,
  chance: 1,
});
const tick = (now: number): LinkEvent => ({ type: 'tick', now, chance: 1 });
const live = [start, opened(1, 10), message(1, 20)];

describe('the live link', () => {
  it('opens, subscribes with what it holds, and is live on the first message', () => {
    const { link, commands } = play(...live);

    expect(link.state).toBe('live');
    expect(commands).toEqual([
      { type: 'open', socket: 1 },
      { type: 'subscribe', socket: 1, resume: 'if held' },
    ]);
  });

  it('is not live before a message has come', () => {
    expect(play(start, opened(1, 10)).link.state).toBe('connecting');
  });

  it('says stale when the server falls silent, and live again when it speaks', () => {
    const silent = play(...live, tick(20 + SILENT_MS));

    expect(silent.link.state).toBe('stale');
    expect(silent.link.lostAt).toBe(20);
    expect(step(silent.link, message(1, 15_000)).link.state).toBe('live');
  });

  it('gives a dead socket up and does not wait for its close', () => {
    const { link, commands } = play(...live, tick(20 + SILENT_MS), tick(20 + DEAD_MS));

    expect(link.state).toBe('down');
    expect(commands.at(-1)).toEqual({ type: 'close', socket: 1 });
    expect(step(link, message(1, 21_000)).link).toBe(link);
  });

  it('gives up a socket that never opens', () => {
    expect(play(start, tick(9_999)).link.state).toBe('connecting');
    expect(play(start, tick(10_000)).link.state).toBe('down');
  });

  it('waits longer after each failure, up to a ceiling, and then tries again', () => {
    const waits: number[] = [];
    let link = play(start).link;
    let now = 0;
    for (let i = 0; i < 8; i++) {
      link = step(link, closed(link.socket, now)).link;
      waits.push((link.retryAt ?? 0) - now);
      now = link.retryAt ?? 0;
      link = step(link, tick(now)).link;
      expect(link.state).toBe('connecting');
    }

    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('spreads the retries of many browsers', () => {
    const wait = (chance: number) =>
      play(start, { type: 'closed', socket: 1, code: 1006, now: 0, chance }).link.retryAt;

    expect([wait(0), wait(0.5), wait(1)]).toEqual([250, 375, 500]);
  });

  it('starts from the shortest wait again only after a link that held', () => {
    const brief = play(
      ...live,
      closed(1, 100),
      tick(10_000),
      opened(2, 10_000),
      message(2, 10_010),
      closed(2, 10_020),
    );
    const held = play(...live, message(1, 6_000), closed(1, 6_100));

    expect(brief.link.tries).toBe(2);
    expect(held.link.tries).toBe(1);
  });

  it('comes back at once when the network does', () => {
    const { link } = play(...live, closed(1, 100), { type: 'wake', now: 120 });

    expect([link.state, link.socket]).toEqual(['connecting', 2]);
  });

  it('asks for a snapshot once after a gap, until it has one', () => {
    const gap: LinkEvent = { type: 'gap', socket: 1 };
    const asked = play(...live, gap, gap, gap);
    const whole = step(asked.link, { type: 'whole', socket: 1 }).link;

    const never = asked.commands.filter(
      (command) => command.type === 'subscribe' && command.resume === 'never',
    );
    expect(never).toHaveLength(1);
    expect(step(whole, gap).commands).toHaveLength(1);
  });

  it('never resumes from a picture with a gap, even over a new socket', () => {
    const { commands } = play(
      ...live,
      { type: 'gap', socket: 1 },
      closed(1, 30),
      tick(9_000),
      opened(2, 9_010),
    );

    expect(commands.at(-1)).toEqual({ type: 'subscribe', socket: 2, resume: 'never' });
  });

  it('remembers since when the officer has had no live picture', () => {
    const { link } = play(...live, closed(1, 500), tick(2_000), closed(2, 2_100));

    expect(link.lostAt).toBe(20);
  });

  it.each([4008, 4009, 1012, 1001])('tries again after close %i', (code) => {
    expect(play(...live, closed(1, 30, code)).link.state).toBe('down');
  });

  it('ends for good when the log-in has', () => {
    const { link } = play(...live, closed(1, 30, 4401), tick(100_000));

    expect(link.state).toBe('ended');
  });

  it('ignores news of a socket that it has left', () => {
    const { link } = play(...live, closed(1, 100), tick(10_000));

    expect(step(link, closed(1, 10_001)).link).toBe(link);
  });

  it('offers a resume only where that was asked for', () => {
    const resume = { epoch: 'e', seq: 4 };

    expect(resumeOf(resume, { type: 'subscribe', socket: 1, resume: 'if held' })).toBe(resume);
    expect(resumeOf(resume, { type: 'subscribe', socket: 1, resume: 'never' })).toBeNull();
  });
});
