import { performance } from 'node:perf_hooks';
import { TurnQueue } from '../lib/turn-queue.js';
import { ChatError } from '../protocol/errors.js';
import { addressGroup } from './address-group.js';

export interface HeavyWorkOptions {
  /** Pieces of work that run at the same time. */
  slots?: number;
  /** Whether a slot rests after a piece; not for work that mostly waits for the database. */
  isResting?: boolean;
  /** Pieces of work that wait in all, and for one address. */
  maxWaiting?: number;
  maxWaitingPerAddress?: number;
}

/** Milliseconds after which refused work may be asked for again. */
const RETRY_MS = 2_000;
/** Milliseconds after which a slot is free again although its work has not ended, as while the database is unavailable. */
const LONGEST_HOLD_MS = 500;
/** Addresses of this machine are one group: behind a proxy that forwards no addresses, they are all clients. */
const LOCAL = '';

/**
 * Work that costs as much as many messages and must not delay them: pages, history, reading rooms, new names, rooms and
 * memberships, and the frames of sockets that send more than a person does.
 *
 * - Few pieces run at a time. The others wait, and addresses take turns; those with the least
 *   recent work come first.
 * - While others wait, a slot rests after a piece for as long as the event loop was busy meanwhile. So at most about half
 *   of the time is spent on such work; the rest is left to messages.
 * - When too much waits, further work is refused.
 */
export class HeavyWork {
  readonly #slots: number;
  readonly #isResting: boolean;
  readonly #maxWaiting: number;
  readonly #maxWaitingPerAddress: number;
  readonly #waiting = new TurnQueue<() => void>();
  #busy = 0;

  constructor({
    slots = 2,
    isResting = true,
    maxWaiting = 2_000,
    maxWaitingPerAddress = 100,
  }: HeavyWorkOptions = {}) {
    this.#slots = slots;
    this.#isResting = isResting;
    this.#maxWaiting = maxWaiting;
    this.#maxWaitingPerAddress = maxWaitingPerAddress;
  }

  /** How many pieces wait. */
  get depth(): number {
    return this.#waiting.size;
  }

  /**
   * Runs the work when it is the address's turn. Work must not run other work of the same `HeavyWork`, which could wait
   * for the slot that the first one has.
   * @param address the client's; undefined where it is not known
   * @throws ChatError `overloaded`, with the time to wait; and what the work throws
   */
  async run<T>(address: string | undefined, work: () => T | Promise<T>): Promise<T> {
    const group = addressGroup(address) ?? LOCAL;
    if (this.#busy < this.#slots) {
      this.#busy += 1;
      this.#waiting.charge(group);
    } else await this.#turn(group);
    const release = this.#hold();
    try {
      return await work();
    } finally {
      release();
    }
  }

  #turn(group: string): Promise<void> {
    const limit = group === LOCAL ? this.#maxWaiting : this.#maxWaitingPerAddress;
    if (this.depth >= this.#maxWaiting || this.#waiting.sizeOf(group) >= limit) {
      throw new ChatError('overloaded', 'the server has too much to do; try again in a moment', {
        retryAfterMs: RETRY_MS,
      });
    }
    return new Promise((resolve) => this.#waiting.add(group, resolve));
  }

  /** Holds a slot until the function that it returns is called, or for `LONGEST_HOLD_MS`. */
  #hold(): () => void {
    const begin = performance.eventLoopUtilization();
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      const { active } = performance.eventLoopUtilization(begin);
      if (this.depth === 0 || !this.#isResting) this.#handOver();
      else setTimeout(() => this.#handOver(), active);
    };
    const timer = setTimeout(release, LONGEST_HOLD_MS);
    timer.unref();
    return release;
  }

  /** Hands the slot to the next address. */
  #handOver(): void {
    const begin = this.#waiting.take();
    if (begin) begin();
    else this.#busy -= 1;
  }
}
