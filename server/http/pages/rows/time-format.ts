/** Writes times, given in milliseconds since 1970, for a reader: in UTC on the server, in the reader's zone in the browser. */
export interface TimeFormat {
  timeOfDay(sent: number): string;
  /** The time of day without `AM` or `PM`, for narrow places. */
  clock(sent: number): string;
  /** With the date. */
  fullTime(sent: number): string;
  /** The day as `2025-01-31`. */
  dayOf(sent: number): string;
  /** The day in words. */
  dayName(sent: number): string;
}
