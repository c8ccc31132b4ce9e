/** What panels leave free of the map. */

/** Below this width, CSS pixels, there is no room beside the map; the styles say the same. */
export const NARROW_PX = 900;

const RAIL_PX = 360;
const TOOLS_PX = 58;

/** CSS pixels of each side that panels cover: the rail is at the end of the line, the timeline at the foot. */
export function clearOf(
  widthPx: number,
  fromRight: boolean,
): { top: number; right: number; bottom: number; left: number } {
  if (widthPx < NARROW_PX) return { top: 130, right: 0, bottom: 126, left: 0 };
  const [left, right] = fromRight ? [RAIL_PX, TOOLS_PX] : [TOOLS_PX, RAIL_PX];
  return { top: 0, right, bottom: 92, left };
}
