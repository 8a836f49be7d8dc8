import { Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import { type RedisAddress, tlsOptions } from '../redis-address.js';
import { FrameLimit } from './frame-limit.js';

/** How much of what is allowed in how many seconds; 0 allows any number. */
export interface LimitsConfig {
  /** Messages written, edited or deleted, per user in 10 seconds. */
  messages: number;
  /** Rooms entered, and windows of rooms requested again, per user in 10 seconds. */
  joins: number;
  /** Pages of history that sockets load, per user in 10 seconds. */
  history: number;
  /** HTTP requests and new sockets, per address in 10 seconds. */
  requests: number;
  /** Frames received, per socket in 10 seconds. */
  frames: number;
  /** Open sockets per address and process. */
  sockets: number;
}

/** Seconds over which is counted. */
const WINDOW = 10;

/**
 * How much one user or one address may do. Counted over all processes where Redis is there, and by each process for
 * itself while it is away. Addresses of this machine are not counted: behind a proxy that does not say for whom it
 * asks, everybody would have the same.
 */
export class Limits {
  private readonly redis: Redis | null;
  private readonly limiters = new Map<string, RateLimiterAbstract>();
  private readonly sockets = new Map<string, number>();

  constructor(
    readonly config: LimitsConfig,
    log: Log,
    shared: RedisAddress | null = null,
  ) {
    this.redis = shared && openRedis(shared, log);
    for (const kind of ['messages', 'joins', 'history', 'requests'] as const) {
      if (config[kind] > 0) this.limiters.set(kind, this.limiter(kind, config[kind], shared?.key));
    }
  }

  /** @throws ChatError `rate-limited`, with the time to wait */
  async message(id_user: string): Promise<void> {
    await this.consume('messages', id_user, 'messages');
  }

  /** @throws ChatError `rate-limited`, with the time to wait */
  async join(id_user: string): Promise<void> {
    await this.consume('joins', id_user, 'rooms');
  }

  /** @throws ChatError `rate-limited`, with the time to wait */
  async history(id_user: string): Promise<void> {
    await this.consume('history', id_user, 'pages of history');
  }

  /** @throws ChatError `rate-limited`, with the time to wait */
  async request(address: string | undefined): Promise<void> {
    if (address && !isLocal(address)) await this.consume('requests', address, 'requests');
  }

  /**
   * Counts an open socket.
   * @returns to be called when it is closed
   * @throws ChatError `too-many-sockets`
   */
  socket(address: string | undefined): () => void {
    const { sockets: limit } = this.config;
    if (!address || isLocal(address) || limit === 0) return () => {};
    const open = this.sockets.get(address) ?? 0;
    if (open >= limit) {
      throw new ChatError('too-many-sockets', `an address can have ${limit} sockets`, {
        limit,
        retryAfterMs: 10_000,
      });
    }
    this.sockets.set(address, open + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.sockets.get(address) ?? 1) - 1;
      if (left > 0) this.sockets.set(address, left);
      else this.sockets.delete(address);
    };
  }

  /** Counts the frames of one socket. */
  frames(): FrameLimit {
    return new FrameLimit(this.config.frames, WINDOW * 1000);
  }

  stop(): void {
    this.redis?.disconnect();
  }

  private limiter(kind: string, points: number, key = 'changeroom'): RateLimiterAbstract {
    const options = { keyPrefix: `${key}:limit:${kind}`, points, duration: WINDOW };
    const memory = new RateLimiterMemory(options);
    if (!this.redis) return memory;
    return new RateLimiterRedis({
      ...options,
      storeClient: this.redis,
      insuranceLimiter: memory,
      rejectIfRedisNotReady: true,
    });
  }

  private async consume(kind: string, key: string, what: string): Promise<void> {
    const limiter = this.limiters.get(kind);
    if (!limiter) return;
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw rateLimited(what, limiter.points, refused.msBeforeNext);
    }
  }
}

function rateLimited(what: string, limit: number, waitMs: number): ChatError {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  const text = `${limit} ${what} are allowed in ${WINDOW} seconds; wait ${Math.ceil(retryAfterMs / 1000)} s`;
  return new ChatError('rate-limited', text, { limit, retryAfterMs });
}

function isLocal(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function openRedis(address: RedisAddress, log: Log): Redis {
  const redis = new Redis(address.url, {
    ...tlsOptions(address),
    // Nothing waits for Redis: meanwhile each process counts for itself.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    retryStrategy: (attempts) => Math.min(5_000, 100 * 2 ** attempts) * (0.5 + Math.random() / 2),
  });
  redis.on('error', (error: Error) => log.debug({ reason: error.message }, 'limits: redis'));
  return redis;
}
