import type { AccessControl } from '../access/access-control.js';
import type { Inserted, Messages, NewMessage } from '../database/tables/messages.js';
import type { Limits } from '../limits/limits.js';
import type { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';
import type { Snapshot } from '../protocol/server-frames.js';
import type { Log } from '../telemetry/logger.js';
import type { CommandNotices } from './command-notices.js';
import { Room, type Subscriber, WINDOW } from './room.js';

export interface RoomsOptions {
  /** Milliseconds that a room stays open after the last has left, for those who come back at once. */
  lingerMs?: number;
  /** Milliseconds to wait for a room that is not read yet. */
  readyMs?: number;
}

export interface Posted extends Inserted {
  /** What its author should know although the message is written, as that no bot can be reached (`bots-unavailable`). */
  notice: ChatError | null;
}

export type RoomReader = Pick<Messages, 'get' | 'latest' | 'before' | 'after'>;

/** Being in a room. */
export interface RoomSubscription {
  readonly room: Room;
  /** What the room holds at the moment of joining; deliveries continue from here. */
  readonly snapshot: Snapshot;
  leave(): void;
}

interface OpenRoom {
  room: Room;
  users: number;
  closing: NodeJS.Timeout | null;
  /** How often rights may have changed while the room was open. */
  changes: number;
}

/**
 * The rooms that somebody of this process is in, each open once; and the one door to messages: everything that is read
 * or written for somebody goes through here, where it is checked who may.
 */
export class RoomService {
  private readonly open = new Map<string, OpenRoom>();
  private readonly options: Required<RoomsOptions>;

  constructor(
    private readonly messages: Messages,
    private readonly access: AccessControl,
    private readonly limits: Limits,
    private readonly log: Log,
    options: RoomsOptions = {},
    private readonly commands: CommandNotices | null = null,
  ) {
    this.options = { lingerMs: 15_000, readyMs: 5_000, ...options };
    access.onChange((changed, id_user) => {
      for (const name of changed === null ? this.open.keys() : [changed]) {
        const entry = this.open.get(name);
        if (!entry) continue;
        entry.changes += 1;
        entry.room.recheck((each) => access.check(name, each), id_user);
      }
    });
  }

  /** Names of the open rooms whose newest messages have one by this user. */
  showing(id_user: string): string[] {
    return [...this.open].filter(([, { room }]) => room.shows(id_user)).map(([name]) => name);
  }

  /** How many rooms are open. */
  get size(): number {
    return this.open.size;
  }

  /**
   * Enters a room by its (cleaned) name. Snapshot and subscription are of the same moment.
   * @throws ChatError `not-a-member`, `rate-limited`, `overloaded`; `database-unavailable` when the room cannot be read in time
   */
  async join(name: string, subscriber: Subscriber): Promise<RoomSubscription> {
    await this.access.check(name, subscriber.id_user);
    await this.limits.join(subscriber.id_user, subscriber.address);
    if (this.open.get(name)?.room.isRead) return this.enter(name, subscriber);
    return this.limits.roomReads.run(subscriber.address, () => this.enter(name, subscriber));
  }

  private async enter(name: string, subscriber: Subscriber): Promise<RoomSubscription> {
    const { entry, release } = this.acquire(name);
    const { room } = entry;
    try {
      await room.ready(this.options.readyMs);
      // Rights may have changed while the room was being read. A change during the check is announced to subscribers
      // only, so the check is repeated then.
      let changes: number;
      do {
        changes = entry.changes;
        await this.access.check(name, subscriber.id_user);
      } while (entry.changes !== changes);
    } catch (error) {
      release();
      throw error;
    }
    const unsubscribe = room.subscribe(subscriber);
    return {
      room,
      snapshot: room.snapshot,
      leave: () => {
        unsubscribe();
        release();
      },
    };
  }

  /** The newest messages: from memory where the room is open, else from the table. @throws ChatError `not-a-member` */
  async snapshot(name: string, id_user: string): Promise<Snapshot> {
    await this.access.check(name, id_user);
    const entry = this.open.get(name);
    if (entry) {
      await entry.room.ready(this.options.readyMs);
      await this.access.check(name, id_user);
      return entry.room.snapshot;
    }
    const { messages, hasOlder } = await (await this.reader(name, id_user)).latest(name, WINDOW);
    return { room: name, messages, hasOlder, live: true };
  }

  /**
   * Writes a message in the name of its author, see Messages.insert. It can be repeated with the same id.
   * @param address the author's, for limits
   * @throws ChatError `not-a-member`, `rate-limited`, `id-taken`
   */
  async post(message: NewMessage & { author: { id_user: string } }, address?: string): Promise<Posted> {
    await this.limits.message(message.author.id_user, address);
    await this.access.check(message.room, message.author.id_user);
    const inserted = await this.messages.insert(message);
    const notice = inserted.created ? await this.commands?.noticeFor(inserted.message) : null;
    return { ...inserted, notice: notice ?? null };
  }

  /** @throws ChatError `not-a-member`, `rate-limited`, `no-such-message`, `not-yours` */
  async edit(
    change: { room: string; id: string; body: string; by: string },
    address?: string,
  ): Promise<Message> {
    await this.limits.message(change.by, address);
    await this.access.check(change.room, change.by);
    return this.messages.edit(change);
  }

  /** @throws ChatError `not-a-member`, `rate-limited`, `no-such-message`, `not-yours` */
  async remove(change: { room: string; id: string; by: string }, address?: string): Promise<void> {
    await this.limits.message(change.by, address);
    await this.access.check(change.room, change.by);
    return this.messages.remove(change);
  }

  /**
   * The queries of Messages, for a user that may read the room. Rights are checked again after each query, as a query
   * takes time and rights may end meanwhile.
   * @throws ChatError `not-a-member`, as do the methods of the reader
   */
  async reader(name: string, id_user: string): Promise<RoomReader> {
    const { access, messages } = this;
    await access.check(name, id_user);
    const checked = async <T>(found: Promise<T>): Promise<T> => {
      const result = await found;
      await access.check(name, id_user);
      return result;
    };
    return {
      get: (...query) => checked(messages.get(...query)),
      latest: (...query) => checked(messages.latest(...query)),
      before: (...query) => checked(messages.before(...query)),
      after: (...query) => checked(messages.after(...query)),
    };
  }

  /** Closes all rooms. */
  close(): void {
    for (const { room, closing } of this.open.values()) {
      if (closing) clearTimeout(closing);
      room.close();
    }
    this.open.clear();
  }

  private acquire(name: string): { entry: OpenRoom; release: () => void } {
    let entry = this.open.get(name);
    if (!entry) {
      entry = { room: new Room(name, this.messages, this.log), users: 0, closing: null, changes: 0 };
      this.open.set(name, entry);
    }
    const held = entry;
    held.users += 1;
    if (held.closing) clearTimeout(held.closing);
    held.closing = null;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      held.users -= 1;
      if (held.users > 0) return;
      held.closing = setTimeout(() => {
        this.open.delete(name);
        held.room.close();
      }, this.options.lingerMs);
      held.closing.unref();
    };
    return { entry: held, release };
  }
}
