import { performance } from 'node:perf_hooks';
import { ChatError } from '../protocol/errors.js';
import { addressGroup } from './address-group.js';

export interface HeavyWorkOptions {
  /** Pieces of work that run at the same time. */
  slots?: number;
  /** Pieces of work that wait in all, and for one address. */
  maxWaiting?: number;
  maxWaitingPerAddress?: number;
}

/** Milliseconds after which refused work may be asked for again. */
const RETRY_MS = 2_000;
/** Addresses of this machine are one group: behind a proxy that forwards no addresses, they are all clients. */
const LOCAL = '';

/**
 * Work that reads, renders or encodes a whole window of messages: pages, history, snapshots. One piece costs as much as
 * hundreds of messages, so that it must not delay them:
 *
 * - Few pieces run at a time. The others wait, and addresses take turns.
 * - While others wait, a slot rests after a piece for as long as the event loop was busy meanwhile. So at most about half
 *   of the time is spent on such work; the rest is left to messages.
 * - When too much waits, further work is refused.
 */
export class HeavyWork {
  private readonly slots: number;
  private readonly maxWaiting: number;
  private readonly maxWaitingPerAddress: number;
  /** By address; the address whose turn is next comes first. */
  private readonly queues = new Map<string, (() => void)[]>();
  private waiting = 0;
  private busy = 0;

  constructor({ slots = 2, maxWaiting = 500, maxWaitingPerAddress = 50 }: HeavyWorkOptions = {}) {
    this.slots = slots;
    this.maxWaiting = maxWaiting;
    this.maxWaitingPerAddress = maxWaitingPerAddress;
  }

  /** How many pieces wait. */
  get depth(): number {
    return this.waiting;
  }

  /**
   * Runs the work when it is the address's turn.
   * @param address the client's; undefined where it is not known
   * @throws ChatError `overloaded`, with the time to wait; and what the work throws
   */
  async run<T>(address: string | undefined, work: () => T | Promise<T>): Promise<T> {
    if (this.busy < this.slots) this.busy += 1;
    else await this.turn(addressGroup(address) ?? LOCAL);
    const begin = performance.eventLoopUtilization();
    try {
      return await work();
    } finally {
      const { active } = performance.eventLoopUtilization(begin);
      if (this.waiting === 0) this.release();
      else setTimeout(() => this.release(), active);
    }
  }

  private turn(group: string): Promise<void> {
    const queue = this.queues.get(group) ?? [];
    const limit = group === LOCAL ? this.maxWaiting : this.maxWaitingPerAddress;
    if (this.waiting >= this.maxWaiting || queue.length >= limit) {
      throw new ChatError('overloaded', 'the server has too much to do; try again in a moment', {
        retryAfterMs: RETRY_MS,
      });
    }
    this.waiting += 1;
    this.queues.set(group, queue);
    return new Promise((resolve) => queue.push(resolve));
  }

  /** Hands the slot to the next address. */
  private release(): void {
    const next = this.queues.entries().next().value;
    if (!next) {
      this.busy -= 1;
      return;
    }
    const [group, queue] = next;
    this.queues.delete(group);
    this.waiting -= 1;
    const begin = queue.shift()!;
    if (queue.length > 0) this.queues.set(group, queue);
    begin();
  }
}
