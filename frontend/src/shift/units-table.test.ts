import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { track } from '../testing/builders';
import { Watch } from '../watch.svelte';
import UnitsTable from './UnitsTable.svelte';

const MANY = 10_000;
let table: ReturnType<typeof mount>;
let picked: string[];

function press(testId: string): void {
  document.querySelector<HTMLButtonElement>(`[data-testid="${testId}"]`)?.click();
  flushSync();
}

function names(): string[] {
  return [...document.querySelectorAll('[data-testid=unit] button')].map((each) => each.textContent);
}

describe('the table of units', () => {
  beforeEach(() => {
    const watch = new Watch();
    for (let n = 1; n <= MANY; n++) watch.picture.tracks.set(`t${n}`, track(`t${n}`, { callsign: `C-${n}` }));
    picked = [];
    table = mount(UnitsTable, {
      target: document.body,
      props: { watch, chosen: (id: string) => picked.push(id), close: () => undefined },
    });
    flushSync();
  });
  afterEach(() => unmount(table));

  it('counts all of ten thousand and puts a screenful of them on the page', () => {
    expect(document.querySelector('[data-testid=units-count]')?.textContent).toBe('10,000 units');
    expect(names().length).toBeGreaterThan(5);
    expect(names().length).toBeLessThan(60);
  });

  it('sorts by a column, and the other way when asked again', () => {
    const first = names()[0];
    press('sort-name');

    expect([first, names()[0]]).toEqual(['C-1', 'C-10000']);
  });

  it('finds by what is typed, and gives the one that is chosen', () => {
    const field = document.querySelector<HTMLInputElement>('[data-testid=units-search]');
    if (field) field.value = 'c-4711';
    field?.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    const found = names();
    document.querySelector<HTMLButtonElement>('[data-testid=unit] button')?.click();

    expect([found, picked]).toEqual([['C-4711'], ['t4711']]);
  });
});
