/** Milliseconds between two `typing` frames that a client sends for one room while its user types. */
export const TYPING_INTERVAL_MS = 2_000;
/** Milliseconds for which an indicator is shown. More than the interval, or it would flicker. */
export const TYPING_DURATION_MS = 5_000;
