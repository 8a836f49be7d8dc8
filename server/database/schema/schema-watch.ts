import { randomUUID } from 'node:crypto';
import type { Log } from '../../telemetry/logger.js';
import { isPermission } from '../connection/availability.js';
import type { DatabaseLink } from '../connection/database-link.js';
import { type DriverCursor, r } from '../connection/reql.js';
import { completeTables, createTables, findMissing, INDEXES, type MissingSchema } from './schema.js';
import type { SchemaSession } from './schema-session.js';

/** Milliseconds for a look at the schema before the link counts as dead. */
const LOOK_MS = 20_000;
/** Milliseconds between a hint that something changed and the look at it: one change often follows another. */
const HINT_MS = 50;
/** Row of the table `nodes` that all processes read: it gets another value with every repair. */
const REPAIR_ROW = 'schema';

export interface SchemaWatchListener {
  /** Tables or indexes were gone for a while: feeds may have missed changes, and get no error from the server. */
  changed(): void;
  /** Everything is there again. */
  repaired(): void;
}

interface TableConfig {
  id: string;
  name: string;
  /** Missing, with an `error` in its place, while the servers that have the table cannot be reached. */
  indexes?: string[];
}

/**
 * Notices when a table, an index or the write hook disappears while the server runs, and makes it again. A RethinkDB
 * server gives no error to feeds whose index was dropped: they stay silent. So all feeds are opened again.
 *
 * It looks in regular intervals, and at once when the feed of the system table `table_config` reports a change (an
 * embedded database has no such feed, and users other than admin may not read it). An index that another process has
 * dropped and made again between two looks shows in that feed; one that another process of this server has repaired
 * shows in a row that every repair rewrites.
 */
export class SchemaWatch {
  readonly #link: DatabaseLink;
  readonly #session: SchemaSession;
  readonly #intervalMs: number;
  readonly #listener: SchemaWatchListener;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #hint: NodeJS.Timeout | null = null;
  #stopped = false;
  #looking = false;
  #lookAgain = false;
  #followsConfig: 'no' | 'yes' | 'refused' = 'no';
  /** The repair that was seen last; undefined before the first look. */
  #repair: string | null | undefined;

  constructor(
    link: DatabaseLink,
    session: SchemaSession,
    intervalMs: number,
    listener: SchemaWatchListener,
    log: Log,
  ) {
    this.#link = link;
    this.#session = session;
    this.#intervalMs = intervalMs;
    this.#listener = listener;
    this.#log = log;
  }

  start(): void {
    if (this.#stopped) return;
    this.#timer = setInterval(() => void this.#look(), this.#intervalMs);
    this.#timer.unref();
    void this.#look();
  }

  /** A query has failed in a way that a missing table or index explains. */
  suspect(): void {
    if (this.#stopped || this.#hint) return;
    this.#hint = setTimeout(() => {
      this.#hint = null;
      void this.#look();
    }, HINT_MS);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearInterval(this.#timer);
    if (this.#hint) clearTimeout(this.#hint);
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      await this.#followConfig();
      const missing = await this.#missing();
      if (isComplete(missing)) await this.#readRepair();
      else await this.#mend(missing);
    } catch (error) {
      // The link is lost, or the tables are unavailable: the next look tries again.
      if (!this.#stopped) this.#log.debug({ reason: (error as Error).message }, 'schema: look failed');
    } finally {
      this.#looking = false;
    }
    if (!this.#lookAgain) return;
    this.#lookAgain = false;
    this.suspect();
  }

  #missing(): Promise<MissingSchema> {
    return this.#within('the list of tables and indexes', findMissing(this.#session));
  }

  async #mend(missing: MissingSchema): Promise<void> {
    this.#log.warn({ ...missing }, 'schema: parts are missing, making them again');
    const hasGap = missing.tables.length > 0 || missing.indexes.length > 0;
    if (hasGap) this.#listener.changed();
    await createTables(this.#session);
    await completeTables(this.#session);
    if (!hasGap) return;
    this.#repair = randomUUID();
    const row = { id: REPAIR_ROW, repair: this.#repair };
    const noted = this.#nodes().insert(row, { conflict: 'replace' }).run(this.#link.queries);
    await this.#within('noting the repair', noted);
    this.#log.info('schema: complete again');
    if (!this.#stopped) this.#listener.repaired();
  }

  /** Another process may have repaired what this one has not noticed. */
  async #readRepair(): Promise<void> {
    const row = this.#nodes().get(REPAIR_ROW).default(null).run(this.#link.queries);
    const found = await this.#within<{ repair?: string } | null>('the last repair', row);
    const repair = found?.repair ?? null;
    const isNews = this.#repair !== undefined && this.#repair !== repair;
    this.#repair = repair;
    if (isNews && !this.#stopped) this.#listener.changed();
  }

  /** Opens the feed of the configuration, unless it is open or the database refuses it. */
  async #followConfig(): Promise<void> {
    if (this.#followsConfig !== 'no') return;
    const { db } = this.#session;
    const changes = r.db('rethinkdb').table('table_config').filter({ db }).changes({ squash: false });
    let cursor: DriverCursor<{ old_val?: TableConfig | null; new_val?: TableConfig | null }>;
    try {
      cursor = await this.#within('opening the feed of table_config', changes.run(this.#link.feeds));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#followsConfig = 'refused';
      return;
    }
    this.#followsConfig = 'yes';
    cursor.each((error, change) => {
      if (this.#stopped) return false;
      if (error) {
        this.#followsConfig = 'no'; // the next look opens it again
        return false;
      }
      if (lostIndex(change.old_val ?? null, change.new_val ?? null)) this.#listener.changed();
      this.suspect();
      return true;
    });
  }

  #nodes() {
    return r.db(this.#session.db).table('nodes');
  }

  #within<T>(task: string, answer: Promise<T>): Promise<T> {
    return this.#link.within(LOOK_MS, task, answer);
  }
}

/** The user may not read the system tables, or the database cannot follow them. */
function isRefusal(error: unknown): boolean {
  return isPermission(error) || (error as Error).name === 'ReqlQueryLogicError';
}

function isComplete({ tables, indexes, hook }: MissingSchema): boolean {
  return tables.length === 0 && indexes.length === 0 && hook === null;
}

/** An index of ours is gone from a table, or the table is another one of the same name. */
function lostIndex(before: TableConfig | null, after: TableConfig | null): boolean {
  const [had, has] = [before?.indexes, after ? after.indexes : []];
  if (!before || !had || !has) return false;
  const names = INDEXES[before.name as keyof typeof INDEXES] ?? [];
  return names.some((name) => had.includes(name) && !has.includes(name));
}
