import type { AccessControl } from '../../access/access-control.js';
import type { MessageScan } from '../../database/tables/message-scan.js';
import type { UserTable } from '../../database/tables/user-table.js';
import { Waiters } from '../../lib/waiters.js';
import { addressGroup } from '../../limits/address-group.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { MatchedMessage } from '../query/matcher.js';
import { resolveAuthors } from '../query/resolve-authors.js';
import type { SearchQuery } from '../query/search-query.js';
import type { Search } from '../search.js';
import { LiveView } from './live-view.js';
import type { ViewListener } from './view-listener.js';

/** Views that a user, or the guests without a cookie of an address, may have open in a process, and all users together. */
export const VIEW_LIMITS = { perUser: 5, perProcess: 500 } as const;
const RETRY_AFTER_MS = 10_000;
/** Milliseconds for the feed to open; then the view opens without it. */
const FEED_TIMEOUT_MS = 5_000;

export interface LiveViewsDependencies {
  access: Pick<AccessControl, 'authorise' | 'may' | 'onChange'>;
  limits: Pick<Limits, 'search'>;
  log: Log;
  messages: Pick<MessageScan, 'follow' | 'get'>;
  search: Pick<Search, 'newest'>;
  users: Pick<UserTable, 'idsNamed' | 'namesFor'>;
}

export interface ViewRequest {
  query: SearchQuery;
  id_user: string;
  address?: string | undefined;
  listener: ViewListener;
}

/** The open views of this process. One feed of the table serves all of them, while at least one is open. */
export class LiveViews {
  readonly #dependencies: LiveViewsDependencies;
  readonly #views = new Set<LiveView>();
  readonly #counts = new Map<string, number>();
  readonly #feedWaiters = new Waiters<'opened', void>();
  #unfollow: (() => void) | null = null;
  #isLive = false;

  constructor(dependencies: LiveViewsDependencies) {
    this.#dependencies = dependencies;
    dependencies.access.onChange((room, id_user) => {
      for (const view of this.#views)
        if (id_user === undefined || id_user === view.id_user) view.recheck(room);
    });
  }

  /** Number of open views. */
  get size(): number {
    return this.#views.size;
  }

  /**
   * Opens a view; resolves when its first messages were passed to the listener.
   * @returns a function that closes the view
   * @throws ChatError `too-many-views`, `rate-limited`, `not-a-member` (of a room after `in:`), `search-unavailable`
   */
  async open({ query, id_user, address, listener }: ViewRequest): Promise<() => void> {
    const { access, limits, users } = this.#dependencies;
    const uncount = this.#count(id_user === '' ? `address ${addressGroup(address) ?? ''}` : id_user);
    let view: LiveView | undefined;
    try {
      await limits.search(id_user, address);
      for (const room of query.rooms) await access.authorise(room, id_user, 'read');
      view = new LiveView(this.#dependencies, await resolveAuthors(query, id_user, users), id_user, listener);
      this.#views.add(view);
      await this.#follow();
      await view.open(() => this.#isLive);
      const opened = view;
      return () => this.#close(opened, uncount);
    } catch (error) {
      this.#close(view, uncount);
      throw error;
    }
  }

  #close(view: LiveView | undefined, uncount: () => void): void {
    uncount();
    view?.close();
    if (view) this.#views.delete(view);
    if (this.#views.size > 0) return;
    this.#unfollow?.();
    this.#unfollow = null;
    this.#isLive = false;
  }

  /** Resolves when the feed is open, or does not open in time. */
  async #follow(): Promise<void> {
    this.#unfollow ??= this.#dependencies.messages.follow({
      opened: () => {
        this.#isLive = true;
        this.#feedWaiters.resolveAll();
        for (const view of this.#views) view.setLive(true);
      },
      changed: (id, _before, after) => {
        const matched = after && new MatchedMessage(after);
        for (const view of this.#views) view.changed(id, matched);
      },
      lost: () => {
        this.#isLive = false;
        for (const view of this.#views) view.setLive(false);
      },
    });
    if (!this.#isLive) await this.#feedWaiters.wait('opened', FEED_TIMEOUT_MS, () => {});
  }

  #count(key: string): () => void {
    const { perUser, perProcess } = VIEW_LIMITS;
    const count = this.#counts.get(key) ?? 0;
    if (count >= perUser) throw tooMany(`a user may have ${perUser} live views open`, perUser);
    const all = [...this.#counts.values()].reduce((sum, n) => sum + n, 0);
    if (all >= perProcess) throw tooMany(`the server may have ${perProcess} live views open`, perProcess);
    this.#counts.set(key, count + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }
}

function tooMany(message: string, limit: number): ChatError {
  return new ChatError('too-many-views', message, { limit, retryAfterMs: RETRY_AFTER_MS });
}
