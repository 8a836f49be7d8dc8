import { EventEmitter } from 'node:events';
import type { DatabaseAddress } from '../database-address.js';
import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import { Backoff } from './backoff.js';
import { Heartbeat } from './heartbeat.js';
import { type Link, openLink } from './link.js';
import { type Connection, r, type Term } from './reql.js';
import { createSchema } from './schema.js';
import { isStorageFull } from './storage-full.js';

export type DatabaseState = 'connecting' | 'up' | 'down';

export interface DatabaseStatus {
  state: DatabaseState;
  since: Date;
  /** What went wrong last, while it is not up. */
  reason?: string;
}

/** Whether the database has room for writes. */
export interface StorageStatus {
  state: 'ok' | 'full';
  since: Date;
}

export interface DatabaseOptions {
  /** Milliseconds between two beats of the proof of life; a link that misses two is dropped. */
  heartbeatMs?: number;
  /** Milliseconds after which an unanswered query counts as a dead link. */
  queryTimeoutMs?: number;
}

/** When a write that found the storage full is worth repeating. */
const STORAGE_RETRY_MS = 10_000;

/**
 * The link to the database: opened at `start()`, reopened with backoff whenever it is lost, proved alive by a
 * heartbeat. Emits `up` when it can be used (the schema is there) and `down` when it was lost.
 */
export class Database extends EventEmitter<{ up: []; down: [reason: string] }> {
  private link: Link | null = null;
  private heartbeat: Heartbeat | null = null;
  private readonly backoff = new Backoff();
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;
  private current: DatabaseStatus = { state: 'connecting', since: new Date() };
  private room: StorageStatus = { state: 'ok', since: new Date() };
  private readonly options: Required<DatabaseOptions>;

  constructor(
    readonly address: DatabaseAddress,
    private readonly log: Log,
    options: DatabaseOptions = {},
  ) {
    super();
    this.setMaxListeners(0);
    this.options = { heartbeatMs: 5_000, queryTimeoutMs: 15_000, ...options };
  }

  get status(): DatabaseStatus {
    return this.current;
  }

  /** Whether the last write was refused because the storage is full. Only the embedded database says so. */
  get storage(): StorageStatus {
    return this.room;
  }

  /** The tables are in this database. */
  table(name: string): Term {
    return r.db(this.address.db).table(name);
  }

  /** Begins to connect and keeps at it until `stop()`. */
  start(): void {
    void this.connect();
  }

  /** Resolves when the database can be used. @throws ChatError `database-away` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    if (this.current.state === 'up') return;
    await new Promise<void>((resolve, reject) => {
      const up = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.off('up', up);
        reject(this.away());
      }, timeoutMs);
      this.once('up', up);
    });
  }

  /**
   * Runs a query and resolves with its answer (cursors as arrays where the driver gives arrays).
   * @throws ChatError `database-away` when there is no link, it is lost meanwhile or does not answer in time;
   *   `storage-full` when the database has no room for the write; any other error of the database as the driver gives it
   */
  async run<T>(query: Term, options: object = {}): Promise<T> {
    const link = this.link;
    if (!link || this.current.state !== 'up') throw this.away();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(this.away('a query was not answered'));
        link.destroy();
      }, this.options.queryTimeoutMs);
    });
    try {
      return (await Promise.race([query.run(link.queries, options), late])) as T;
    } catch (error) {
      if (isStorageFull(error)) throw this.full();
      throw isAway(error) ? this.away(describe(error as Error)) : withoutQuery(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The connection for feeds, while there is one. */
  get feedConnection(): Connection | null {
    return this.current.state === 'up' && this.link ? this.link.feeds : null;
  }

  /** Ends the link for good. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry) clearTimeout(this.retry);
    await this.heartbeat?.stop();
    this.link?.destroy();
    this.link = null;
  }

  /** Drops the link as a network failure would; it is opened again at once. */
  drop(): void {
    this.link?.destroy();
  }

  private async connect(): Promise<void> {
    this.retry = null;
    let link: Link | null = null;
    try {
      link = await openLink(this.address, (reason) => this.link && this.link === link && this.lost(reason));
      this.link = link;
      await this.prepare(link);
      if (this.link !== link) return; // lost or stopped meanwhile
      this.backoff.reset();
      this.current = { state: 'up', since: new Date() };
      this.log.info({ host: this.address.host, port: this.address.port }, 'database: connected');
      this.emit('up');
    } catch (error) {
      if (this.link === link) this.lost(error as Error);
      link?.destroy();
    }
  }

  private async prepare(link: Link): Promise<void> {
    if (this.stopped) return link.destroy();
    await createSchema(link.queries, this.address.db);
    this.heartbeat = new Heartbeat(link, this.table('nodes'), this.options.heartbeatMs, {
      onDead: () => link.destroy(),
      onWrite: (refusal) => this.noteStorage(refusal === null ? 'ok' : 'full'),
    });
    await this.heartbeat.start();
  }

  /** Notes that the database is away and arranges for the next attempt. */
  private lost(error: Error): void {
    this.link = null;
    this.heartbeat?.abandon();
    this.heartbeat = null;
    if (this.stopped) return;
    const wasUp = this.current.state === 'up';
    const reason = describe(error);
    if (this.current.state !== 'down') this.current = { state: 'down', since: new Date() };
    this.current.reason = reason;
    if (wasUp) this.emit('down', reason);
    const wait = this.backoff.next();
    this.log.warn({ reason, retryInMs: Math.round(wait) }, 'database: away');
    this.retry = setTimeout(() => void this.connect(), wait);
  }

  private full(): ChatError {
    this.noteStorage('full');
    return new ChatError('storage-full', 'Nothing can be written at the moment: the storage is full', {
      retryAfterMs: STORAGE_RETRY_MS,
    });
  }

  private noteStorage(state: StorageStatus['state']): void {
    if (state === this.room.state) return;
    this.room = { state, since: new Date() };
    if (state === 'full') this.log.error('database: storage full, writes are refused');
    else this.log.info('database: storage has room again, writes are accepted');
  }

  private away(reason?: string): ChatError {
    if (reason) this.log.debug({ reason }, 'database: query failed');
    return new ChatError('database-away', 'The database cannot be reached at the moment', {
      retryAfterMs: 1000,
    });
  }
}

/** Says what a failed connection failed of, without what could be a secret. */
function describe(error: Error & { code?: string; msg?: string }): string {
  return error.code ?? (error.msg ?? error.message ?? String(error)).split('\n')[0]!.slice(0, 200);
}

/** The driver adds the whole query to an error's message, with all that users wrote; that must not reach the log. */
function withoutQuery(error: unknown): unknown {
  const { name, msg } = error as { name: string; msg?: string };
  return error instanceof Error && msg !== undefined ? Object.assign(new Error(msg), { name }) : error;
}

/** Whether an error of the driver says that the database (or the part that is needed) is not there. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (
    ['ReqlDriverError', 'ReqlOpFailedError', 'ReqlOpIndeterminateError', 'ReqlAvailabilityError'].includes(
      error.name,
    )
  )
    return true;
  return /connection is closed/i.test(error.message);
}
