import type { RedisAddress } from '../../config/redis-url.js';
import { Backoff } from '../../lib/backoff.js';
import type { Log } from '../../telemetry/logger.js';
import type { Clock } from '../clock.js';
import type { PresenceStatus } from '../presence.js';
import { openRedisLink, type RedisLink } from './redis-link.js';

export interface ConnectionHooks {
  /** Makes use of a new link. It counts as up when this resolves; a rejection drops it. */
  opened(link: RedisLink): Promise<void>;
  /** The link is gone, or could not be opened. */
  lost(): void;
}

/** The link to Redis: opened at `start()`, and again with backoff whenever it is lost. */
export class PresenceConnection {
  readonly #options: { address: RedisAddress; clock: Clock; log: Log; longestWaitMs: number };
  readonly #hooks: ConnectionHooks;
  #current: RedisLink | null = null;
  #state: PresenceStatus = { state: 'connecting', since: new Date() };
  readonly #backoff: Backoff;
  #cancelRetry: (() => void) | null = null;
  #isStopped = false;

  constructor(
    options: { address: RedisAddress; clock: Clock; log: Log; longestWaitMs: number },
    hooks: ConnectionHooks,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#backoff = new Backoff(100, options.longestWaitMs);
  }

  get status(): PresenceStatus {
    return this.#state;
  }

  /** The link that can be used, if there is one. */
  get link(): RedisLink | null {
    return this.#state.state === 'up' ? this.#current : null;
  }

  start(): void {
    void this.#connect();
  }

  /** Ends the link for good. */
  stop(): void {
    this.#isStopped = true;
    this.#state = { state: 'down', since: new Date(), reason: 'stopped' };
    this.#cancelRetry?.();
    this.#current?.drop(new Error('stopped'));
  }

  async #connect(): Promise<void> {
    const { address, clock, log } = this.#options;
    let link: RedisLink | null = null;
    try {
      link = await openRedisLink(address, clock, (reason) => this.#lost(reason));
      if (this.#isStopped) return link.drop(new Error('stopped'));
      this.#current = link;
      await this.#hooks.opened(link);
      if (this.#current !== link) return;
      this.#backoff.reset();
      this.#state = { state: 'up', since: new Date() };
      log.info('presence: connected to Redis');
    } catch (error) {
      if (link) link.drop(error as Error);
      else this.#lost(error as Error);
    }
  }

  #lost(error: Error): void {
    this.#current = null;
    if (this.#isStopped) return;
    const reason = describe(error);
    const wait = this.#backoff.next();
    const { clock, log } = this.#options;
    // The first failure is news; that it goes on is not.
    const level = this.#state.state === 'down' ? 'debug' : 'warn';
    log[level]({ reason, retryInMs: Math.round(wait) }, 'presence: Redis is away');
    const since = this.#state.state === 'down' ? this.#state.since : new Date();
    this.#state = { state: 'down', since, reason };
    this.#cancelRetry = clock.after(wait, () => void this.#connect());
    this.#hooks.lost();
  }
}

function describe(error: Error & { code?: string }): string {
  return error.code ?? error.message.split('\n')[0]!.slice(0, 200);
}
