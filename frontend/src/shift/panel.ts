/** The panels of the shift, one of which may be open at a time. */
export type ShiftPanel = 'log' | 'handover' | 'units';
