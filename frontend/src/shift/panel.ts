/** The panels over the map, one of which may be open at a time. */
const PANELS = ['log', 'handover', 'units', 'views', 'layers'] as const;
export type ShiftPanel = (typeof PANELS)[number];

export function isPanel(name: string): name is ShiftPanel {
  return (PANELS as readonly string[]).includes(name);
}
