import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type WindowCount, WindowCounter } from '../lib/window-counter.js';

export interface SharedCounterOptions {
  /** Key prefix; counters with the same name count together. */
  name: string;
  windowSeconds: number;
  /** Null: this process counts for itself. `link`: the open connection. */
  redis: { readonly link: Redis | null } | null;
}

/** Counts events by key, over all processes with Redis, and in this process alone while Redis is unavailable. */
export class SharedCounter {
  readonly #memory: WindowCounter;
  readonly #options: SharedCounterOptions;
  /** The counter in Redis, and the connection that it uses. */
  #shared: { readonly link: Redis; readonly counter: RateLimiterRedis } | null = null;

  constructor(options: SharedCounterOptions) {
    this.#options = options;
    this.#memory = new WindowCounter({ windowMs: options.windowSeconds * 1000 });
  }

  /** Counts an event. */
  add(key: string): Promise<WindowCount> {
    return this.#ask(
      (shared) => shared.consume(key),
      () => this.#memory.add(key),
    );
  }

  /** Takes one event back. */
  async subtract(key: string): Promise<void> {
    await this.#ask(
      (shared) => shared.reward(key),
      () => this.#memory.subtract(key),
    );
  }

  /** The events counted so far; null without any. */
  get(key: string): Promise<WindowCount | null> {
    return this.#ask(
      (shared) => shared.get(key),
      () => this.#memory.get(key),
    );
  }

  async #ask<T>(
    ask: (shared: RateLimiterRedis) => Promise<RateLimiterRes | null>,
    here: () => T,
  ): Promise<T | WindowCount> {
    const shared = this.#sharedCounter();
    if (!shared) return here();
    try {
      const result = await ask(shared);
      return result ? toCount(result) : here();
    } catch (error) {
      return error instanceof RateLimiterRes ? toCount(error) : here();
    }
  }

  /** A new one for each connection; null while Redis cannot be reached. */
  #sharedCounter(): RateLimiterRedis | null {
    const { name, windowSeconds, redis } = this.#options;
    const link = redis?.link ?? null;
    if (link === null) return null;
    if (this.#shared?.link !== link) {
      const counter = new RateLimiterRedis({
        keyPrefix: name,
        // The limits are compared elsewhere: this only counts.
        points: Number.MAX_SAFE_INTEGER,
        duration: windowSeconds,
        storeClient: link,
        rejectIfRedisNotReady: true,
      });
      this.#shared = { link, counter };
    }
    return this.#shared.counter;
  }
}

function toCount({ consumedPoints, msBeforeNext }: RateLimiterRes): WindowCount {
  return { count: consumedPoints, msLeft: msBeforeNext };
}
