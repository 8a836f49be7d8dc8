import { EventEmitter } from 'node:events';
import type { MembershipInfo, MembershipTable } from '../database/tables/membership-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import { reasonOf } from '../lib/error-reason.js';
import { OrderedTasks } from '../lib/ordered-tasks.js';
import type { MemberFrame } from '../protocol/server-frames.js';
import type { Log } from '../telemetry/logger.js';

export interface MembershipNewsDependencies {
  memberships: Pick<MembershipTable, 'cache'>;
  users: Pick<UserTable, 'get' | 'cache'>;
  log: Log;
}

export interface MembershipNewsOptions {
  /** The time in milliseconds since 1970. */
  now?: () => number;
  windowMs?: number;
}

/** A change of the members of a room. */
export interface MembershipChange {
  frame: MemberFrame;
  /** The user who joined or left; null for a number of users. */
  id_user: string | null;
  /** False: the frame is for the sockets of that user only; the room receives a number of changes later. */
  isForRoom: boolean;
}

/** Changes of a room in `WINDOW_MS` that are sent by name; further ones are sent as a number at the end of the window. */
export const NAMED_PER_WINDOW = 20;
const WINDOW_MS = 1_000;
/** Changes that wait for a name from the database. */
const MAX_WAITING_CHANGES = 10_000;

interface Window {
  changes: number;
  /** Changes that were not sent by name. */
  joined: number;
  left: number;
}

/**
 * Reports the users who become members of a room, and those who leave. It follows the changefeed of memberships, so that a
 * row written by another process or by hand is reported like any other. A burst, such as an import, costs each reader of the
 * room a bounded number of frames.
 */
export class MembershipNews extends EventEmitter<{ changed: [change: MembershipChange] }> {
  readonly #users: MembershipNewsDependencies['users'];
  readonly #now: () => number;
  readonly #windowMs: number;
  /** Names are looked up first, and changes keep their order. */
  readonly #tasks: OrderedTasks;
  readonly #windows = new Map<string, Window>();

  constructor(
    { memberships, users, log }: MembershipNewsDependencies,
    { now = Date.now, windowMs = WINDOW_MS }: MembershipNewsOptions = {},
  ) {
    super();
    this.setMaxListeners(0);
    this.#users = users;
    this.#now = now;
    this.#windowMs = windowMs;
    this.#tasks = new OrderedTasks({
      limit: MAX_WAITING_CHANGES,
      failed: (error) => log.warn({ reason: reasonOf(error) }, 'failed to announce a change of members'),
    });
    memberships.cache.on('changed', (before, after) => {
      if (after && !before) this.#receive(after, true);
      else if (before && !after) this.#receive(before, false);
    });
  }

  #receive({ room, id_user }: MembershipInfo, isJoin: boolean): void {
    const at = this.#now();
    const window = this.#windowOf(room);
    window.changes += 1;
    const isForRoom = window.changes <= NAMED_PER_WINDOW;
    const isAdded = this.#tasks.add(async () => {
      // Beyond the limit, only the user is notified, who knows the name.
      const user = { id_user, name: isForRoom ? await this.#nameOf(id_user) : null };
      const frame: MemberFrame = isJoin
        ? { type: 'memberJoined', room, user, at }
        : { type: 'memberLeft', room, id_user, user, at };
      this.emit('changed', { frame, id_user, isForRoom });
    });
    if (isForRoom && isAdded) return;
    if (isJoin) window.joined += 1;
    else window.left += 1;
  }

  #windowOf(room: string): Window {
    const open = this.#windows.get(room);
    if (open) return open;
    const window = { changes: 0, joined: 0, left: 0 };
    this.#windows.set(room, window);
    setTimeout(() => this.#closeWindow(room, window), this.#windowMs).unref();
    return window;
  }

  #closeWindow(room: string, { joined, left }: Window): void {
    this.#windows.delete(room);
    if (joined + left === 0) return;
    const frame: MemberFrame = { type: 'membersChanged', room, joined, left, at: this.#now() };
    this.#tasks.add(() => void this.emit('changed', { frame, id_user: null, isForRoom: true }));
  }

  /** Users are written before their memberships, but the changefeed of users may be behind that of memberships. */
  async #nameOf(id_user: string): Promise<string | null> {
    const known = await this.#users.get(id_user);
    if (known) return known.name;
    this.#users.cache.invalidate(id_user);
    return (await this.#users.get(id_user))?.name ?? null;
  }
}
