import { describe, expect, it } from 'vitest';
import { clearOf, NARROW_PX } from './clear';

describe('what panels leave free', () => {
  it('keeps the mission from under the rail and the tools, on whichever sides they are', () => {
    expect(clearOf(1440, false)).toMatchObject({ left: 58, right: 360 });
    expect(clearOf(1440, true)).toMatchObject({ left: 360, right: 58 });
  });

  it('leaves the whole width of a narrow screen, and less of its height', () => {
    const narrow = clearOf(NARROW_PX - 1, true);
    expect([narrow.left, narrow.right]).toEqual([0, 0]);
    expect(narrow.top).toBeGreaterThan(100);
  });
});
