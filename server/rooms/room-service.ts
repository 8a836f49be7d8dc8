import type { AccessControl } from '../access/access-control.js';
import type { Inserted, NewMessage } from '../database/tables/message-inserts.js';
import type { Messages } from '../database/tables/messages.js';
import type { UserTable } from '../database/tables/user-table.js';
import { RefCountedMap } from '../lib/ref-counted-map.js';
import type { Limits } from '../limits/limits.js';
import type { Quotes } from '../protocol/entities.js';
import { ChatError } from '../protocol/errors.js';
import { checkRoomBytes, type Message, newMessageId } from '../protocol/message.js';
import type { Snapshot } from '../protocol/server-frames.js';
import type { Log } from '../telemetry/logger.js';
import { AnnotationSweep } from './annotation-sweep.js';
import { AnnotationUpdates } from './annotation-updates.js';
import type { CommandNotices, Notice } from './command-notices.js';
import { OrphanQueue } from './orphan-queue.js';
import { readQuotes } from './quotes.js';
import { MAX_WINDOW_MESSAGES, Room } from './room.js';
import type { MessageFiles, PinChange, PostedMessage, ReactionChange } from './room-changes.js';
import type { Subscriber } from './subscriber.js';

export interface RoomsOptions {
  /** Milliseconds that a room stays open after the last subscriber has left, for clients that reconnect at once. */
  lingerMs?: number;
  /** Milliseconds to wait for a room that has not been read yet. */
  readyMs?: number;
}

export interface Posted extends Inserted {
  /** `bots-unavailable` or `no-such-command` for a command that no bot answers now. The message is stored whatever the notice says. */
  notice: Notice;
}

export interface RoomReader
  extends Pick<Messages, 'get' | 'getMany' | 'latest' | 'before' | 'after' | 'around'> {
  /** The messages to which messages of the room reply, as far as they are not among these. */
  quotesFor(messages: readonly Message[]): Promise<Quotes>;
}

/** A subscriber's place in a room. */
export interface RoomSubscription {
  readonly room: Room;
  /** The window at the moment of joining; deliveries continue it. */
  readonly snapshot: Snapshot;
  leave(): void;
}

interface OpenRoom {
  readonly room: Room;
  /** Counts the times that rights may have changed while the room was open. */
  rightsChanges: number;
}

/**
 * The open rooms of this process, and the only way from a transport to the messages of a room: checks limits and access of
 * every read and write for a user. Bots' replies are checked by bots/reply-authorizer.ts.
 */
export class RoomService {
  readonly #messages: Messages;
  readonly #users: Pick<UserTable, 'introduce' | 'noteFirst'>;
  readonly #access: AccessControl;
  readonly #limits: Limits;
  readonly #commands: CommandNotices | null;
  readonly #files: MessageFiles | null;
  readonly #open: RefCountedMap<string, OpenRoom>;
  readonly #readyMs: number;
  readonly #orphans: OrphanQueue;
  readonly #annotationUpdates: AnnotationUpdates;
  readonly #annotationSweep: AnnotationSweep;

  constructor(
    messages: Messages,
    users: Pick<UserTable, 'namesFor' | 'namesOf' | 'introduce' | 'noteFirst'>,
    access: AccessControl,
    limits: Limits,
    log: Log,
    { lingerMs = 15_000, readyMs = 5_000 }: RoomsOptions = {},
    commands: CommandNotices | null = null,
    files: MessageFiles | null = null,
  ) {
    this.#messages = messages;
    this.#users = users;
    this.#access = access;
    this.#limits = limits;
    this.#commands = commands;
    this.#files = files;
    this.#readyMs = readyMs;
    this.#orphans = new OrphanQueue(messages.annotations, log);
    this.#annotationSweep = new AnnotationSweep(messages.annotations, log);
    this.#annotationUpdates = new AnnotationUpdates({
      table: messages.annotations,
      users,
      room: (name) => this.#open.get(name)?.room,
      rooms: () => [...this.#open.values()].map(({ room }) => room),
      orphans: this.#orphans,
      log,
    });
    this.#open = new RefCountedMap(
      (name) => ({ room: new Room(name, messages, users, this.#annotationUpdates, log), rightsChanges: 0 }),
      ({ room }) => room.close(),
      { lingerMs },
    );
    access.onChange((changed, id_user) => {
      for (const name of changed === null ? this.#open.keys() : [changed]) {
        const opened = this.#open.get(name);
        if (!opened) continue;
        opened.rightsChanges += 1;
        opened.room.recheck((each) => access.authorise(name, each, 'read'), id_user);
      }
    });
  }

  /** Names of the open rooms whose newest messages have one by this user. */
  showing(id_user: string): string[] {
    return [...this.#open.values()].filter(({ room }) => room.shows(id_user)).map(({ room }) => room.name);
  }

  /** Number of open rooms. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Enters a room by its (cleaned) name. The subscription continues the snapshot without a gap.
   * @throws ChatError `not-a-member`, `rate-limited`, `overloaded`; `database-unavailable` when the room cannot be read in time
   */
  async join(name: string, subscriber: Subscriber): Promise<RoomSubscription> {
    await this.#access.authorise(name, subscriber.id_user, 'read');
    await this.#limits.join(subscriber.id_user, subscriber.address);
    if (this.#open.get(name)?.room.isRead) return this.#enter(name, subscriber);
    return this.#limits.roomReads.run(subscriber.address, () => this.#enter(name, subscriber));
  }

  async #enter(name: string, subscriber: Subscriber): Promise<RoomSubscription> {
    const { value: opened, release } = this.#open.acquire(name);
    const { room } = opened;
    try {
      await room.ready(this.#readyMs);
      // Rights may have changed while the room was being read. A change during the check reaches subscribers only, so the
      // check is repeated then.
      let rightsChanges: number;
      do {
        rightsChanges = opened.rightsChanges;
        await this.#access.authorise(name, subscriber.id_user, 'read');
      } while (opened.rightsChanges !== rightsChanges);
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
    await this.#access.authorise(name, id_user, 'read');
    const opened = this.#open.get(name);
    if (opened) {
      await opened.room.ready(this.#readyMs);
      await this.#access.authorise(name, id_user, 'read');
      return opened.room.snapshot;
    }
    const { messages, hasOlder } = await (await this.reader(name, id_user)).latest(name, MAX_WINDOW_MESSAGES);
    return { room: name, messages, hasOlder, live: true };
  }

  /**
   * Writes a message of its author, see Messages.insert. A retry with the same id stores no second message.
   * @param address the author's address, for limits
   * @throws ChatError `bad-room`, `not-a-member`, `rate-limited`, `bad-reply`, `id-taken`, `no-such-file`
   */
  async post({ files: named = [], ...message }: PostedMessage, address?: string): Promise<Posted> {
    const { room, author, id = newMessageId() } = message;
    checkRoomBytes(room);
    await this.#limits.message(author.id_user, address);
    await this.#access.authorise(room, author.id_user, 'post');
    await this.#checkReply(message);
    const of = { room, id_user: author.id_user, message: id };
    const files = named.length > 0 ? await this.#files?.forMessage(named, of) : undefined;
    const inserted = await this.#messages.insert({ ...message, id, ...(files && { files }) });
    // For mentions: others see the name of a guest who has not chosen one.
    this.#users.noteFirst(author);
    const notice = inserted.created ? this.#commands?.noticeFor(inserted.message) : null;
    return { ...inserted, notice: notice ?? null };
  }

  /** A reply to a message that was deleted since is accepted: it may have waited for a connection. */
  async #checkReply({ room, reply_to }: NewMessage): Promise<void> {
    if (reply_to === undefined || this.#open.get(room)?.room.has(reply_to)) return;
    const original = await this.#messages.find(reply_to);
    if (original && original.room !== room) {
      throw new ChatError('bad-reply', 'reply_to must be the id of a message of the same room', {
        field: 'reply_to',
      });
    }
  }

  /** @throws ChatError `not-a-member`, `rate-limited`, `no-such-message`, `not-yours` */
  async edit(
    change: { room: string; id: string; body: string; by: string },
    address?: string,
  ): Promise<Message> {
    await this.#limits.message(change.by, address);
    await this.#access.authorise(change.room, change.by, 'edit');
    return this.#messages.edit(change);
  }

  /** @throws ChatError `not-a-member`, `rate-limited`, `no-such-message`, `not-yours` */
  async remove(change: { room: string; id: string; by: string }, address?: string): Promise<void> {
    await this.#limits.message(change.by, address);
    await this.#access.authorise(change.room, change.by, 'delete');
    await this.#messages.remove(change);
    this.#orphans.add(change.id);
  }

  /**
   * Adds or removes a reaction, with a cleaned emoji.
   * @throws ChatError `not-a-member`, `rate-limited`, `no-such-message`, `too-many-reactions`
   */
  async react({ by, emoji, isAdded, ...message }: ReactionChange, address?: string): Promise<void> {
    await this.#limits.reaction(by.id_user, address);
    await this.#access.authorise(message.room, by.id_user, 'react');
    const { annotations } = this.#messages;
    if (!isAdded) return annotations.removeReaction(message, by.id_user, emoji);
    // Others see the name of a guest who has not written a message.
    await this.#users.introduce(by.id_user, by.name);
    await annotations.addReaction(message, by.id_user, emoji);
  }

  /**
   * Pins or unpins a message, for members of the room: also in an open room, so that visitors cannot change its pins.
   * @throws ChatError `not-a-member`, `members-only`, `rate-limited`, `no-such-message`, `too-many-pins`
   */
  async setPinned({ by, isPinned, ...message }: PinChange, address?: string): Promise<void> {
    await this.#limits.reaction(by.id_user, address);
    await this.#access.authorise(message.room, by.id_user, 'pin');
    const { annotations } = this.#messages;
    await (isPinned ? annotations.pin(message, by.id_user) : annotations.unpin(message));
  }

  /** The pinned messages of a room, the newest pin first. @throws ChatError `not-a-member` */
  async pinned(name: string, id_user: string): Promise<Message[]> {
    const reader = await this.reader(name, id_user);
    return reader.getMany(name, await this.#messages.annotations.pinsOf(name));
  }

  /**
   * The queries of Messages for a user that may read the room. Rights are checked again after each query, because they may
   * end while it runs.
   * @throws ChatError `not-a-member`, as do the methods of the reader
   */
  async reader(name: string, id_user: string): Promise<RoomReader> {
    const access = this.#access;
    const messages = this.#messages;
    await access.authorise(name, id_user, 'read');
    const checked = async <T>(found: Promise<T>): Promise<T> => {
      const result = await found;
      await access.authorise(name, id_user, 'read');
      return result;
    };
    return {
      get: (...query) => checked(messages.get(...query)),
      getMany: (...query) => checked(messages.getMany(...query)),
      latest: (...query) => checked(messages.latest(...query)),
      before: (...query) => checked(messages.before(...query)),
      after: (...query) => checked(messages.after(...query)),
      around: (...query) => checked(messages.around(...query)),
      quotesFor: (found) => checked(readQuotes(name, found, messages)),
    };
  }

  /** Closes all rooms. */
  close(): void {
    this.#annotationUpdates.stop();
    this.#annotationSweep.stop();
    this.#open.clear();
  }
}
