import { createHash } from 'node:crypto';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Selection, Table } from '../connection/reql-types.js';
import type { PushSubscriptionRow } from '../schema/rows.js';
import { PUSH_SUBSCRIPTIONS } from '../schema/tables.js';
import { isKey } from './primary-key.js';

/** A browser to which notifications of a user are pushed. */
export interface PushSubscription {
  id: string;
  id_user: string;
  /** Address at the push service of the browser. */
  endpoint: string;
  /** Public key and secret of the browser: base64url. */
  keys: { p256dh: string; auth: string };
  /** Of the pages, by its tag. */
  language: string | null;
  /** Host of the page; null if unknown. */
  host: string | null;
  /** Id of the session on the page; null without one. */
  session: string | null;
  /** When a page confirmed the subscription last, in milliseconds since 1970. */
  created: number;
}

export interface SubscriberListener {
  opened(): void;
  /** A user has, or had, a subscription that changed. */
  changed(id_user: string): void;
  lost(): void;
}

type Index = 'user_created' | 'session';

/** Subscriptions of one user. A further one replaces the oldest. */
export const MAX_USER_SUBSCRIPTIONS = 10;

/** The table `push_subscriptions`. All methods throw ChatError `database-unavailable`. */
export class PushSubscriptionTable {
  readonly #database: Database;
  readonly #log: Log;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /**
   * Adds a subscription, or replaces the one of the same endpoint: a browser notifies the user who is signed in. Removes the
   * oldest ones of the user beyond `MAX_USER_SUBSCRIPTIONS`.
   */
  async put({ created, ...subscription }: Omit<PushSubscription, 'id'>): Promise<void> {
    const row = { ...subscription, id: subscriptionId(subscription.endpoint), created: timeOf(created) };
    await this.#database.run(this.#rows().insert(row, { conflict: 'replace' }));
    const ids = this.#of(subscription.id_user).orderBy({ index: r.desc('user_created') })('id');
    const oldest = (await this.#database.rows(ids)).slice(MAX_USER_SUBSCRIPTIONS);
    await this.remove(oldest.filter((id) => typeof id === 'string'));
  }

  /** The newest first. */
  async of(id_user: string): Promise<PushSubscription[]> {
    if (!isKey(id_user)) return [];
    const rows = this.#of(id_user)
      .orderBy({ index: r.desc('user_created') })
      .limit(MAX_USER_SUBSCRIPTIONS);
    return (await this.#database.rows(rows)).map(toSubscription).filter((found) => found !== null);
  }

  /** Ids of the users with a subscription, each once. */
  async subscribers(): Promise<Set<string>> {
    const rows = await this.#database.rows(this.#rows().pluck('id_user'));
    return new Set(rows.flatMap(({ id_user }) => (typeof id_user === 'string' ? [id_user] : [])));
  }

  async hasSubscription(id_user: string): Promise<boolean> {
    return isKey(id_user) && !(await this.#database.run(this.#of(id_user).isEmpty()));
  }

  /** Follows the subscriptions of all users. @returns a function that stops following */
  follow(listener: SubscriberListener): () => void {
    const feed = new Feed<PushSubscriptionRow>(
      this.#database,
      this.#rows(),
      {
        opened: () => listener.opened(),
        changed: (before, after) => {
          const users = new Set([before?.id_user, after?.id_user]);
          for (const id_user of users) if (typeof id_user === 'string') listener.changed(id_user);
        },
        lost: () => listener.lost(),
      },
      this.#log,
    );
    return () => feed.close();
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#database.run(this.#rows().getAll(r.args(ids)).delete());
  }

  /** @param endpoint undefined: all subscriptions of the user */
  async removeOf(id_user: string, endpoint: string | undefined): Promise<void> {
    if (!isKey(id_user)) return;
    const rows = this.#of(id_user);
    const removed = endpoint === undefined ? rows : rows.filter({ id: subscriptionId(endpoint) });
    await this.#database.run(removed.delete());
  }

  /** Removes the subscriptions that were made in a session. */
  async removeOfSession(session: string): Promise<void> {
    await this.#database.run(this.#rows().getAll(session, { index: 'session' }).delete());
  }

  /** Removes subscriptions that no page has confirmed since a time, in milliseconds since 1970. */
  async purge(before: number): Promise<void> {
    const old = this.#rows().filter((row) => row('created').default(r.epochTime(0)).lt(timeOf(before)));
    await this.#database.run(old.delete({ durability: 'soft' }));
  }

  #rows(): Table<PushSubscriptionRow, Index> {
    return this.#database.table(PUSH_SUBSCRIPTIONS);
  }

  #of(id_user: string): Selection<PushSubscriptionRow, Index> {
    return this.#rows().between([id_user, r.minval], [id_user, r.maxval], { index: 'user_created' });
  }
}

/** The primary key. */
export const subscriptionId = (endpoint: string): string =>
  createHash('sha256').update(endpoint).digest('base64url');

/** Null for a row without a user, an endpoint or keys. */
function toSubscription(row: PushSubscriptionRow): PushSubscription | null {
  const { id, id_user, endpoint, keys, language, host, session } = row;
  if (typeof id !== 'string' || typeof id_user !== 'string' || typeof endpoint !== 'string') return null;
  const { p256dh, auth } = keys ?? {};
  if (typeof p256dh !== 'string' || typeof auth !== 'string') return null;
  return {
    id,
    id_user,
    endpoint,
    keys: { p256dh, auth },
    language: typeof language === 'string' ? language : null,
    host: typeof host === 'string' ? host : null,
    session: typeof session === 'string' ? session : null,
    created: millisecondsOf(row.created) ?? 0,
  };
}
