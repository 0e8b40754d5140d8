/** The two halves of a procedure. */
export const operations = ['backup', 'restore'] as const;
export type Operation = (typeof operations)[number];
