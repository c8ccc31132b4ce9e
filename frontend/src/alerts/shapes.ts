/** One shape a severity, the same in the rail and on the map, so that colour is never the only sign. In a box of 24. */

import type { Severity } from '../protocol/frames';

export const SEVERITY_SHAPE: Record<Severity, string> = {
  critical: 'M8 2h8l6 6v8l-6 6H8l-6-6V8z',
  high: 'M12 2.5 23 21.5H1z',
  medium: 'M12 1 23 12 12 23 1 12z',
  low: 'M4 4h16v16H4z',
  info: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z',
};

/** The mark inside the shape: a stroke and a dot; the triangle's hangs lower. */
export const MARK = 'M10.9 6h2.2l-.3 7.6h-1.6zM12 15.4a1.4 1.4 0 1 1 0 2.8a1.4 1.4 0 1 1 0-2.8z';
export const MARK_LOW = 'M10.9 9h2.2l-.3 6.2h-1.6zM12 16.4a1.3 1.3 0 1 1 0 2.6a1.3 1.3 0 1 1 0-2.6z';

export function markOf(severity: Severity): string {
  return severity === 'high' ? MARK_LOW : MARK;
}
