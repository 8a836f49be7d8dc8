const DATE = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2}):(\d{2}))?)?)?$/i;
const MINUTE_MS = 60_000;

/** A year, month, day or minute, in milliseconds since 1970; `end` is the first millisecond after it. */
export interface DateSpan {
  begin: number;
  end: number;
}

/** Reads `2025`, `2025-01`, `2025-01-31` or `2025-01-31T18:00`, in UTC. Null for anything else, as for 2025-02-30. */
export function readDate(text: string): DateSpan | null {
  const [, ...found] = DATE.exec(text) ?? [];
  const [year, month, day, hour, minute] = found.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (year === undefined) return null;
  const begin = new Date(Date.UTC(year, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0));
  const isReal =
    year >= 1400 &&
    begin.getUTCFullYear() === year &&
    (month === undefined || begin.getUTCMonth() + 1 === month) &&
    (day === undefined || begin.getUTCDate() === day) &&
    (hour === undefined || begin.getUTCHours() === hour) &&
    (minute === undefined || begin.getUTCMinutes() === minute);
  if (!isReal) return null;
  return { begin: begin.getTime(), end: endOf(begin, { month, day, hour }) };
}

function endOf(
  begin: Date,
  { month, day, hour }: { month: number | undefined; day: number | undefined; hour: number | undefined },
): number {
  const year = begin.getUTCFullYear();
  if (month === undefined) return Date.UTC(year + 1, 0);
  if (day === undefined) return Date.UTC(year, month);
  if (hour === undefined) return Date.UTC(year, month - 1, day + 1);
  return begin.getTime() + MINUTE_MS;
}
