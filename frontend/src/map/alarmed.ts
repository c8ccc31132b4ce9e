/** Who is in an open breach: drawn whole and on top, at every zoom. */

import { standing } from '../alerts/order';
import type { Picture } from '../picture/picture';

/** The tracks of violations that nobody has acknowledged yet. */
export function alarmed(picture: Picture): ReadonlySet<string> {
  const open = [...picture.violations.values()].filter((violation) => standing(violation) === 'open');
  return new Set(open.map(({ track }) => track));
}
