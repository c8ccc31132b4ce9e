/** The panels over the map, one of which may be open at a time. */
export type ShiftPanel = 'log' | 'handover' | 'units' | 'views';
