import { type Datum, type DatumObject, REQL_TYPE, typeName } from './datum.js';
import { displayShort } from './display.js';
import { logicError } from './reql-error.js';

/** A TIME pseudotype: `epoch_time` in seconds with up to three decimals, `timezone` as `+hh:mm`. */
export interface Time extends DatumObject {
  $reql_type$: 'TIME';
  epoch_time: number;
  timezone: string;
}

/** A time from seconds since 1970 (rounded to milliseconds, as RethinkDB does) and a canonical zone. */
export function makeTime(epochSeconds: number, timezone = '+00:00'): Time {
  return { [REQL_TYPE]: 'TIME', epoch_time: roundToMilliseconds(epochSeconds), timezone };
}

export function roundToMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Checks an object with `$reql_type$: 'TIME'` from a client. @returns its canonical form */
export function sanitizeTime(object: DatumObject): Time {
  const fault = timeFault(object);
  if (fault !== undefined) {
    throw logicError(`Invalid time object constructed (${fault}):\n${displayShort(object)}`);
  }
  return makeTime(object.epoch_time as number, parseTimezone(object.timezone as string));
}

function timeFault(object: DatumObject): string | undefined {
  for (const key of Object.keys(object).sort()) {
    const value = object[key] ?? null;
    const wrong = (type: string) =>
      `field \`${key}\` must be a ${type} (got \`${displayShort(value)}\` of type ${typeName(value)})`;
    if (key === 'epoch_time') {
      if (typeof value !== 'number') return wrong('number');
    } else if (key === 'timezone') {
      if (typeof value !== 'string') return wrong('string');
      if (!isTimezone(value)) return `invalid timezone string \`${displayShort(value)}\``;
    } else if (key !== REQL_TYPE) {
      return `unrecognized field \`${key}\``;
    }
  }
  return ['epoch_time', 'timezone']
    .map((key) => (Object.hasOwn(object, key) ? undefined : `no field \`${key}\``))
    .find((fault) => fault !== undefined);
}

export function isTimezone(text: Datum): boolean {
  try {
    return typeof text === 'string' && parseTimezone(text) !== '';
  } catch {
    return false;
  }
}

/** Parses `Z`, `+hh`, `+hhmm` or `+hh:mm`. @returns `+hh:mm` @throws ReqlError LOGIC for other texts */
export function parseTimezone(text: string): string {
  if (text === '-00' || text === '-00:00') throw logicError(`\`${text}\` is not a valid time offset.`);
  if (text === 'Z') return '+00:00';
  if (!/^[+-]/.test(text)) throw logicError(`Timezone \`${text}\` does not start with \`-\` or \`+\`.`);
  const digits = new Digits(text, 1);
  const hours = digits.take(2);
  let minutes = '00';
  if (!digits.done) {
    digits.skip(':');
    minutes = digits.take(2);
    if (!digits.done) {
      throw logicError(`Garbage characters \`${digits.rest}\` at end of timezone string \`${text}\`.`);
    }
  }
  if (Number(hours) > 24) throw logicError(`Hours out of range in \`${text}\`.`);
  if (Number(minutes) > 59) throw logicError(`Minutes out of range in \`${text}\`.`);
  return `${text[0]}${hours}:${minutes}`;
}

/** The offset of a canonical zone, in minutes east of Greenwich. */
export function timezoneOffset(timezone: string): number {
  const minutes = Number(timezone.slice(1, 3)) * 60 + Number(timezone.slice(4, 6));
  return timezone.startsWith('-') ? -minutes : minutes;
}

/** Reads a string of digits and separators, with RethinkDB's error messages. */
export class Digits {
  #at: number;

  constructor(
    readonly text: string,
    at = 0,
  ) {
    this.#at = at;
  }

  get done(): boolean {
    return this.#at >= this.text.length;
  }

  get rest(): string {
    return this.text.slice(this.#at);
  }

  take(count: number): string {
    const from = this.#at;
    for (; this.#at < from + count; this.#at++) {
      const char = this.text[this.#at];
      if (char === undefined) {
        throw logicError(
          `Invalid time zone string \`${this.text}\`. Valid time zones are \`+hh:mm\`, \`-hh:mm\`, ` +
            '`+hhmm`, `-hhmm`, `+hh`, `-hh` and `Z`.',
        );
      }
      if (!/[0-9]/.test(char)) {
        throw logicError(`Invalid date string \`${this.text}\` (got \`${char}\` but expected a digit).`);
      }
    }
    return this.text.slice(from, this.#at);
  }

  skip(char: string): boolean {
    if (this.text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}
