import type { SessionInfo, SessionTable } from '../../database/tables/session-table.js';

export interface FollowedSessionsDependencies {
  table: SessionTable;
  /** Extends a session. May reject; it is called again. */
  refresh(session: SessionInfo): Promise<unknown>;
  /** Milliseconds since 1970. */
  now: () => number;
}

interface Followed {
  listeners: Set<() => void>;
  timer: NodeJS.Timeout | undefined;
}

/** The part of a confirmation's lifetime after which it is refreshed. */
const REFRESH_AT_PART = 0.75;
/** Milliseconds before the expiry at which it is refreshed, at the earliest. */
const MAX_LEAD_MS = 60_000;
/** Refreshes are spread over this part of the remaining time: all sockets may have been opened at once. */
const SPREAD_PART = 0.5;
/** Milliseconds between attempts while the issuer is unavailable. */
const RETRY_MS = 5_000;
/** The longest delay of a timer, and of one that is set again. */
const MAX_TIMER_MS = 12 * 60 * 60_000;

/** When a session should be refreshed, in milliseconds since 1970. */
export function refreshTime({ refreshed, expires }: Pick<SessionInfo, 'refreshed' | 'expires'>): number {
  return Math.max(refreshed + (expires - refreshed) * REFRESH_AT_PART, expires - MAX_LEAD_MS);
}

/** The sessions of open sockets and event streams: refreshes them in time, and reports changes of their rows. */
export class FollowedSessions {
  readonly #dependencies: FollowedSessionsDependencies;
  readonly #followed = new Map<string, Followed>();

  constructor(dependencies: FollowedSessionsDependencies) {
    this.#dependencies = dependencies;
    const { cache } = dependencies.table;
    cache.on('changed', (before, after) => {
      const id = (after ?? before)?.id;
      if (id !== undefined) this.#changed(id);
    });
    // Changes of rows that were not cached may have been missed.
    cache.on('resynchronised', () => {
      for (const id of this.#followed.keys()) this.#changed(id);
    });
  }

  /** @returns a function that stops following */
  follow(id: string, onChange: () => void): () => void {
    const followed = this.#followed.get(id) ?? { listeners: new Set(), timer: undefined };
    this.#followed.set(id, followed);
    followed.listeners.add(onChange);
    if (followed.listeners.size === 1) void this.#schedule(id, followed);
    return () => {
      followed.listeners.delete(onChange);
      if (followed.listeners.size > 0) return;
      clearTimeout(followed.timer);
      this.#followed.delete(id);
    };
  }

  close(): void {
    for (const { timer } of this.#followed.values()) clearTimeout(timer);
    this.#followed.clear();
  }

  #changed(id: string): void {
    const followed = this.#followed.get(id);
    if (!followed) return;
    void this.#schedule(id, followed);
    for (const listener of [...followed.listeners]) listener();
  }

  async #schedule(id: string, followed: Followed): Promise<void> {
    const { table, now } = this.#dependencies;
    const session = await table.get(id).catch(() => undefined);
    if (!session?.isRenewable || this.#followed.get(id) !== followed) return;
    const dueMs = refreshTime(session) - now();
    const spreadMs = Math.max(0, session.expires - refreshTime(session)) * SPREAD_PART * Math.random();
    const delayMs = Math.min(Math.max(0, dueMs) + spreadMs, MAX_TIMER_MS);
    this.#set(id, followed, delayMs, dueMs > MAX_TIMER_MS ? null : session);
  }

  /** @param session null: the time of the refresh is too far for a timer */
  #set(id: string, followed: Followed, delayMs: number, session: SessionInfo | null): void {
    clearTimeout(followed.timer);
    followed.timer = setTimeout(() => {
      if (session) void this.#refresh(id, followed, session);
      else void this.#schedule(id, followed);
    }, delayMs);
    followed.timer.unref();
  }

  /** A success changes the row, which sets the next timer. After the expiry, the sockets and streams end. */
  async #refresh(id: string, followed: Followed, session: SessionInfo): Promise<void> {
    const { refresh, now } = this.#dependencies;
    try {
      await refresh(session);
    } catch {
      if (this.#followed.get(id) !== followed || session.expires <= now()) return;
      this.#set(id, followed, Math.min(RETRY_MS, Math.max(100, (session.expires - now()) / 4)), session);
    }
  }
}
