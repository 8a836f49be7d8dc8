import { EventEmitter } from 'node:events';
import { type DatabaseAddress, type DatabaseHost, placeOf } from '../../config/database-url.js';
import { Backoff } from '../../lib/backoff.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { isMissing, isUnavailable, isUnavailableResult } from './availability.js';
import type { DatabaseLink } from './database-link.js';
import { HostOrder } from './host-order.js';
import { type PreparedLink, prepareLink } from './prepared-link.js';
import { type DriverConnection, r, type Term } from './reql.js';
import { isStorageFull } from './storage-full.js';
import { StorageState, type StorageStatus } from './storage-state.js';

export type DatabaseState = 'connecting' | 'up' | 'down';

export interface DatabaseStatus {
  state: DatabaseState;
  since: Date;
  /** What went wrong last, while it is not up. */
  reason?: string;
}

export interface DatabaseOptions {
  /** Milliseconds between two beats of the proof of life; a host that answers nothing for two of them is left. */
  heartbeatMs?: number;
  /** Milliseconds after which an unanswered query counts as a dead link. */
  queryTimeoutMs?: number;
  /** Milliseconds for each step of connecting; a host that takes longer is left. */
  stepTimeoutMs?: number;
  /** Milliseconds between two looks whether tables, indexes and the write hook are still there. */
  schemaCheckMs?: number;
  /** Copies of each new table; null for as many as there are servers, at most 3. */
  replicas?: number | null;
}

/** Milliseconds to wait at most before the hosts are tried again. */
const LONGEST_RETRY_MS = 2_000;

/**
 * The link to the database: opened at `start()`, reopened with backoff whenever it is lost, proved alive by a
 * heartbeat. Where there are several hosts, one that does not answer or cannot write is left for another.
 *
 * Emits `up` when it can be used (the schema is there) and `down` when it was lost; `schemaChanged` when a table or an
 * index was missing, so that feeds may have missed changes, and `schemaRepaired` when it is there again.
 */
export class Database extends EventEmitter<{
  up: [];
  down: [reason: string];
  schemaChanged: [];
  schemaRepaired: [];
}> {
  readonly #log: Log;
  #link: PreparedLink | null = null;
  readonly #hosts: HostOrder;
  readonly #backoff = new Backoff(100, LONGEST_RETRY_MS);
  #retry: NodeJS.Timeout | null = null;
  #connecting = false;
  #stopped = false;
  #replicasChecked = false;
  #current: DatabaseStatus = { state: 'connecting', since: new Date() };
  readonly #storageState: StorageState;
  readonly #options: Required<DatabaseOptions>;

  constructor(
    readonly address: DatabaseAddress,
    log: Log,
    options: DatabaseOptions = {},
  ) {
    super();
    this.#log = log;
    this.setMaxListeners(0);
    this.#storageState = new StorageState(log);
    this.#hosts = new HostOrder(address.hosts);
    this.#options = {
      // Where there is no other host, leaving one that is only busy gains nothing.
      heartbeatMs: address.hosts.length > 1 ? 2_000 : 5_000,
      queryTimeoutMs: 15_000,
      schemaCheckMs: 5_000,
      stepTimeoutMs: 5_000,
      replicas: null,
      ...options,
    };
  }

  get status(): DatabaseStatus {
    return this.#current;
  }

  /** Whether the last write was refused because the storage is full. Only the embedded database says so. */
  get storage(): StorageStatus {
    return this.#storageState.status;
  }

  /** The tables are in this database. */
  table(name: string): Term {
    return r.db(this.address.db).table(name);
  }

  /** Begins to connect and keeps at it until `stop()`. */
  start(): void {
    void this.#connect();
  }

  /** Resolves when the database can be used. @throws ChatError `database-unavailable` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#current.state === 'up') return;
    await new Promise<void>((resolve, reject) => {
      const up = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.off('up', up);
        reject(this.#away());
      }, timeoutMs);
      this.once('up', up);
    });
  }

  /**
   * Runs a query and resolves with its answer (cursors as arrays where the driver gives arrays).
   * @throws ChatError `database-unavailable` when there is no link, it is lost meanwhile, does not answer in time, or the
   *   database cannot reach the part that is needed; `storage-full` when it has no room for the write; any other error of
   *   the database as the driver gives it
   */
  async run<T>(query: Term, options: object = {}): Promise<T> {
    const link = this.#link;
    if (!link) throw this.#away();
    let answer: T;
    try {
      answer = await link.within(
        this.#options.queryTimeoutMs,
        'a query',
        query.run(link.queries, options) as Promise<T>,
      );
    } catch (error) {
      if (isStorageFull(error)) throw this.#storageState.refusal();
      if (isMissing(error)) link.schemaWatch.suspect();
      // A query that was under way when the link was lost has no other error than that.
      if (isUnavailable(error) || this.#link !== link) throw this.#away(describe(error as Error));
      throw withoutQuery(error);
    }
    if (isUnavailableResult(answer)) throw this.#away((answer as { first_error: string }).first_error);
    return answer;
  }

  /** The connection for feeds, while there is one. */
  get feedConnection(): DriverConnection | null {
    return this.#link?.feeds ?? null;
  }

  /** Ends the link for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#retry) clearTimeout(this.#retry);
    await this.#link?.heartbeat.stop();
    this.#link?.destroy();
    this.#link = null;
  }

  /** Drops the link as a network failure would; it is opened again at once. */
  drop(): void {
    this.#link?.destroy();
  }

  /** Tries all hosts, one after the other, and takes the first that can be used. */
  async #connect(): Promise<void> {
    this.#retry = null;
    const link = await this.#search(this.#hosts.next());
    if (link) this.#use(link);
    else if (!this.#stopped && !this.#link) {
      const wait = this.#backoff.next();
      this.#log.warn({ reason: this.#current.reason, retryInMs: Math.round(wait) }, 'database: away');
      this.#retry = setTimeout(() => void this.#connect(), wait);
    }
  }

  /** The tables cannot be written on this host: takes another one, if one can be used, and else stays. */
  async #searchElsewhere(stalled: DatabaseLink): Promise<void> {
    if (this.#connecting || this.#link !== stalled || !this.#hosts.isChoice) return;
    this.#log.warn({ host: placeOf(stalled.host) }, 'database: host cannot write, trying others');
    const link = await this.#search(this.#hosts.next().filter((host) => host !== stalled.host));
    if (!link) return;
    const old = this.#link;
    if (old && !old.heartbeat.isStalled) {
      link.destroy(); // the tables can be written again
      return;
    }
    this.#hosts.lost(stalled.host);
    if (old) {
      this.#link = null; // the loss of the old link is no reason to connect again
      old.destroy();
      this.#down('the host could not write');
    }
    this.#use(link);
  }

  /** @returns the link to the first of these hosts that can be used; null when no host can, or a search is under way */
  async #search(hosts: DatabaseHost[]): Promise<PreparedLink | null> {
    if (this.#connecting) return null;
    this.#connecting = true;
    try {
      for (const host of hosts) {
        if (this.#stopped) break;
        const link = await this.#attempt(host);
        if (link && !this.#stopped) return link;
        link?.destroy();
      }
      return null;
    } finally {
      this.#connecting = false;
    }
  }

  async #attempt(host: DatabaseHost): Promise<PreparedLink | null> {
    const { heartbeatMs, schemaCheckMs, stepTimeoutMs, replicas } = this.#options;
    try {
      return await prepareLink(
        {
          address: this.address,
          log: this.#log,
          heartbeatMs,
          schemaCheckMs,
          stepTimeoutMs,
          replicas,
          isChecked: this.#replicasChecked,
          lost: (reason, link) => this.#lost(reason, link),
          stalled: (link) => void this.#searchElsewhere(link),
          wrote: (refusal) => this.#storageState.note(refusal === null ? 'ok' : 'full'),
          schemaChanged: () => this.emit('schemaChanged'),
          schemaRepaired: () => this.emit('schemaRepaired'),
        },
        host,
      );
    } catch (error) {
      const reason = describe(error as Error);
      if (this.#current.state !== 'up') {
        if (this.#current.state === 'connecting') this.#current = { state: 'down', since: new Date() };
        this.#current.reason = reason;
      }
      if (this.#hosts.isChoice)
        this.#log.warn({ host: placeOf(host), reason }, 'database: host cannot be used');
      return null;
    }
  }

  #use(link: PreparedLink): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#link = link;
    this.#replicasChecked = true;
    this.#backoff.reset();
    this.#current = { state: 'up', since: new Date() };
    this.#log.info(link.host, 'database: connected');
    this.emit('up');
  }

  /** Connects again when the link that was in use is lost. */
  #lost(error: Error, link: DatabaseLink): void {
    if (this.#link !== link) return;
    this.#link = null;
    if (this.#stopped) return;
    const reason = describe(error);
    this.#log.warn({ host: placeOf(link.host), reason }, 'database: link lost');
    this.#hosts.lost(link.host);
    this.#down(reason);
    this.#retry = setTimeout(() => void this.#connect(), this.#backoff.next());
  }

  #down(reason: string): void {
    this.#current = { state: 'down', since: new Date(), reason };
    this.emit('down', reason);
  }

  #away(reason?: string): ChatError {
    if (reason) this.#log.debug({ reason }, 'database: query failed');
    return new ChatError('database-unavailable', 'The database cannot be reached at the moment', {
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
