import { type Datum, type DatumObject, isObject, typeName } from '../datum/datum.js';
import { displayShort } from '../datum/display.js';
import { logicError, ReqlError } from '../datum/reql-error.js';
import { asArray, asObject } from '../datum/type-checks.js';
import { checkArraySize, type Limits } from '../runtime/limits.js';

/** The result of a write: the number of rows by outcome, and the changes if they were requested. */
export class Statistics {
  readonly counts = { deleted: 0, errors: 0, inserted: 0, replaced: 0, skipped: 0, unchanged: 0 };
  readonly generatedKeys: Datum[] = [];
  readonly changes: Datum[] | undefined;
  readonly #limits: Limits;
  #firstError: string | undefined;
  readonly #warnings = new Set<string>();
  #keys = 0;

  /** @param listChanges the result has a field `changes` if there was any row */
  constructor(limits: Limits, listChanges: boolean) {
    this.#limits = limits;
    this.changes = listChanges ? [] : undefined;
  }

  addError(message: string): void {
    this.counts.errors++;
    this.#firstError ??= message;
  }

  addChange(change: DatumObject): void {
    if (this.changes === undefined) return;
    if (this.changes.length < this.#limits.arraySize) this.changes.push(change);
    else this.#warnings.add(tooManyChanges(this.#limits));
  }

  addGeneratedKey(key: string): void {
    this.#keys++;
    if (this.generatedKeys.length < this.#limits.arraySize) this.generatedKeys.push(key);
  }

  #hasRows(): boolean {
    return Object.values(this.counts).some((count) => count > 0);
  }

  toDatum(): DatumObject {
    const lost = this.#keys - this.generatedKeys.length;
    if (lost > 0) {
      this.#warnings.add(
        `Too many generated keys (${this.#keys}), array truncated to ${this.generatedKeys.length}.`,
      );
    }
    return {
      ...(this.changes && this.#hasRows() && { changes: this.changes }),
      ...this.counts,
      ...(this.#firstError !== undefined && { first_error: this.#firstError }),
      ...(this.generatedKeys.length > 0 && { generated_keys: this.generatedKeys }),
      ...(this.#warnings.size > 0 && { warnings: [...this.#warnings] }),
    };
  }
}

function tooManyChanges(limits: Limits): string {
  return `Too many changes, array truncated to ${limits.arraySize}.`;
}

export const NOT_A_WRITE = 'FOR_EACH expects one or more basic write queries.';

/** The sum of the results of the writes of a `forEach`. */
export class StatisticsSum {
  readonly #limits: Limits;
  #sum: DatumObject = {};
  readonly #warnings = new Set<string>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Adds the result of one write, or an array of results. */
  add(answer: Datum): void {
    for (const one of isObject(answer) ? [answer] : answers(answer)) this.#merge(one);
  }

  toDatum(): DatumObject {
    if (this.#warnings.size === 0) return this.#sum;
    const before = Array.isArray(this.#sum.warnings) ? this.#sum.warnings : [];
    const warnings = [...new Set([...before, ...this.#warnings])];
    checkArraySize(warnings.length, this.#limits);
    return { ...this.#sum, warnings };
  }

  #merge(answer: Datum): void {
    const sum: DatumObject = { ...this.#sum };
    for (const [key, value] of Object.entries(asWrite(answer))) {
      sum[key] = Object.hasOwn(sum, key) ? this.#added(sum[key] ?? null, value) : value;
    }
    this.#sum = sum;
  }

  #added(left: Datum, right: Datum): Datum {
    if (typeof left === 'number' && typeof right === 'number') return left + right;
    if (Array.isArray(left) && Array.isArray(right)) {
      const all = [...left, ...right];
      if (all.length <= this.#limits.arraySize) return all;
      this.#warnings.add(tooManyChanges(this.#limits));
      return all.slice(0, this.#limits.arraySize);
    }
    if (typeof left === 'string' && typeof right === 'string') return left;
    throw logicError(
      `${NOT_A_WRITE}  Cannot merge statistics \`${displayShort(left)}\` (type ${typeName(left)}) ` +
        `and \`${displayShort(right)}\` (type ${typeName(right)}).`,
    );
  }
}

function answers(datum: Datum): Datum[] {
  return prefixed(() => asArray(datum));
}

function asWrite(datum: Datum): DatumObject {
  return prefixed(() => asObject(datum));
}

function prefixed<T>(convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    const kind = error instanceof ReqlError ? error.kind : 'LOGIC';
    throw new ReqlError(kind, `${NOT_A_WRITE}  ${(error as Error).message}`);
  }
}
