import { LRUCache } from 'lru-cache';
import { WindowCounter } from '../lib/window-counter.js';
import type { Message } from '../protocol/message.js';

/** Unread messages of one room that are to be pushed to one user, as one notification. */
export interface PendingPush {
  id_user: string;
  room: string;
  /** Number of messages since the user last had a page open, or read the room. */
  count: number;
  /** The newest one, or the newest one that mentions the user. */
  message: Message;
  isMention: boolean;
}

export interface PushQueueOptions {
  /** Milliseconds for which messages are collected before the first push of a room. */
  collectMs?: number;
  /** Milliseconds between two pushes of a room to a user. */
  roomIntervalMs?: number;
  /** Pushes to a user in an hour. Further ones wait, so that they are one for each room. */
  pushesPerHour?: number;
  maxPending?: number;
  now: () => number;
}

interface Entry extends PendingPush {
  due: number;
}

interface Pushed {
  count: number;
  at: number;
}

const HOUR_MS = 60 * 60_000;
/** Rooms of users whose earlier pushes are counted. */
const MAX_PUSHED = 20_000;
/** Milliseconds after which messages that were pushed are not counted any more. */
const PUSHED_MS = 12 * HOUR_MS;

/** Collects notifications by user and room: a busy room sends a user one for several messages. */
export class PushQueue {
  readonly #options: Required<PushQueueOptions>;
  readonly #pending = new Map<string, Entry>();
  readonly #pushed = new LRUCache<string, Pushed>({ max: MAX_PUSHED });
  readonly #counter: WindowCounter;

  constructor(options: PushQueueOptions) {
    this.#options = {
      collectMs: 1_500,
      roomIntervalMs: 10_000,
      pushesPerHour: 60,
      maxPending: 20_000,
      ...options,
    };
    this.#counter = new WindowCounter({ windowMs: HOUR_MS, now: options.now });
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @returns false if too many notifications wait */
  add(id_user: string, message: Message, isMention: boolean): boolean {
    const { room } = message;
    const { collectMs, roomIntervalMs, maxPending, now } = this.#options;
    const key = keyOf(id_user, room);
    const present = this.#pending.get(key);
    if (present) {
      present.count += 1;
      if (isMention || !present.isMention) present.message = message;
      present.isMention ||= isMention;
      return true;
    }
    if (this.#pending.size >= maxPending) return false;
    const before = this.#pushed.get(key);
    const isCounted = before !== undefined && now() - before.at < PUSHED_MS;
    const due = Math.max(now() + collectMs, isCounted ? before.at + roomIntervalMs : 0);
    const count = isCounted ? before.count + 1 : 1;
    this.#pending.set(key, { id_user, room, count, message, isMention, due });
    return true;
  }

  /** Removes and returns the notifications that are due. Those of users with too many pushes wait. */
  take(): PendingPush[] {
    const { now, pushesPerHour } = this.#options;
    const due: PendingPush[] = [];
    for (const [key, entry] of this.#pending) {
      if (entry.due > now()) continue;
      const counted = this.#counter.get(entry.id_user);
      if (counted && counted.count >= pushesPerHour) {
        entry.due = now() + counted.msLeft;
        continue;
      }
      this.#pending.delete(key);
      due.push(entry);
    }
    return due;
  }

  /** Makes all notifications due: the process is about to end. */
  hurry(): void {
    for (const entry of this.#pending.values()) entry.due = 0;
  }

  /** A notification was pushed: later ones of the room count its messages too. */
  pushed({ id_user, room, count }: PendingPush): void {
    this.#counter.add(id_user);
    this.#pushed.set(keyOf(id_user, room), { count, at: this.#options.now() });
  }

  /** The user has seen the messages of the room. */
  seen({ id_user, room }: PendingPush): void {
    this.#pushed.delete(keyOf(id_user, room));
  }

  clear(): void {
    this.#pending.clear();
    this.#pushed.clear();
  }
}

const keyOf = (id_user: string, room: string) => JSON.stringify([id_user, room]);
