import { describe, expect, it } from 'vitest';
import { shortcutFor, SHORTCUTS } from './shortcuts';

function press(
  key: string,
  over: KeyboardEventInit = {},
  target: HTMLElement = document.body,
): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, ...over });
  target.dispatchEvent(event);
  return event;
}

describe('the keys', () => {
  it('each do one thing', () => {
    expect(new Set(SHORTCUTS.map(({ key }) => key)).size).toBe(SHORTCUTS.length);
  });

  it('work in either case', () => {
    expect([shortcutFor(press('a')), shortcutFor(press('A')), shortcutFor(press('Escape'))]).toEqual([
      'acknowledge',
      'acknowledge',
      'close',
    ]);
  });

  it('leave the browser its own', () => {
    expect(shortcutFor(press('a', { ctrlKey: true }))).toBeNull();
  });

  it('are quiet while somebody types', () => {
    const input = document.body.appendChild(document.createElement('input'));

    expect(shortcutFor(press('a', {}, input))).toBeNull();
  });
});

describe('the key that finds', () => {
  it('is the slash, or K with the key that others use', () => {
    const press = (key: string, over: KeyboardEventInit = {}) =>
      shortcutFor(new KeyboardEvent('keydown', { key, ...over }));

    expect([press('/'), press('k', { ctrlKey: true }), press('K', { metaKey: true }), press('k')]).toEqual([
      'find',
      'find',
      'find',
      'previous',
    ]);
  });
});
