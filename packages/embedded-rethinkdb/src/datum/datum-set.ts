import { binaryBytes } from './binary.js';
import { type Datum, isExtremum, pseudotype, sortedKeys } from './datum.js';

/** A set of values with the equality of ReQL's `eq`: times in different zones may be equal. */
export class DatumSet {
  readonly #identities = new Set<string>();

  constructor(items: Iterable<Datum> = []) {
    for (const item of items) this.add(item);
  }

  get size(): number {
    return this.#identities.size;
  }

  has(item: Datum): boolean {
    return this.#identities.has(identity(item));
  }

  /** @returns false if the set has an equal value */
  add(item: Datum): boolean {
    const before = this.#identities.size;
    return this.#identities.add(identity(item)).size > before;
  }

  delete(item: Datum): boolean {
    return this.#identities.delete(identity(item));
  }
}

/** A text that is equal for two values if and only if they are equal. */
export function identity(datum: Datum): string {
  if (typeof datum === 'string') return JSON.stringify(datum);
  if (typeof datum === 'number') return String(datum === 0 ? 0 : datum);
  if (datum === null || typeof datum === 'boolean') return String(datum);
  if (Array.isArray(datum)) return `[${datum.map(identity).join()}]`;
  if (isExtremum(datum)) return String(datum.$reql_type$);
  const pseudo = pseudotype(datum);
  if (pseudo === 'TIME') return `T${identity(datum.epoch_time ?? null)}`;
  if (pseudo === 'BINARY') return `B${binaryBytes(datum).toString('base64')}`;
  return `{${sortedKeys(datum)
    .map((key) => `${JSON.stringify(key)}:${identity(datum[key] ?? null)}`)
    .join()}}`;
}
