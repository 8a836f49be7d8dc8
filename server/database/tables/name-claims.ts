import { nameKeys } from '../../protocol/text/name-key.js';
import type { Database } from '../connection/database.js';
import { r, type Term } from '../connection/reql.js';
import { MARK_LENGTHS, markOf, withoutOwnMark } from './chosen-name.js';
import { NAME_INDEX } from './row-indexes.js';

/** How a name gets into a row. */
export type Claim =
  /** The user has chosen it. */
  | { kind: 'chosen' }
  /** The user gets it, unless the row has a name already. */
  | { kind: 'first' }
  /** The issuer of tokens gives it. `issued`: when, in milliseconds since 1970; an older one changes nothing. */
  | { kind: 'given'; issued: number }
  /** The row has it already, from another program, without a valid key. */
  | { kind: 'found' };

interface Before {
  isLater: boolean;
  /** Marks that others of this name have. */
  taken: string[];
}

interface After {
  isLater: boolean;
  /** Others who claimed the name later and have no mark. */
  unmarked: string[];
}

/** Others that are looked at after a claim; more than one is there only when several claims cross. */
const MAX_CROSSING = 20;

/**
 * Writes names into `users`. Of users whose names look alike, one has claimed the name first (`named`, then the id) and
 * is shown without a mark; the others are marked. A claim looks for earlier ones
 * before it writes, and again afterwards: of two claims that cross, at least one sees the other, and both decide by
 * the stored times and ids. So no claim has to wait for another.
 */
export class NameClaims {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Resolves when the table has the name, and the mark where there has to be one.
   * @returns the mark, or null
   * @throws ChatError `database-unavailable`
   */
  async write(id: string, written: string, claim: Claim): Promise<string | null> {
    const name = claim.kind === 'found' ? written : withoutOwnMark(written, id);
    const keys = nameKeys(name);
    const now = r.epochTime(Date.now() / 1000);
    const { isLater, taken } = await this.#database.run<Before>(this.#before(id, keys, now));
    const tag = MARK_LENGTHS.map((length) => markOf(id, length)).find((mark) => !taken.includes(mark));
    const mark = tag ?? markOf(id, 64);
    const fields = { id, name, name_key: keys, ...(isLater && { tag: mark }) };
    await this.#database.run(this.#row(id).replace((row: Term) => replaced(row, fields, now, claim)));
    const after = await this.#database.run<After>(this.#after(id, keys));
    if (after.isLater) await this.#mark(id, keys, mark);
    for (const other of after.unmarked) await this.#mark(other, keys, markOf(other, MARK_LENGTHS[0]));
    return isLater || after.isLater ? mark : null;
  }

  #before(id: string, keys: string[], now: Term): Term {
    const marks = MARK_LENGTHS.map((length) => markOf(id, length));
    return this.#row(id)
      .default({})
      .do((own: Term) => ({
        isLater: hasEarlier(this.#others(id, keys), id, claimedAt(own, keys, now)),
        taken: this.#others(id, keys)
          .filter((other: Term) => r.expr(marks).contains(other('tag').default('')))
          .limit(marks.length)('tag')
          .coerceTo('array'),
      }));
  }

  #after(id: string, keys: string[]): Term {
    return this.#row(id)
      .default({})
      .do((own: Term) =>
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
              .filter((other: Term) =>
                isEarlier(own('named'), id, other).and(other('tag').default(null).eq(null)),
              )
              .limit(MAX_CROSSING)('id')
              .coerceTo('array'),
          },
        ),
      );
  }

  /** Marks a user, if the name still is one of those that look like this. */
  async #mark(id: string, keys: string[], tag: string): Promise<void> {
    const update = this.#row(id).update((row: Term) =>
      r.branch(
        row('name_key').default([]).setIntersection(keys).isEmpty().or(row('tag').default(null).ne(null)),
        {},
        { tag },
      ),
    );
    await this.#database.run(update);
  }

  #others(id: string, keys: string[]): Term {
    return this.#database
      .table('users')
      .getAll(...keys, { index: NAME_INDEX.name })
      .filter((other: Term) => other('id').ne(id));
  }

  #row(id: string): Term {
    return this.#database.table('users').get(id);
  }
}

/** When a user claimed a name of these keys: now, unless the row has them. */
function claimedAt(own: Term, keys: string[], now: Term): Term {
  return r.branch(own('name_key').default(null).eq(keys), own('named').default(now), now);
}

/** One of the rows was named before this time; at the same time the lower id goes first. */
function hasEarlier(rows: Term, id: string, named: Term): Term {
  return rows
    .filter((other: Term) =>
      other('named')
        .default(null)
        .do((at: Term) => at.ne(null).and(at.lt(named).or(at.eq(named).and(other('id').lt(id))))),
    )
    .limit(1)
    .count()
    .gt(0);
}

/** The user of this id was named before the other one. */
function isEarlier(named: Term, id: string, other: Term): Term {
  return other('named')
    .default(null)
    .do((at: Term) => at.ne(null).and(named.lt(at).or(named.eq(at).and(other('id').gt(id)))));
}

function replaced(
  row: Term,
  fields: { id: string; name: string; name_key: string[] },
  now: Term,
  claim: Claim,
): Term {
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
