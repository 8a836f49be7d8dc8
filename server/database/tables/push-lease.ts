import { randomUUID } from 'node:crypto';
import type { Database } from '../connection/database.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Datum, Table } from '../connection/reql-types.js';
import type { NodeRow } from '../schema/rows.js';
import { NODES } from '../schema/tables.js';

/** The row of `nodes` that names the process. */
const LEASE_ROW = 'push';

/** The lease of the one process that pushes notifications: a row that it renews. The clock is that of the database. */
export class PushLease {
  readonly #database: Database;
  /** Identifies this run of the process. */
  readonly #by = randomUUID();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes or renews the lease.
   * @param seen messages sent before this time were pushed, in milliseconds since 1970; null if this process does not know
   * @returns that time, as the previous holder left it; null if another process holds the lease
   * @throws ChatError `database-unavailable`
   */
  async claim(leaseMs: number, seen: number | null): Promise<{ seen: number | null } | null> {
    const fields = { pushed_by: this.#by, until: r.now().add(leaseMs / 1000) };
    const row = { id: LEASE_ROW, ...fields, ...(seen !== null && { seen: timeOf(seen) }) };
    const isFree = (stored: Datum<NodeRow>) =>
      stored('pushed_by')
        .default(null)
        .eq(this.#by)
        .or(stored('until').default(r.epochTime(0)).lt(r.now()));
    const claim = this.#nodes().insert(row, {
      conflict: (_id, stored, added) => r.branch(isFree(stored), stored.merge(added), stored),
      returnChanges: 'always',
      durability: 'soft',
    });
    const { changes = [] } = await this.#database.run(claim);
    const stored = changes[0]?.new_val;
    return stored?.pushed_by === this.#by ? { seen: millisecondsOf(stored.seen) } : null;
  }

  /** Lets another process take the lease at once. @param seen as in `claim`. @throws ChatError `database-unavailable` */
  async release(seen: number | null): Promise<void> {
    const fields = { until: r.epochTime(0), ...(seen !== null && { seen: timeOf(seen) }) };
    const released = this.#nodes()
      .get(LEASE_ROW)
      .update((row) => r.branch(row('pushed_by').eq(this.#by), fields, {}));
    await this.#database.run(released);
  }

  #nodes(): Table<NodeRow, never> {
    return this.#database.table(NODES);
  }
}
