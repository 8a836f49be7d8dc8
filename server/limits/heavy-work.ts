import { performance } from 'node:perf_hooks';
import { TurnQueue } from '../lib/turn-queue.js';
import { ChatError } from '../protocol/errors.js';
import { addressGroup } from './address-group.js';

export interface HeavyWorkOptions {
  /** Tasks that run at the same time. */
  slots?: number;
  /** Whether a slot pauses after a task; not for tasks that mostly wait for the database. */
  hasPauses?: boolean;
  /** Waiting tasks, in total and for one address. */
  maxWaiting?: number;
  maxWaitingPerAddress?: number;
}

/** Milliseconds after which a client may retry a refused task. */
const RETRY_AFTER_MS = 2_000;
/** Milliseconds after which a slot is released although its task has not ended, as while the database is unavailable. */
const SLOT_TIMEOUT_MS = 500;
/** The group of the addresses of this machine: behind a proxy that forwards no addresses, they are all clients. */
const LOCAL_GROUP = '';

/**
 * Tasks that cost as much as many messages and must not delay them: pages, history, reading rooms, new names, rooms and
 * memberships, and the frames of sockets that send more than a person does.
 *
 * - Few tasks run at a time. The others wait; the addresses with the least recent tasks come first (`TurnQueue`).
 * - While others wait, a slot pauses after a task for as long as the event loop was busy during the task. So such tasks
 *   take at most about half of the time, and the rest is left to messages.
 * - When too many tasks wait, further ones are refused.
 */
export class HeavyWork {
  readonly #slots: number;
  readonly #hasPauses: boolean;
  readonly #maxWaiting: number;
  readonly #maxWaitingPerAddress: number;
  readonly #waiting = new TurnQueue<() => void>();
  #busy = 0;

  constructor({
    slots = 2,
    hasPauses = true,
    maxWaiting = 2_000,
    maxWaitingPerAddress = 100,
  }: HeavyWorkOptions = {}) {
    this.#slots = slots;
    this.#hasPauses = hasPauses;
    this.#maxWaiting = maxWaiting;
    this.#maxWaitingPerAddress = maxWaitingPerAddress;
  }

  /** Number of waiting tasks. */
  get depth(): number {
    return this.#waiting.size;
  }

  /**
   * Runs a task when it is the turn of its address. A task must not wait for another one of the same `HeavyWork`, which
   * could wait for the slot of the first one.
   * @param address of the client; undefined where it is not known
   * @throws ChatError `overloaded`, with `retryAfterMs`; and errors of the task
   */
  async run<T>(address: string | undefined, task: () => T | Promise<T>): Promise<T> {
    const group = addressGroup(address) ?? LOCAL_GROUP;
    if (this.#busy < this.#slots) {
      this.#busy += 1;
      this.#waiting.charge(group);
    } else await this.#turn(group);
    const release = this.#occupy();
    try {
      return await task();
    } finally {
      release();
    }
  }

  #turn(group: string): Promise<void> {
    const limit = group === LOCAL_GROUP ? this.#maxWaiting : this.#maxWaitingPerAddress;
    if (this.depth >= this.#maxWaiting || this.#waiting.sizeOf(group) >= limit) {
      throw new ChatError('overloaded', 'the server has too much to do; try again in a moment', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    return new Promise((resolve) => this.#waiting.add(group, resolve));
  }

  /** Occupies a slot for a task. @returns a function that releases it; it is released after `SLOT_TIMEOUT_MS` anyway */
  #occupy(): () => void {
    const begin = performance.eventLoopUtilization();
    let isOccupied = true;
    const release = () => {
      if (!isOccupied) return;
      isOccupied = false;
      clearTimeout(timeout);
      const { active } = performance.eventLoopUtilization(begin);
      if (this.depth === 0 || !this.#hasPauses) this.#handOver();
      else setTimeout(() => this.#handOver(), active).unref();
    };
    const timeout = setTimeout(release, SLOT_TIMEOUT_MS).unref();
    return release;
  }

  /** Gives the slot to the next waiting task. */
  #handOver(): void {
    const begin = this.#waiting.take();
    if (begin) begin();
    else this.#busy -= 1;
  }
}
