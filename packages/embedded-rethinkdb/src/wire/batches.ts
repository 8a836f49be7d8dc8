import type { Datum } from '../datum/datum.js';
import { datumJson } from './response.js';

/** The size of a response, from the query's global options. */
export interface BatchLimits {
  readonly maxRows: number;
  readonly minRows: number;
  readonly maxBytes: number;
  readonly maxSeconds: number;
  /** The first batch is smaller by this factor, so that it is sent sooner. */
  readonly firstScaledown: number;
}

const DEFAULT_MAX_BATCH_BYTES = 1024 * 1024;

/** Reads the limits from the global options. Values that are not usable numbers give the default. */
export function batchLimits(optargs: Readonly<Record<string, unknown>>): BatchLimits {
  const number = (name: string, fallback: number) => {
    const value = optargs[name];
    return typeof value === 'number' && value >= 0 ? value : fallback;
  };
  const maxRows = Math.max(1, number('max_batch_rows', Number.POSITIVE_INFINITY));
  return {
    maxRows,
    minRows: Math.min(number('min_batch_rows', 1), maxRows),
    maxBytes: number('max_batch_bytes', DEFAULT_MAX_BATCH_BYTES),
    maxSeconds: number('max_batch_seconds', 0.5),
    firstScaledown: Math.max(1, number('first_batch_scaledown_factor', 4)),
  };
}

/** Collects rows, as JSON, until a batch is full. */
export class Batch {
  readonly rows: string[] = [];
  readonly #limits: BatchLimits;
  readonly #scaledown: number;
  readonly #deadline: number;
  #bytes = 0;

  constructor(limits: BatchLimits, isFirst: boolean) {
    this.#limits = limits;
    this.#scaledown = isFirst ? limits.firstScaledown : 1;
    this.#deadline = performance.now() + (limits.maxSeconds * 1000) / this.#scaledown;
  }

  add(row: Datum): void {
    const json = datumJson(row);
    this.rows.push(json);
    this.#bytes += json.length;
  }

  get isFull(): boolean {
    const { length } = this.rows;
    if (length === 0) return false;
    if (length >= Math.max(1, this.#limits.maxRows / this.#scaledown)) return true;
    if (this.#bytes >= this.#limits.maxBytes / this.#scaledown && length >= this.#limits.minRows) return true;
    return (length & 63) === 0 && performance.now() >= this.#deadline;
  }
}
