import type { Hub } from '../changefeeds/hub.js';
import type { Outcome, PreparedQuery } from '../reql/evaluate.js';
import type { Storage } from '../storage/storage.js';
import { clientError, internalError, ReqlError, resourceLimit } from '../values/reql-error.js';
import { batchLimits } from './batches.js';
import { type Cursor, FeedCursor, RowCursor } from './cursors.js';
import type { Frame } from './frames.js';
import type { GroupCommit } from './group-commit.js';
import { type ByteBudget, tooMany, type WireLimits } from './limits.js';
import { NOTE, QUERY, RESPONSE } from './protocol.js';
import { flag, parseQuery, type Query } from './query.js';
import { atomResponse, errorResponse, plainResponse } from './response.js';
import { SilentQueries } from './silent-queries.js';

/** What all sessions of a server share. */
export interface Engine {
  readonly storage: Storage;
  readonly hub: Hub;
  readonly commits: GroupCommit;
  readonly limits: WireLimits;
  /** Of queries that have not been run. */
  readonly budget: ByteBudget;
  readonly prepareQuery: (query: Query) => PreparedQuery;
  /** Called with what an operator should know. */
  readonly onNotice: (text: string) => void;
  /** Told about errors that are the server's own fault; their clients learn no more than that. */
  readonly onFault: (error: unknown) => void;
}

/**
 * One client, from the end of the handshake: its queries in flight and its open cursors. Queries run side by
 * side: each has a token of its own, and its responses come when they are ready.
 */
export class Session {
  readonly #engine: Engine;
  readonly #send: (token: bigint, json: string) => void;
  readonly #cursors = new Map<bigint, OpenCursor>();
  readonly #running = new Set<bigint>();
  readonly #silent = new SilentQueries();
  #feeds = 0;
  #closed = false;

  constructor(engine: Engine, send: (token: bigint, json: string) => void) {
    this.#engine = engine;
    this.#send = send;
  }

  /** Takes one query. Never throws: whatever is wrong with it is told to the client. */
  receive({ token, body }: Frame): void {
    try {
      const query = parseQuery(body);
      switch (query.type) {
        case QUERY.START:
          this.#start(token, query, body.length);
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
          this.#reply(token, plainResponse(RESPONSE.SERVER_INFO, [this.#serverInfo()]));
      }
    } catch (error) {
      this.#fail(token, error);
    }
  }

  /** The client is gone: its cursors are closed. What it has sent before is still run. */
  close(): void {
    this.#closed = true;
    for (const { cursor } of this.#cursors.values()) cursor.stop();
    this.#cursors.clear();
  }

  #start(token: bigint, query: Query, bytes: number): void {
    const { limits, budget } = this.#engine;
    this.#refuseDuplicate(token);
    if (this.#running.size >= limits.queries) throw tooMany('unanswered queries', limits.queries);
    const silent = flag(query, 'noreply');
    const prepared = this.#engine.prepareQuery(query);
    const run = { token, query, silent };
    budget.take(bytes);
    this.#running.add(token);
    if (silent) this.#silent.add(run);
    this.#engine.commits.add({
      owner: this,
      writes: prepared.writes,
      run: () => this.#run(run, prepared),
      done: () => budget.give(bytes),
      fail: (error) => this.#finish(run, () => this.#fail(token, error)),
    });
  }

  /** Evaluates a query; what it returns is to be done after the commit. */
  #run(run: Run, prepared: PreparedQuery): (() => void) | undefined {
    let outcome: Outcome;
    try {
      outcome = prepared.evaluate(this.#engine.storage, this.#engine.hub);
    } catch (error) {
      return () => this.#finish(run, () => this.#fail(run.token, error));
    }
    const acknowledge = () => this.#answer(run, outcome);
    // Soft durability: acknowledged before the commit, which syncs to the disk.
    if (outcome.durability !== 'soft') return acknowledge;
    acknowledge();
    return undefined;
  }

  #answer(run: Run, outcome: Outcome): void {
    if (outcome.kind === 'later') {
      outcome.promise.then(
        (settled) => this.#answer(run, settled),
        (error) => this.#finish(run, () => this.#fail(run.token, error)),
      );
      return;
    }
    if (run.silent && outcome.kind === 'feed') outcome.feed.close();
    this.#finish(run, () => this.#tell(run, outcome));
  }

  #tell({ token, query }: Run, outcome: Exclude<Outcome, { kind: 'later' }>): void {
    const profile = flag(query, 'profile');
    if (outcome.kind === 'datum') {
      this.#reply(token, atomResponse(outcome.value, profile));
      return;
    }
    const limits = batchLimits(query.optargs);
    const isFeed = outcome.kind === 'feed';
    const cursor = isFeed
      ? new FeedCursor(outcome.feed, notesOf(outcome), limits)
      : new RowCursor(outcome.rows, limits, profile);
    this.#open(token, cursor, isFeed);
  }

  #finish(run: Run, answer: () => void): void {
    this.#running.delete(run.token);
    try {
      if (!run.silent) answer();
    } catch (error) {
      this.#fail(run.token, error);
    }
    this.#silent.done(run);
  }

  #open(token: bigint, cursor: Cursor, isFeed: boolean): void {
    if (this.#closed) {
      cursor.stop();
      return;
    }
    const { feeds, cursors } = this.#engine.limits;
    const isCrowded = isFeed && this.#feeds >= feeds;
    if (isCrowded || this.#cursors.size >= cursors) {
      cursor.stop();
      throw isCrowded ? tooMany('open changefeeds', feeds) : tooMany('open cursors', cursors);
    }
    const open = { cursor, isFeed, asked: true };
    this.#cursors.set(token, open);
    if (isFeed) this.#feeds++;
    this.#advance(token, open);
  }

  #continue(token: bigint): void {
    const open = this.#cursors.get(token);
    if (open === undefined) throw clientError(`Token ${token} not in stream cache.`);
    if (open.asked) throw clientError(`ERROR: duplicate token ${token}`);
    open.asked = true;
    this.#advance(token, open);
  }

  #advance(token: bigint, open: OpenCursor): void {
    if (this.#cursors.get(token) !== open) return;
    try {
      const response = open.cursor.poll();
      if (response === undefined) {
        open.cursor.onReady(() => this.#advance(token, open));
        return;
      }
      open.asked = false;
      if (response.complete) this.#drop(token, open);
      this.#reply(token, response.json);
    } catch (error) {
      this.#drop(token, open);
      this.#fail(token, error);
    }
  }

  /** A request that waits for a feed is answered as well, by an end without rows. */
  #stop(token: bigint): void {
    const open = this.#cursors.get(token);
    if (open === undefined && !this.#running.has(token))
      throw clientError(`Token ${token} not in stream cache.`);
    if (open) {
      this.#drop(token, open);
      if (open.asked) this.#reply(token, EMPTY_END);
    }
    this.#reply(token, EMPTY_END);
  }

  #drop(token: bigint, { cursor, isFeed }: OpenCursor): void {
    if (this.#cursors.delete(token) && isFeed) this.#feeds--;
    cursor.stop();
  }

  #noreplyWait(token: bigint): void {
    this.#refuseDuplicate(token);
    const { noreplyWaits } = this.#engine.limits;
    if (this.#silent.waits >= noreplyWaits) throw tooMany('calls of noreplyWait', noreplyWaits);
    this.#silent.whenDone(() => this.#reply(token, plainResponse(RESPONSE.WAIT_COMPLETE, [])));
  }

  #refuseDuplicate(token: bigint): void {
    if (this.#cursors.has(token) || this.#running.has(token))
      throw clientError(`ERROR: duplicate token ${token}`);
  }

  #serverInfo() {
    return { id: this.#engine.storage.id, name: 'embedded', proxy: false };
  }

  #reply(token: bigint, json: string): void {
    if (!this.#closed) this.#send(token, json);
  }

  #fail(token: bigint, error: unknown): void {
    const told = toReqlError(error);
    if (told.kind === 'INTERNAL') this.#engine.onFault(error);
    this.#reply(token, errorResponse(told));
  }
}

interface Run {
  readonly token: bigint;
  readonly query: Query;
  readonly silent: boolean;
}

interface OpenCursor {
  readonly cursor: Cursor;
  readonly isFeed: boolean;
  /** Whether the client waits for a response. */
  asked: boolean;
}

const EMPTY_END = '{"t":2,"r":[],"n":[]}';

function notesOf({ note, includesStates }: Outcome & { kind: 'feed' }): number[] {
  return includesStates ? [NOTE[note], NOTE.INCLUDES_STATES] : [NOTE[note]];
}

/** What a client learns: a stack that ran out is its query's nesting, anything else unknown is a fault here. */
function toReqlError(error: unknown): ReqlError {
  if (error instanceof ReqlError) return error;
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return resourceLimit('The query is nested too deeply.');
  }
  return internalError('The query failed because of a fault in the server.');
}
