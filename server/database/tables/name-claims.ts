import { ChatError } from '../../protocol/errors.js';
import { nameKeys } from '../../protocol/text/name-key.js';
import type { Database } from '../connection/database.js';
import { r, timeOf } from '../connection/reql.js';
import type { Datum, RawTime, RowSelection, Selection } from '../connection/reql-types.js';
import type { UserRow } from '../schema/rows.js';
import { CREDENTIALS, USERS } from '../schema/tables.js';
import { MARK_LENGTHS, markOf, withoutOwnMark } from './chosen-name.js';

/** Why a name is written into a row. */
export type Claim =
  /** The user has chosen the name. */
  | { kind: 'chosen' }
  /** The user gets the name unless the row has one. */
  | { kind: 'first' }
  /** The issuer of tokens gives the name. `issued`: milliseconds since 1970; an older token changes nothing. */
  | { kind: 'given'; issued: number }
  /** Another program has written the name into the row, without a valid key. */
  | { kind: 'found' };

interface StateBefore {
  isLater: boolean;
  /** Another user has secured a name that looks like this one, or this user has, and another had it first. */
  isRefused: boolean;
  /** Marks of other users of this name. */
  taken: unknown[];
}

export function nameTaken(): ChatError {
  const text = 'this name belongs to another user: choose another one, or get it back if it is yours';
  return new ChatError('name-taken', text, { field: 'name' });
}

interface StateAfter {
  isLater: boolean;
  /** Other users who claimed the name later and have no mark. */
  unmarked: unknown[];
}

/** Other users that are marked after a claim: more than one only when several claims are concurrent. */
const MAX_CONCURRENT_CLAIMS = 20;

/**
 * Writes names into `users`. Of users whose names look alike, one has claimed the name first (`named`, then the id) and
 * is shown without a mark; the others are marked. A claim looks for earlier ones
 * before it writes, and again afterwards: of two concurrent claims at least one sees the other, and both decide by the
 * stored times and ids. So no claim has to wait for another.
 */
export class NameClaims {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Resolves when the table has the name, and the mark if one is needed.
   * @returns the mark, or null
   * @throws ChatError `name-taken` for a chosen name that is secured, `database-unavailable`
   */
  async write(id: string, written: string, claim: Claim): Promise<string | null> {
    const name = claim.kind === 'found' ? written : withoutOwnMark(written, id);
    const keys = nameKeys(name);
    const now = timeOf(Date.now());
    const { isLater, isRefused, taken } = await this.#database.run(this.#before(id, keys, now));
    if (claim.kind === 'chosen' && isRefused) throw nameTaken();
    const tag = MARK_LENGTHS.map((length) => markOf(id, length)).find((mark) => !taken.includes(mark));
    const mark = tag ?? markOf(id, 64);
    const fields = { id, name, name_key: keys, ...(isLater && { tag: mark }) };
    await this.#database.run(this.#row(id).replace((row) => replaced(row, fields, now, claim)));
    const after = await this.#database.run(this.#after(id, keys));
    if (after.isLater) await this.#mark(id, keys, mark);
    for (const other of after.unmarked.filter((each) => typeof each === 'string'))
      await this.#mark(other, keys, markOf(other, MARK_LENGTHS[0]));
    return isLater || after.isLater ? mark : null;
  }

  #before(id: string, keys: string[], now: Datum<RawTime>): Datum<StateBefore> {
    const marks = MARK_LENGTHS.map((length) => markOf(id, length));
    return this.#row(id)
      .default<Partial<UserRow>>({})
      .do((own) => ({
        isLater: hasEarlier(this.#others(id, keys), id, claimedAt(own, keys, now)),
        // A user who keeps the name keeps the mark.
        isRefused: own('name_key')
          .default(null)
          .ne(keys)
          .and(
            this.#hasSecured(this.#others(id, keys)).or(
              this.#isSecured(id).and(hasEarlier(this.#others(id, keys), id, now)),
            ),
          ),
        taken: this.#others(id, keys)
          .filter((other) => r.expr(marks).contains(other('tag').default('')))
          .limit(marks.length)('tag')
          .coerceTo('array'),
      }));
  }

  #after(id: string, keys: string[]): Datum<StateAfter> {
    return this.#row(id)
      .default<Partial<UserRow>>({})
      .do((own) =>
        r.branch(
          // Another name has been written since.
          own('name_key').default(null).ne(keys).or(own('named').default(null).eq(null)),
          { isLater: false, unmarked: [] },
          {
            isLater: own('tag')
              .default(null)
              .eq(null)
              .and(hasEarlier(this.#others(id, keys), id, own('named'))),
            unmarked: this.#others(id, keys)
              .filter((other) => isEarlier(own('named'), id, other).and(other('tag').default(null).eq(null)))
              .limit(MAX_CONCURRENT_CLAIMS)('id')
              .coerceTo('array'),
          },
        ),
      );
  }

  /** Whether one of these users has secured the name. Only users without a mark can: few rows need a second lookup. */
  #hasSecured(rows: Selection<UserRow, 'name_key'>): Datum<boolean> {
    return rows
      .filter((row) =>
        row('tag')
          .default(null)
          .eq(null)
          .and(this.#isSecured(row('id'))),
      )
      .isEmpty()
      .not();
  }

  #isSecured(id: string | Datum): Datum<boolean> {
    return this.#database.table(CREDENTIALS).getAll(id, { index: 'id_user' }).isEmpty().not();
  }

  /** Marks a user, if the name still is one of those that look like this. */
  async #mark(id: string, keys: string[], tag: string): Promise<void> {
    const update = this.#row(id).update((row) =>
      r.branch(
        row('name_key').default([]).setIntersection(keys).isEmpty().or(row('tag').default(null).ne(null)),
        {},
        { tag },
      ),
    );
    await this.#database.run(update);
  }

  #others(id: string, keys: string[]): Selection<UserRow, 'name_key'> {
    return this.#database
      .table(USERS)
      .getAll(...keys, { index: 'name_key' })
      .filter((other) => other('id').ne(id));
  }

  #row(id: string): RowSelection<UserRow> {
    return this.#database.table(USERS).get(id);
  }
}

/** When a user claimed a name of these keys: now, unless the row has them. */
function claimedAt(own: Datum<Partial<UserRow> | null>, keys: string[], now: Datum<RawTime>): Datum {
  return r.branch(own('name_key').default(null).eq(keys), own('named').default(now), now);
}

/** Whether one of the rows was named before this time; of equal times the lower id is earlier. */
function hasEarlier(rows: Selection<UserRow, 'name_key'>, id: string, named: Datum): Datum<boolean> {
  return rows
    .filter((other) =>
      other('named')
        .default(null)
        .do((at) => at.ne(null).and(at.lt(named).or(at.eq(named).and(other('id').lt(id))))),
    )
    .limit(1)
    .count()
    .gt(0);
}

/** Whether the user of this id was named before the other one. */
function isEarlier(named: Datum, id: string, other: Datum<UserRow>): Datum<boolean> {
  return other('named')
    .default(null)
    .do((at) => at.ne(null).and(named.lt(at).or(named.eq(at).and(other('id').gt(id)))));
}

function replaced(
  row: Datum<UserRow | null>,
  fields: { id: string; name: string; name_key: string[] },
  now: Datum<RawTime>,
  claim: Claim,
): Datum<unknown> {
  const merged = row.without('tag').merge(fields, { named: claimedAt(row, fields.name_key, now) });
  const added = { ...fields, named: now };
  switch (claim.kind) {
    case 'chosen':
      return r.branch(row.eq(null), added, merged);
    case 'first':
      return r.branch(row.eq(null), added, row.hasFields('name'), row, merged);
    case 'given': {
      const { issued: given } = claim;
      return r.branch(
        row.eq(null),
        { ...added, given },
        row('given').default(0).gt(given),
        row,
        merged.merge({ given }),
      );
    }
    case 'found':
      return r.branch(row.eq(null), null, row('name').default(null).eq(fields.name), merged, row);
  }
}
