import { clientError, internalError, ReqlError, resourceLimit } from '../datum/reql-error.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import type { Outcome, PreparedQuery, Query } from '../query/evaluate.js';
import type { Storage } from '../storage/storage.js';
import { batchLimits } from './batches.js';
import { type Cursor, FeedCursor, RowCursor } from './cursors.js';
import type { Frame } from './frames.js';
import type { GroupCommit } from './group-commit.js';
import { type ByteBudget, tooMany, type WireLimits } from './limits.js';
import { NoreplyQueries } from './noreply-queries.js';
import { NOTE, QUERY, RESPONSE } from './protocol.js';
import { hasFlag, parseRequest, type QueryRequest } from './query.js';
import { atomResponse, errorResponse, plainResponse } from './response.js';

/** The state that all sessions of a server share. */
export interface Engine {
  readonly storage: Storage;
  readonly registry: FeedRegistry;
  readonly commits: GroupCommit;
  readonly limits: WireLimits;
  /** The bytes of queries that have not been run. */
  readonly budget: ByteBudget;
  readonly prepareQuery: (query: Query) => PreparedQuery;
  /** Called with messages for the operator. */
  readonly onNotice: (text: string) => void;
  /** Called with faults of the server itself. Clients get an error without details. */
  readonly onFault: (error: unknown) => void;
}

/**
 * One authenticated client: its queries in flight and its open cursors. Queries are independent of each other: each has
 * a token, and its responses are sent when they are ready. A query passes through `#start` (compiles and enqueues it),
 * `#evaluate`, `#settle` (waits for a later outcome), `#complete` and `#respond` (sends a response or opens a cursor).
 */
export class Session {
  readonly #engine: Engine;
  readonly #sendFrame: (token: bigint, json: string) => void;
  readonly #cursors = new Map<bigint, OpenCursor>();
  readonly #running = new Set<bigint>();
  readonly #noreply = new NoreplyQueries();
  #feedCount = 0;
  #isClosed = false;

  constructor(engine: Engine, sendFrame: (token: bigint, json: string) => void) {
    this.#engine = engine;
    this.#sendFrame = sendFrame;
  }

  /** Handles one request. Never throws: the client gets every error as a response. */
  receive({ token, body }: Frame): void {
    try {
      const request = parseRequest(body);
      switch (request.type) {
        case QUERY.START:
          this.#start(token, request, body.length);
          break;
        case QUERY.CONTINUE:
          this.#continue(token);
          break;
        case QUERY.STOP:
          this.#stop(token);
          break;
        case QUERY.NOREPLY_WAIT:
          this.#noreplyWait(token);
          break;
        case QUERY.SERVER_INFO:
          this.#send(token, plainResponse(RESPONSE.SERVER_INFO, [this.#serverInfo()]));
      }
    } catch (error) {
      this.#fail(token, error);
    }
  }

  /** The client has disconnected: closes its cursors. Queries that it sent before are still run. */
  close(): void {
    this.#isClosed = true;
    for (const { cursor } of this.#cursors.values()) cursor.stop();
    this.#cursors.clear();
  }

  #start(token: bigint, request: QueryRequest, bytes: number): void {
    const { limits, budget } = this.#engine;
    this.#refuseDuplicate(token);
    if (this.#running.size >= limits.queries) throw tooMany('unanswered queries', limits.queries);
    const prepared = this.#engine.prepareQuery(request);
    const run = { token, request, isNoreply: hasFlag(request, 'noreply') };
    budget.take(bytes);
    this.#running.add(token);
    if (run.isNoreply) this.#noreply.add(run);
    this.#engine.commits.add({
      owner: this,
      writes: prepared.writes,
      run: () => this.#evaluate(run, prepared),
      onDequeue: () => budget.give(bytes),
      fail: (error) => this.#complete(run, () => this.#fail(token, error)),
    });
  }

  /** Evaluates a query. @returns what to do after the commit */
  #evaluate(run: Run, prepared: PreparedQuery): (() => void) | undefined {
    let outcome: Outcome;
    try {
      outcome = prepared.evaluate(this.#engine.storage, this.#engine.registry);
    } catch (error) {
      return () => this.#complete(run, () => this.#fail(run.token, error));
    }
    const settle = () => this.#settle(run, outcome);
    // Soft durability: acknowledged before the commit, which syncs to the disk.
    if (outcome.durability !== 'soft') return settle;
    settle();
    return undefined;
  }

  #settle(run: Run, outcome: Outcome): void {
    if (outcome.kind === 'later') {
      outcome.promise.then(
        (settled) => this.#settle(run, settled),
        (error) => this.#complete(run, () => this.#fail(run.token, error)),
      );
      return;
    }
    if (run.isNoreply && outcome.kind === 'feed') outcome.feed.close();
    this.#complete(run, () => this.#respond(run, outcome));
  }

  #complete(run: Run, respond: () => void): void {
    this.#running.delete(run.token);
    try {
      if (!run.isNoreply) respond();
    } catch (error) {
      this.#fail(run.token, error);
    }
    this.#noreply.complete(run);
  }

  #respond({ token, request }: Run, outcome: Exclude<Outcome, { kind: 'later' }>): void {
    const profile = hasFlag(request, 'profile');
    if (outcome.kind === 'datum') {
      this.#send(token, atomResponse(outcome.value, profile));
      return;
    }
    const limits = batchLimits(request.optargs);
    const isFeed = outcome.kind === 'feed';
    const cursor = isFeed
      ? new FeedCursor(outcome.feed, notesOf(outcome), limits)
      : new RowCursor(outcome.rows, limits, profile);
    this.#open(token, cursor, isFeed);
  }

  #open(token: bigint, cursor: Cursor, isFeed: boolean): void {
    if (this.#isClosed) {
      cursor.stop();
      return;
    }
    const { feeds, cursors } = this.#engine.limits;
    const hasTooManyFeeds = isFeed && this.#feedCount >= feeds;
    if (hasTooManyFeeds || this.#cursors.size >= cursors) {
      cursor.stop();
      throw hasTooManyFeeds ? tooMany('open changefeeds', feeds) : tooMany('open cursors', cursors);
    }
    const open = { cursor, isFeed, isAwaited: true };
    this.#cursors.set(token, open);
    if (isFeed) this.#feedCount++;
    this.#advance(token, open);
  }

  #continue(token: bigint): void {
    const open = this.#cursors.get(token);
    if (open === undefined) throw clientError(`Token ${token} not in stream cache.`);
    if (open.isAwaited) throw clientError(`ERROR: duplicate token ${token}`);
    open.isAwaited = true;
    this.#advance(token, open);
  }

  /** Sends the next batch of a cursor, or waits until it has one. */
  #advance(token: bigint, open: OpenCursor): void {
    if (this.#cursors.get(token) !== open) return;
    try {
      const response = open.cursor.poll();
      if (response === undefined) {
        open.cursor.onReady(() => this.#advance(token, open));
        return;
      }
      open.isAwaited = false;
      if (response.isLast) this.#drop(token, open);
      this.#send(token, response.json);
    } catch (error) {
      this.#drop(token, open);
      this.#fail(token, error);
    }
  }

  /** A CONTINUE that waits for the feed is answered as well, by a last batch without rows. */
  #stop(token: bigint): void {
    const open = this.#cursors.get(token);
    if (open === undefined && !this.#running.has(token))
      throw clientError(`Token ${token} not in stream cache.`);
    if (open) {
      this.#drop(token, open);
      if (open.isAwaited) this.#send(token, EMPTY_LAST_BATCH);
    }
    this.#send(token, EMPTY_LAST_BATCH);
  }

  #drop(token: bigint, { cursor, isFeed }: OpenCursor): void {
    if (this.#cursors.delete(token) && isFeed) this.#feedCount--;
    cursor.stop();
  }

  #noreplyWait(token: bigint): void {
    this.#refuseDuplicate(token);
    const { noreplyWaits } = this.#engine.limits;
    if (this.#noreply.waitCount >= noreplyWaits) throw tooMany('calls of noreplyWait', noreplyWaits);
    this.#noreply.whenComplete(() => this.#send(token, plainResponse(RESPONSE.WAIT_COMPLETE, [])));
  }

  #refuseDuplicate(token: bigint): void {
    if (this.#cursors.has(token) || this.#running.has(token))
      throw clientError(`ERROR: duplicate token ${token}`);
  }

  #serverInfo() {
    return { id: this.#engine.storage.id, name: 'embedded', proxy: false };
  }

  #fail(token: bigint, error: unknown): void {
    const reqlError = toReqlError(error);
    if (reqlError.kind === 'INTERNAL') this.#engine.onFault(error);
    this.#send(token, errorResponse(reqlError));
  }

  #send(token: bigint, json: string): void {
    if (!this.#isClosed) this.#sendFrame(token, json);
  }
}

/** A query that was started and is not complete. */
interface Run {
  readonly token: bigint;
  readonly request: QueryRequest;
  readonly isNoreply: boolean;
}

interface OpenCursor {
  readonly cursor: Cursor;
  readonly isFeed: boolean;
  /** True while the client waits for a response. */
  isAwaited: boolean;
}

const EMPTY_LAST_BATCH = '{"t":2,"r":[],"n":[]}';

function notesOf({ note, includesStates }: Outcome & { kind: 'feed' }): number[] {
  return includesStates ? [NOTE[note], NOTE.INCLUDES_STATES] : [NOTE[note]];
}

/** The error that the client gets. A stack overflow is due to a nested query, other errors are faults of the server. */
function toReqlError(error: unknown): ReqlError {
  if (error instanceof ReqlError) return error;
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return resourceLimit('The query is nested too deeply.');
  }
  return internalError('The query failed because of a fault in the server.');
}
