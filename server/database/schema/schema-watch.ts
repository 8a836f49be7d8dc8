import { randomUUID } from 'node:crypto';
import { reasonOf } from '../../lib/error-reason.js';
import type { Log } from '../../telemetry/logger.js';
import { isPermission } from '../connection/availability.js';
import type { DatabaseLink } from '../connection/database-link.js';
import type { SchemaListener, SchemaSession, SchemaWatcher } from '../connection/database-schema.js';
import { r } from '../connection/reql.js';
import type { DriverCursor, FeedItem, Table, TableConfig } from '../connection/reql-types.js';
import { findMissing, type MissingSchema } from './missing-schema.js';
import type { NodeRow } from './rows.js';
import { completeTables, createTables } from './schema.js';
import { indexNames, NODES, TABLES } from './tables.js';

/** Milliseconds for a check before the link counts as dead. */
const CHECK_TIMEOUT_MS = 20_000;
/** Milliseconds between a hint that something changed and the check: one change often follows another. */
const HINT_DELAY_MS = 50;
/** The row of the table `nodes` that all processes read: it gets another value with every repair. */
const REPAIR_ROW = 'schema';

/**
 * Notices when a table, an index or the write hook disappears while the server runs, and creates it again. A RethinkDB
 * server reports no error to feeds whose index was dropped: they stay silent. So all feeds are opened again.
 *
 * It checks in regular intervals, and at once when the feed of the system table `table_config` reports a change (an
 * embedded database has no such feed, and users other than admin may not read it). An index that another program has
 * dropped and created again between two checks shows in that feed; one that another process of the chat has repaired
 * shows in a row that every repair rewrites.
 */
export class SchemaWatch implements SchemaWatcher {
  readonly #link: DatabaseLink;
  readonly #session: SchemaSession;
  readonly #options: { replicas: number | null; intervalMs: number };
  readonly #listener: SchemaListener;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #hint: NodeJS.Timeout | null = null;
  #isStopped = false;
  #isChecking = false;
  #isCheckPending = false;
  #configFeed: 'closed' | 'open' | 'refused' = 'closed';
  /** The repair that was read last; undefined before the first check. */
  #repair: unknown;

  constructor(
    link: DatabaseLink,
    session: SchemaSession,
    options: { replicas: number | null; intervalMs: number },
    listener: SchemaListener,
    log: Log,
  ) {
    this.#link = link;
    this.#session = session;
    this.#options = options;
    this.#listener = listener;
    this.#log = log;
  }

  start(): void {
    if (this.#isStopped) return;
    this.#timer = setInterval(() => void this.#check(), this.#options.intervalMs);
    this.#timer.unref();
    void this.#check();
  }

  suspect(): void {
    if (this.#isStopped || this.#hint) return;
    this.#hint = setTimeout(() => {
      this.#hint = null;
      void this.#check();
    }, HINT_DELAY_MS);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer) clearInterval(this.#timer);
    if (this.#hint) clearTimeout(this.#hint);
  }

  async #check(): Promise<void> {
    if (this.#isChecking) {
      this.#isCheckPending = true;
      return;
    }
    this.#isChecking = true;
    try {
      await this.#followConfig();
      const missing = await this.#within('the list of tables and indexes', findMissing(this.#session));
      if (isComplete(missing)) await this.#readRepair();
      else await this.#restore(missing);
    } catch (error) {
      // The link is lost, or the tables are unavailable: the next check tries again.
      if (!this.#isStopped) this.#log.debug({ reason: reasonOf(error) }, 'database schema check failed');
    } finally {
      this.#isChecking = false;
    }
    if (!this.#isCheckPending) return;
    this.#isCheckPending = false;
    this.suspect();
  }

  async #restore(missing: MissingSchema): Promise<void> {
    this.#log.warn({ ...missing }, 'database schema incomplete, creating missing parts');
    const hasGap = missing.tables.length > 0 || missing.indexes.length > 0;
    if (hasGap) this.#listener.changed();
    await createTables(this.#session, this.#options.replicas);
    await completeTables(this.#session);
    if (!hasGap) return;
    this.#repair = randomUUID();
    const row = { id: REPAIR_ROW, repair: this.#repair };
    const noted = this.#nodes().insert(row, { conflict: 'replace' }).run(this.#link.queries);
    await this.#within('noting the repair', noted);
    this.#log.info('database schema complete again');
    if (!this.#isStopped) this.#listener.repaired();
  }

  /** Another process may have repaired a gap that this one has not noticed. */
  async #readRepair(): Promise<void> {
    const row = this.#nodes().get(REPAIR_ROW).run(this.#link.queries);
    const found = await this.#within('the last repair', row);
    const repair = found?.repair ?? null;
    const isNew = this.#repair !== undefined && this.#repair !== repair;
    this.#repair = repair;
    if (isNew && !this.#isStopped) this.#listener.changed();
  }

  /** Opens the feed of the configuration, unless it is open or the database refuses it. */
  async #followConfig(): Promise<void> {
    if (this.#configFeed !== 'closed') return;
    const { db } = this.#session;
    const changes = r.db('rethinkdb').table('table_config').filter({ db }).changes({ squash: false });
    let cursor: DriverCursor<FeedItem<TableConfig>>;
    try {
      cursor = await this.#within('opening the feed of table_config', changes.run(this.#link.feeds));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#configFeed = 'refused';
      return;
    }
    this.#configFeed = 'open';
    cursor.each((error, change) => {
      if (this.#isStopped) return false;
      if (error) {
        this.#configFeed = 'closed'; // the next check opens it again
        return false;
      }
      if (lostIndex(change.old_val ?? null, change.new_val ?? null)) this.#listener.changed();
      this.suspect();
      return true;
    });
  }

  #nodes(): Table<NodeRow> {
    return r.db(this.#session.db).table<NodeRow>(NODES.name);
  }

  #within<T>(task: string, answer: Promise<T>): Promise<T> {
    return this.#link.within(CHECK_TIMEOUT_MS, task, answer);
  }
}

/** The user may not read the system tables, or the database cannot follow them. */
function isRefusal(error: unknown): boolean {
  return isPermission(error) || (error instanceof Error && error.name === 'ReqlQueryLogicError');
}

function isComplete({ tables, indexes, hook }: MissingSchema): boolean {
  return tables.length === 0 && indexes.length === 0 && hook === null;
}

/** An index of the schema is missing from a table, or the table was replaced by another one of the same name. */
function lostIndex(before: TableConfig | null, after: TableConfig | null): boolean {
  const [had, has] = [before?.indexes, after ? after.indexes : []];
  if (!before || !had || !has) return false;
  const table = TABLES.find(({ name }) => name === before.name);
  return table !== undefined && indexNames(table).some((name) => had.includes(name) && !has.includes(name));
}
