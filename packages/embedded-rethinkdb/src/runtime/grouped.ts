import { type Datum, type DatumObject, REQL_TYPE } from '../datum/datum.js';
import { compare } from '../datum/order.js';
import { logicError, resourceLimit } from '../datum/reql-error.js';
import { asArray } from '../datum/type-checks.js';
import type { Limits } from './limits.js';
import { NonDatum } from './value.js';

export interface Group {
  readonly group: Datum;
  readonly reduction: Datum;
}

/**
 * The result of `group`: one value per group, in the order of the groups. While it `streams`, the values are the rows of
 * the groups between terms such as map and filter; groups without rows are removed then.
 */
export class Grouped extends NonDatum {
  readonly kind = 'GROUPED_DATA';

  constructor(
    readonly groups: readonly Group[],
    readonly streams: boolean,
  ) {
    super();
  }

  static ofMap(groups: Map<Datum, Datum>, streams: boolean): Grouped {
    const sorted = [...groups].map(([group, reduction]) => ({ group, reduction }));
    sorted.sort((a, b) => compare(a.group, b.group));
    return new Grouped(sorted, streams);
  }

  typeName(): string {
    return this.streams ? 'GROUPED_STREAM' : 'GROUPED_DATA';
  }

  /** Checks the number of rows before they become arrays. @throws ReqlError RESOURCE_LIMIT */
  checkSize(limits: Limits): void {
    if (!this.streams) return;
    let size = 0;
    for (const { reduction } of this.groups) size += asArray(reduction).length;
    if (size > limits.arraySize) {
      throw resourceLimit(
        `Grouped data over size limit \`${limits.arraySize}\`.  ` +
          'Try putting a reduction (like `.reduce` or `.count`) on the end.',
      );
    }
  }

  toDatum(limits: Limits): DatumObject {
    this.checkSize(limits);
    return {
      [REQL_TYPE]: 'GROUPED_DATA',
      data: this.groups.map(({ group, reduction }) => [group, reduction]),
    };
  }
}

/** Thrown if no row of a group has the aggregated field: the result does not contain the group. */
export class EmptyGroup extends Error {}

export function notAStream(): Error {
  return logicError('Cannot treat the output of `group` as a stream (did you mean to `ungroup`?).');
}

export function groupedAgain(): Error {
  return logicError('Cannot call `group` on the output of `group` (did you mean to `ungroup`?).');
}
