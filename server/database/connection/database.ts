import { EventEmitter } from 'node:events';
import { type DatabaseAddress, type DatabaseHost, placeOf } from '../../config/database-url.js';
import { Backoff } from '../../lib/backoff.js';
import { ConnectionState } from '../../lib/connection-state.js';
import type { ConnectionStatus } from '../../lib/connection-status.js';
import { reasonOf } from '../../lib/error-reason.js';
import { Waiters } from '../../lib/waiters.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { isMissing, isStorageFull, isUnavailable, isUnavailableResult } from './availability.js';
import type { DatabaseLink } from './database-link.js';
import type { DatabaseSchema } from './database-schema.js';
import { HostOrder } from './host-order.js';
import { type PreparedLink, prepareLink } from './prepared-link.js';
import { RAW, r } from './reql.js';
import type { DriverConnection, Query, Sequence, Table } from './reql-types.js';
import { StorageState, type StorageStatus } from './storage-state.js';
import type { TableDeclaration } from './table-declaration.js';

export interface DatabaseOptions {
  /** Milliseconds between two heartbeats. A host without an answer for two of them is left for another. */
  heartbeatMs?: number;
  /** Milliseconds after which a query without an answer ends the link. */
  queryTimeoutMs?: number;
  /** Milliseconds for each step of connecting. */
  stepTimeoutMs?: number;
}

/** Longest time between two attempts to connect. */
const MAX_RETRY_DELAY_MS = 2_000;
const FIRST_RETRY_DELAY_MS = 100;
/** When a client should repeat a request that the database could not serve. */
const RETRY_AFTER_MS = 1_000;

/**
 * The connection to the database: opened by `start()`, opened again with backoff when it is lost, and checked by a
 * heartbeat. Where there are several hosts, one that does not answer or cannot write is left for another.
 *
 * Emits `up` when it can be used (the schema is complete) and `down` when it was lost; `schemaChanged` when a table or an
 * index was missing, so that feeds may have missed changes, and `schemaRepaired` when the schema is complete again;
 * `stopped` before it closes the connection for good.
 */
export class Database extends EventEmitter<{
  up: [];
  down: [reason: string];
  schemaChanged: [];
  schemaRepaired: [];
  stopped: [];
}> {
  readonly #schema: DatabaseSchema;
  readonly #log: Log;
  readonly #options: Required<DatabaseOptions>;
  readonly #hosts: HostOrder;
  readonly #backoff = new Backoff(FIRST_RETRY_DELAY_MS, MAX_RETRY_DELAY_MS);
  readonly #state: ConnectionState;
  readonly #storageState: StorageState;
  readonly #waiters = new Waiters<'up', void>();
  #link: PreparedLink | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isConnecting = false;
  #isStopped = false;

  constructor(
    readonly address: DatabaseAddress,
    schema: DatabaseSchema,
    log: Log,
    options: DatabaseOptions = {},
  ) {
    super();
    this.setMaxListeners(0);
    this.#schema = schema;
    this.#log = log;
    this.#state = new ConnectionState('database', log);
    this.#storageState = new StorageState(log);
    this.#hosts = new HostOrder(address.hosts);
    this.#options = {
      // Without another host, there is nothing to gain from leaving one that is only busy.
      heartbeatMs: address.hosts.length > 1 ? 2_000 : 5_000,
      queryTimeoutMs: 15_000,
      stepTimeoutMs: 5_000,
      ...options,
    };
  }

  get status(): ConnectionStatus {
    return this.#state.status;
  }

  /** Whether the last write was refused because the storage is full. Only the embedded database reports that. */
  get storage(): StorageStatus {
    return this.#storageState.status;
  }

  table<Row, Index extends string>({ name }: TableDeclaration<Row, Index>): Table<Row, Index> {
    return r.db(this.address.db).table<Row, Index>(name);
  }

  /** Connects, and connects again whenever the connection is lost, until `stop()`. */
  start(): void {
    void this.#connect();
  }

  /** Resolves when the database can be used. @throws ChatError `database-unavailable` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    if (this.status.state === 'up') return;
    await this.#waiters.wait('up', timeoutMs, () => {
      throw this.#unavailable();
    });
  }

  /**
   * Runs a query and resolves with its answer. Times are in the raw form.
   * @throws ChatError `database-unavailable` when there is no connection, it is lost before the answer, there is no answer
   *   in time, or the database cannot reach a part that the query needs; `storage-full` when it has no room for the write;
   *   any other error of the database as the driver reports it, without the query
   */
  run<Result>(query: Query<Result>): Promise<Result> {
    return this.#answer((connection) => query.run(connection, RAW));
  }

  /** Runs a query and resolves with all its rows. @throws ChatError as `run` does */
  rows<Row>(sequence: Sequence<Row>): Promise<Row[]> {
    return this.#answer(async (connection) => (await sequence.run(connection, RAW)).toArray());
  }

  /** The connection for feeds; null while disconnected. */
  get feedConnection(): DriverConnection | null {
    return this.#link?.feeds ?? null;
  }

  /** Closes the connection for good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.emit('stopped');
    await this.#link?.heartbeat.stop();
    this.#link?.destroy();
    this.#link = null;
  }

  /** Closes the link as a network failure would; it is opened again at once. */
  drop(): void {
    this.#link?.destroy();
  }

  async #answer<Result>(run: (connection: DriverConnection) => Promise<Result>): Promise<Result> {
    const link = this.#link;
    if (!link) throw this.#unavailable();
    let answer: Result;
    try {
      answer = await link.within(this.#options.queryTimeoutMs, 'a query', run(link.queries));
    } catch (error) {
      if (isStorageFull(error)) throw this.#storageState.refusal();
      if (isMissing(error)) link.schemaWatcher.suspect();
      // A query without an answer when the link was lost has no other error than that.
      if (isUnavailable(error) || this.#link !== link) throw this.#unavailable(reasonOf(error));
      throw withoutQuery(error);
    }
    if (isUnavailableResult(answer)) throw this.#unavailable(answer.first_error);
    return answer;
  }

  /** Tries all hosts one after the other and uses the first that can be used. */
  async #connect(): Promise<void> {
    this.#retry = null;
    const link = await this.#search(this.#hosts.next());
    if (link) this.#use(link);
    else if (!this.#isStopped && !this.#link)
      this.#retry = setTimeout(() => void this.#connect(), this.#backoff.next());
  }

  /** The tables cannot be written on this host: uses another one, if one can be used, and else stays. */
  async #searchElsewhere(stalled: DatabaseLink): Promise<void> {
    if (this.#isConnecting || this.#link !== stalled || !this.#hosts.hasChoice) return;
    this.#log.warn({ host: placeOf(stalled.host) }, 'database host cannot write, trying other hosts');
    const link = await this.#search(this.#hosts.next().filter((host) => host !== stalled.host));
    if (!link) return;
    const old = this.#link;
    if (old && !old.heartbeat.isStalled) {
      link.destroy(); // the tables can be written again
      return;
    }
    this.#hosts.noteLost(stalled.host);
    if (old) {
      this.#link = null; // the loss of the old link must not start another search
      old.destroy();
      this.#down(new Error('the host could not write'), old.host);
    }
    this.#use(link);
  }

  /** @returns the link to the first of these hosts that can be used; null when no host can, or a search is running */
  async #search(hosts: DatabaseHost[]): Promise<PreparedLink | null> {
    if (this.#isConnecting) return null;
    this.#isConnecting = true;
    try {
      for (const host of hosts) {
        if (this.#isStopped) break;
        const link = await this.#attempt(host);
        if (link && !this.#isStopped) return link;
        link?.destroy();
      }
      return null;
    } finally {
      this.#isConnecting = false;
    }
  }

  async #attempt(host: DatabaseHost): Promise<PreparedLink | null> {
    const { heartbeatMs, stepTimeoutMs } = this.#options;
    const dependencies = {
      address: this.address,
      schema: this.#schema,
      log: this.#log,
      heartbeatMs,
      stepTimeoutMs,
      onLost: (reason: Error, link: DatabaseLink) => this.#lost(reason, link),
      onStalled: (link: DatabaseLink) => void this.#searchElsewhere(link),
      onWritten: (refusal: Error | null) => this.#storageState.note(refusal === null ? 'ok' : 'full'),
      onSchemaChanged: () => this.emit('schemaChanged'),
      onSchemaRepaired: () => this.emit('schemaRepaired'),
    };
    try {
      return await prepareLink(dependencies, host);
    } catch (error) {
      // While another host is searched for, the link to the present one is still up.
      if (this.status.state !== 'up' && !this.#isStopped) this.#state.down(error, { host: placeOf(host) });
      return null;
    }
  }

  #use(link: PreparedLink): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#link = link;
    this.#backoff.reset();
    this.#state.up({ host: placeOf(link.host) });
    this.#waiters.resolveAll();
    this.emit('up');
  }

  /** Connects again when the link in use is lost. */
  #lost(error: Error, link: DatabaseLink): void {
    if (this.#link !== link) return;
    this.#link = null;
    if (this.#isStopped) return;
    this.#hosts.noteLost(link.host);
    this.#down(error, link.host);
    this.#retry = setTimeout(() => void this.#connect(), this.#backoff.next());
  }

  #down(error: Error, host: DatabaseHost): void {
    this.#state.down(error, { host: placeOf(host) });
    this.emit('down', this.status.reason ?? '');
  }

  #unavailable(reason?: string): ChatError {
    if (reason) this.#log.debug({ reason }, 'database query failed');
    return new ChatError('database-unavailable', 'The database cannot be reached at the moment', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
}

/** The driver appends the whole query to an error's message, with all that users wrote; that must not reach the log. */
function withoutQuery(error: unknown): unknown {
  if (!(error instanceof Error) || !('msg' in error)) return error;
  return Object.assign(new Error(String(error.msg)), { name: error.name });
}
