/** The keys, as data: what acts on them and what lists them read the same table. */

import type { PlainKey } from '../words/catalogue';

export type Action =
  | 'acknowledge'
  | 'assess'
  | 'next'
  | 'previous'
  | 'close'
  | 'mute'
  | 'trail'
  | 'centre'
  | 'follow'
  | 'pick'
  | 'views'
  | 'layers'
  | 'all'
  | 'zoom in'
  | 'zoom out'
  | 'play'
  | 'back'
  | 'forth'
  | 'event before'
  | 'event after'
  | 'slower'
  | 'faster'
  | 'knowledge'
  | 'live'
  | 'incident'
  | 'draw'
  | 'log'
  | 'handover'
  | 'units'
  | 'print'
  | 'find'
  | 'help';

export const SHORTCUTS: readonly { key: string; shown: string; action: Action; does: PlainKey }[] = [
  {
    key: 'a',
    shown: 'A',
    action: 'acknowledge',
    does: 'keys.acknowledge',
  },
  { key: 'v', shown: 'V', action: 'assess', does: 'keys.assess' },
  { key: 'j', shown: 'J', action: 'next', does: 'keys.next' },
  { key: 'k', shown: 'K', action: 'previous', does: 'keys.previous' },
  { key: 'Escape', shown: 'Esc', action: 'close', does: 'keys.close' },
  { key: 't', shown: 'T', action: 'trail', does: 'keys.trail' },
  { key: 'c', shown: 'C', action: 'centre', does: 'keys.centre' },
  { key: 'f', shown: 'F', action: 'follow', does: 'keys.follow' },
  { key: 'w', shown: 'W', action: 'pick', does: 'keys.pick' },
  { key: 's', shown: 'S', action: 'views', does: 'views.title' },
  { key: 'z', shown: 'Z', action: 'layers', does: 'layers.title' },
  { key: 'h', shown: 'H', action: 'all', does: 'map.wholeArea' },
  { key: '+', shown: '+', action: 'zoom in', does: 'map.zoomIn' },
  { key: '-', shown: '−', action: 'zoom out', does: 'map.zoomOut' },
  { key: 'm', shown: 'M', action: 'mute', does: 'keys.mute' },
  { key: ' ', shown: '␣', action: 'play', does: 'keys.play' },
  { key: ',', shown: ',', action: 'back', does: 'keys.back' },
  { key: '.', shown: '.', action: 'forth', does: 'keys.forth' },
  { key: '[', shown: '[', action: 'event before', does: 'keys.eventBefore' },
  { key: ']', shown: ']', action: 'event after', does: 'keys.eventAfter' },
  { key: '<', shown: '<', action: 'slower', does: 'keys.slower' },
  { key: '>', shown: '>', action: 'faster', does: 'keys.faster' },
  { key: 'x', shown: 'X', action: 'knowledge', does: 'keys.knowledge' },
  { key: 'l', shown: 'L', action: 'live', does: 'keys.live' },
  { key: 'i', shown: 'I', action: 'incident', does: 'keys.incident' },
  { key: 'e', shown: 'E', action: 'draw', does: 'draw.title' },
  { key: 'b', shown: 'B', action: 'log', does: 'log.title' },
  { key: 'o', shown: 'O', action: 'handover', does: 'handover.title' },
  { key: 'u', shown: 'U', action: 'units', does: 'units.title' },
  { key: 'p', shown: 'P', action: 'print', does: 'rail.print' },
  { key: '/', shown: '/', action: 'find', does: 'palette.title' },
  { key: '?', shown: '?', action: 'help', does: 'keys.help' },
];

/** With Ctrl, or the Mac's Cmd. */
const CHORDS: Readonly<Record<string, Action>> = { k: 'find', p: 'print' };

/** The action of a key press; none while typing, or with a modifier that belongs to the browser. */
export function shortcutFor(event: KeyboardEvent): Action | null {
  if ((event.ctrlKey || event.metaKey) && !event.altKey) return CHORDS[event.key.toLowerCase()] ?? null;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.target instanceof HTMLElement) {
    if (event.target.closest('input, textarea, select')) return null;
    // The space bar belongs to the button that has the focus.
    if (event.key === ' ' && event.target.closest('button, a, summary, [role=button]')) return null;
  }
  return SHORTCUTS.find(({ key }) => key === event.key || key === event.key.toLowerCase())?.action ?? null;
}
