import type { Redis } from 'ioredis';
import type { LimitsConfig } from '../config/limits-config.js';
import type { RedisAddress } from '../config/redis-url.js';
import type { ReconnectingConnection } from '../lib/reconnecting-connection.js';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';
import { addressGroup } from './address-group.js';
import { connectCounters } from './connect-counters.js';
import { FrameLimit } from './frame-limit.js';
import { HeavyWork } from './heavy-work.js';
import { SharedCounter } from './shared-counter.js';

/** Actions of users, each with the seconds over which it is counted. */
const BY_USER = {
  messages: { seconds: 10, does: (n: number) => `write, edit or delete ${n} messages` },
  joins: { seconds: 10, does: (n: number) => `enter ${n} rooms` },
  history: { seconds: 10, does: (n: number) => `load ${n} pages of history` },
  searches: { seconds: 10, does: (n: number) => `search ${n} times` },
  memberships: { seconds: 10, does: (n: number) => `join or leave ${n} rooms` },
  reactions: { seconds: 10, does: (n: number) => `add or remove ${n} reactions and pins` },
  rooms: { seconds: 3600, does: (n: number) => `create ${n} rooms` },
  renames: { seconds: 60, does: (n: number) => `take ${n} names` },
  uploads: { seconds: 60, does: (n: number) => `upload ${n} files` },
  settings: { seconds: 60, does: (n: number) => `change settings ${n} times` },
} as const;

/** The same for addresses. */
const BY_ADDRESS = {
  requests: { seconds: 10, does: (n: number) => `send ${n} requests` },
  failedLogins: { seconds: 10, does: (n: number) => `log in with ${n} tokens that are refused` },
} as const;

/** Replies of bots to one command, and the seconds for which they are counted: as long as its token is valid. */
export const REPLIES_PER_COMMAND = 100;
const REPLIES = { seconds: 3600 } as const;

/** Recovery codes that may be wrong for one name, and the seconds over which they are counted. */
export const FAILED_RECOVERIES_PER_NAME = 10;
const FAILED_RECOVERIES = {
  seconds: 600,
  does: (n: number) => `be tried with ${n} wrong recovery codes`,
} as const;

/** Milliseconds over which the frames of a socket are counted. */
const FRAMES_WINDOW_MS = 10_000;

type UserKind = keyof typeof BY_USER;
type AddressKind = keyof typeof BY_ADDRESS;
interface Rule {
  seconds: number;
  does: (limit: number) => string;
}

/**
 * Rate limits of users and addresses, counted over all processes with Redis, and by each process for itself without it
 * or while it is unavailable.
 *
 * An action of a user is counted twice: for the user, and, with the `perAddress`-fold allowance, for the address, as a
 * guest without a cookie is a new user with every request. A user is the empty string where a request only reads and
 * has no cookie; then only the address is counted.
 *
 * Addresses are counted as address-group.ts groups them. Addresses of this machine are not counted: behind a proxy that
 * forwards no addresses, all clients would share one.
 */
export class Limits {
  readonly #shared: RedisAddress | null;
  /** For pages, history and other large answers. */
  readonly heavyWork = new HeavyWork();
  /** For entering rooms that are not in memory: most of the time is spent waiting for the database. */
  readonly roomReads = new HeavyWork({ slots: 64, hasPauses: false });
  /** For new names, rooms and memberships: each takes several transactions of the database. */
  readonly heavyWrites = new HeavyWork({ slots: 4 });
  /** For searches: the index is in another thread, and the rest of the time is spent waiting for the database. */
  readonly searches = new HeavyWork({ slots: 8, hasPauses: false });
  /** For the frames of sockets that send many. */
  readonly frequentFrames = new HeavyWork({ slots: 16, maxWaiting: 20_000, maxWaitingPerAddress: 2_000 });
  readonly #config: LimitsConfig;
  readonly #redis: ReconnectingConnection<Redis> | null;
  readonly #counters = new Map<string, SharedCounter>();
  readonly #sockets = new Map<string, number>();

  constructor(config: Partial<LimitsConfig>, log: Log, shared: RedisAddress | null = null) {
    this.#shared = shared;
    this.#config = {
      messages: 0,
      joins: 0,
      history: 0,
      searches: 0,
      memberships: 0,
      reactions: 0,
      rooms: 0,
      renames: 0,
      uploads: 0,
      settings: 0,
      perAddress: 0,
      requests: 0,
      failedLogins: 0,
      frames: 0,
      sockets: 0,
      ...config,
    };
    this.#redis = shared && connectCounters(shared, log);
    this.#redis?.start();
  }

  /** Counts a message written, edited or deleted. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async message(id_user: string, address?: string): Promise<void> {
    await this.#countUser('messages', id_user, address);
  }

  /** Counts a room entered, by a socket or an event stream. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async join(id_user: string, address?: string): Promise<void> {
    await this.#countUser('joins', id_user, address);
  }

  /** Counts a page of history. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async history(id_user: string, address?: string): Promise<void> {
    await this.#countUser('history', id_user, address);
  }

  /** Counts a search, or a view that was opened. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async search(id_user: string, address?: string): Promise<void> {
    await this.#countUser('searches', id_user, address);
  }

  /** Counts a membership begun or ended. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async membership(id_user: string, address?: string): Promise<void> {
    await this.#countUser('memberships', id_user, address);
  }

  /** Counts a reaction or pin added or removed. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async reaction(id_user: string, address?: string): Promise<void> {
    await this.#countUser('reactions', id_user, address);
  }

  /** Counts a room created. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async room(id_user: string, address?: string): Promise<void> {
    await this.#countUser('rooms', id_user, address);
  }

  /** Counts a name taken. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async rename(id_user: string, address?: string): Promise<void> {
    await this.#countUser('renames', id_user, address);
  }

  /** Counts a file uploaded. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async upload(id_user: string, address?: string): Promise<void> {
    await this.#countUser('uploads', id_user, address);
  }

  /** Counts a change of settings. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async changeSettings(id_user: string, address?: string): Promise<void> {
    await this.#countUser('settings', id_user, address);
  }

  /** Counts a request. @throws ChatError `rate-limited`, with `retryAfterMs` */
  async request(address: string | undefined): Promise<void> {
    await this.#countAddress('requests', address);
  }

  /** Counts a token that was refused. Never throws: see `loginAttempt`. */
  async failedLogin(address: string | undefined): Promise<void> {
    const group = addressGroup(address);
    if (group !== null && this.#config.failedLogins > 0)
      await this.#counter('failedLogins', BY_ADDRESS.failedLogins.seconds).add(group);
  }

  /**
   * Checks, without counting, that an address has not had too many tokens refused.
   * @throws ChatError `rate-limited`, with `retryAfterMs`
   */
  async loginAttempt(address: string | undefined): Promise<void> {
    const { failedLogins: limit } = this.#config;
    const group = addressGroup(address);
    if (group === null || limit === 0) return;
    await this.#check('an address', 'failedLogins', group, BY_ADDRESS.failedLogins, limit);
  }

  /**
   * Checks, without counting, that a name has not been tried with too many recovery codes, from any address.
   * @param name as names are compared
   * @throws ChatError `rate-limited`, with `retryAfterMs`
   */
  async recoveryAttempt(name: string): Promise<void> {
    const limit = FAILED_RECOVERIES_PER_NAME;
    await this.#check('a name', 'failedRecoveries', name, FAILED_RECOVERIES, limit);
  }

  /** Counts a wrong recovery code for a name. Never throws: see `recoveryAttempt`. */
  async failedRecovery(name: string): Promise<void> {
    await this.#counter('failedRecoveries', FAILED_RECOVERIES.seconds).add(name);
  }

  /**
   * Counts a reply of a bot, of `REPLIES_PER_COMMAND`.
   * @param command identifies the command
   * @returns a function that uncounts the reply, for one that was not written or had been written before
   * @throws ChatError `too-many-replies`
   */
  async reply(command: string): Promise<() => Promise<void>> {
    const counter = this.#counter('replies', REPLIES.seconds);
    const uncount = () => counter.subtract(command);
    const { count } = await counter.add(command);
    if (count <= REPLIES_PER_COMMAND) return uncount;
    await uncount();
    throw new ChatError('too-many-replies', `a command may get ${REPLIES_PER_COMMAND} replies`, {
      limit: REPLIES_PER_COMMAND,
    });
  }

  /**
   * Counts an open socket or event stream.
   * @returns a function that must be called when it is closed
   * @throws ChatError `too-many-sockets`
   */
  socket(address: string | undefined): () => void {
    const { sockets: limit } = this.#config;
    const group = addressGroup(address);
    if (group === null || limit === 0) return () => {};
    const open = this.#sockets.get(group) ?? 0;
    if (open >= limit) {
      throw new ChatError('too-many-sockets', `an address can have ${limit} sockets and event streams`, {
        limit,
        retryAfterMs: 10_000,
      });
    }
    this.#sockets.set(group, open + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#sockets.get(group) ?? 1) - 1;
      if (left > 0) this.#sockets.set(group, left);
      else this.#sockets.delete(group);
    };
  }

  /** Counts the frames of one socket. */
  frames(): FrameLimit {
    return new FrameLimit({ limit: this.#config.frames, windowMs: FRAMES_WINDOW_MS });
  }

  stop(): void {
    void this.#redis?.stop();
  }

  /** The user is counted first, so that what one user is refused does not use up the allowance of the address. */
  async #countUser(kind: UserKind, id_user: string, address: string | undefined): Promise<void> {
    const limit = this.#config[kind];
    const rule = BY_USER[kind];
    if (id_user !== '') await this.#count('a user', kind, id_user, rule, limit);
    const group = addressGroup(address);
    if (group === null) return;
    await this.#count('an address', `${kind}:address`, group, rule, limit * this.#config.perAddress);
  }

  async #countAddress(kind: AddressKind, address: string | undefined): Promise<void> {
    const group = addressGroup(address);
    if (group !== null) await this.#count('an address', kind, group, BY_ADDRESS[kind], this.#config[kind]);
  }

  async #count(counted: string, name: string, key: string, rule: Rule, limit: number): Promise<void> {
    if (limit === 0) return;
    const { count, msLeft } = await this.#counter(name, rule.seconds).add(key);
    if (count > limit) throw rateLimited(counted, rule, limit, msLeft);
  }

  /** @throws ChatError `rate-limited` if the limit is reached already */
  async #check(counted: string, name: string, key: string, rule: Rule, limit: number): Promise<void> {
    const present = await this.#counter(name, rule.seconds).get(key);
    if (present && present.count >= limit) throw rateLimited(counted, rule, limit, present.msLeft);
  }

  #counter(name: string, windowSeconds: number): SharedCounter {
    let counter = this.#counters.get(name);
    if (!counter) {
      const shared = this.#shared;
      const redis = this.#redis;
      const prefix = `${shared?.keyPrefix ?? 'changeroom'}:limit:${name}`;
      counter = new SharedCounter({ name: prefix, windowSeconds, redis });
      this.#counters.set(name, counter);
    }
    return counter;
  }
}

function rateLimited(counted: string, { does, seconds }: Rule, limit: number, waitMs: number): ChatError {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  const wait = `wait ${Math.ceil(retryAfterMs / 1000)} s`;
  const text = `${counted} may ${does(limit)} in ${seconds} seconds; ${wait}`;
  return new ChatError('rate-limited', text, { limit, retryAfterMs });
}
