import { randomBytes } from 'node:crypto';
import { SnapshotFeed } from '../database/connection/snapshot-feed.js';
import type { Messages, Older } from '../database/tables/messages.js';
import type { UserTable } from '../database/tables/user-table.js';
import { reasonOf } from '../lib/error-reason.js';
import { type ChatError, toChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';
import type { RoomFrame, Snapshot } from '../protocol/server-frames.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import { FrameBatch } from './frame-batch.js';
import { ReplayBuffer } from './replay-buffer.js';
import { RoomReferences } from './room-references.js';
import type { Subscriber } from './subscriber.js';
import { Window } from './window.js';

/** Messages in a room's window. */
export const MAX_WINDOW_MESSAGES = 100;
/** When deletions leave fewer messages in the window, it is read again. */
const MIN_WINDOW_MESSAGES = 50;
/** Frames in one batch. */
const MAX_BATCH_FRAMES = 100;

/** A subscriber's place in a room. */
interface Place {
  readonly subscriber: Subscriber;
  /** While the subscriber's rights are checked: number of the first frame that was held back. */
  heldFrom: number | null;
  /** Called at the end of the check. */
  onCheckEnded: (() => void) | null;
  /** Number of checks so far; only the result of the last one is used. */
  checks: number;
}

/**
 * A room follows its changefeed and keeps its newest messages for all subscribers. Whenever the feed was interrupted, the
 * window is read again and subscribers get the difference.
 */
export class Room {
  readonly #log: Log;
  readonly #window = new Window(MAX_WINDOW_MESSAGES);
  readonly #places = new Set<Place>();
  readonly #stopFollowing: () => void;
  readonly #feed: SnapshotFeed<Older, Change>;
  readonly #replayBuffer = new ReplayBuffer();
  readonly references: RoomReferences;
  #isLive = false;
  /** Subscribers may have missed changes. */
  #hasGap = false;
  #isClosed = false;
  #pending: RoomFrame[] = [];
  #flushing: NodeJS.Immediate | null = null;
  #encodedMessages: string | null = null;
  /** Identifies this run of the room: numbers of frames have no meaning in another one. */
  readonly epoch = randomBytes(6).toString('base64url');

  constructor(
    readonly name: string,
    messages: Messages,
    users: Pick<UserTable, 'namesFor'>,
    log: Log,
  ) {
    this.#log = log;
    const publish = (frame: RoomFrame) => this.#publish(frame);
    this.references = new RoomReferences({ room: name, messages, users, window: this.#window, log, publish });
    this.#feed = new SnapshotFeed({
      read: () => messages.latest(name, MAX_WINDOW_MESSAGES),
      onSnapshot: (found) => this.#replaceWindow(found),
      apply: (change) => this.#apply(change),
      onReadFailed: (error) =>
        log.warn({ room: name, reason: reasonOf(error) }, 'room messages could not be read, retrying'),
    });
    this.#stopFollowing = messages.follow(name, {
      opened: () => this.#opened(),
      changed: (before, after) => this.#feed.change({ before, after }),
      lost: () => this.#lost(),
    });
  }

  get size(): number {
    return this.#places.size;
  }

  /** Whether the window has been read. */
  get isRead(): boolean {
    return this.#feed.hasSnapshot;
  }

  /** Resolves when the window has been read. @throws ChatError `database-unavailable` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    await this.#feed.ready(timeoutMs);
  }

  /** Later deliveries continue the present `snapshot`. @returns a function that ends the subscription */
  subscribe(subscriber: Subscriber): () => void {
    this.#flush();
    const place: Place = { subscriber, heldFrom: null, onCheckEnded: null, checks: 0 };
    this.#places.add(place);
    return () => this.#remove(place);
  }

  /**
   * Checks the rights of subscribers again. Until a check has ended, nothing is delivered to its subscriber; then the
   * subscriber gets all frames that were held back, or is removed.
   * @param check rejects when the user may not be in the room
   * @param id_user the only user to check; default: all users
   */
  recheck(check: (id_user: string) => Promise<void>, id_user?: string): void {
    const results = new Map<string, Promise<void>>();
    for (const place of this.#places) {
      const user = place.subscriber.id_user;
      if (id_user !== undefined && user !== id_user) continue;
      place.heldFrom ??= this.#replayBuffer.next;
      place.onCheckEnded ??= place.subscriber.onAccessCheck?.(this.name) ?? null;
      place.checks += 1;
      const number = place.checks;
      const result = results.get(user) ?? check(user);
      results.set(user, result);
      const isCurrent = () => this.#places.has(place) && place.checks === number;
      result.then(
        () => isCurrent() && this.#deliverHeld(place),
        (error) => isCurrent() && this.#revoke(place, toChatError(error)),
      );
    }
  }

  /** Whether the window has this message. */
  has(id: string): boolean {
    return this.#window.has(id);
  }

  /** Whether one of the newest messages is by this user, or mentions the user. */
  shows(id_user: string): boolean {
    return this.#window.users.has(id_user);
  }

  get snapshot(): Snapshot {
    const { messages, hasOlder } = this.#window;
    return { room: this.name, messages: messages.slice(), hasOlder, live: this.#isLive };
  }

  /** The snapshot's messages as JSON, encoded once for all subscribers that join between two changes. */
  get messagesJson(): string {
    this.#encodedMessages ??= JSON.stringify(this.#window.messages);
    return this.#encodedMessages;
  }

  /** Number of the last frame that was delivered. */
  get last(): number {
    return this.#replayBuffer.next - 1;
  }

  /** The frames (as JSON) after number `after`, or null when they are not kept any more. */
  replay(epoch: string, after: number): { json: string[]; first: number } | null {
    return epoch === this.epoch ? this.#replayBuffer.from(after + 1) : null;
  }

  close(): void {
    this.#isClosed = true;
    this.#feed.stop();
    this.#stopFollowing();
    if (this.#flushing) clearImmediate(this.#flushing);
  }

  #opened(): void {
    this.#hasGap = this.#feed.hasSnapshot;
    this.references.clear();
    this.#feed.readAgain();
  }

  #replaceWindow({ messages, hasOlder }: Older): void {
    const { upserts, removals } = this.#window.replace(messages, hasOlder);
    this.#encodedMessages = null;
    this.#isLive = true;
    if (this.#hasGap) {
      this.#hasGap = false;
      for (const id of removals) this.#publish({ type: 'removeMessage', room: this.name, id });
      for (const message of upserts) this.#publish({ type: 'deliverMessage', message });
      this.#publish({ type: 'roomResync', room: this.name, from: this.#window.from });
      this.#publish({ type: 'roomState', room: this.name, live: true });
      this.references.publishFor(messages);
    }
  }

  #apply({ before, after }: Change): void {
    if (after) {
      this.#window.upsert(after);
      this.references.changed(after.id, after);
      this.#publish({ type: 'deliverMessage', message: after });
      this.references.publishFor([after]);
      if (!before) diagnostics.delivered.publish({ seconds: Math.max(0, Date.now() - after.sent) / 1000 });
    } else if (before) {
      this.#window.remove(before.id);
      this.references.changed(before.id, null);
      this.#publish({ type: 'removeMessage', room: this.name, id: before.id });
      this.#refill();
    }
  }

  /** Reads the window again before deletions empty it. Subscribers have missed nothing. */
  #refill(): void {
    if (this.#window.hasOlder && this.#window.messages.length < MIN_WINDOW_MESSAGES) this.#feed.readAgain();
  }

  #lost(): void {
    this.#feed.stop();
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#publish({ type: 'roomState', room: this.name, live: false });
  }

  #publish(frame: RoomFrame): void {
    if (this.#isClosed) return;
    this.#encodedMessages = null;
    this.#pending.push(frame);
    if (this.#pending.length >= MAX_BATCH_FRAMES) this.#flush();
    else this.#flushing ??= setImmediate(() => this.#flush());
  }

  /** Delivers the frames of this turn of the event loop in one batch. */
  #flush(): void {
    if (this.#flushing) clearImmediate(this.#flushing);
    this.#flushing = null;
    if (this.#pending.length === 0 || this.#isClosed) return;
    const batch = new FrameBatch(this.#pending, this.epoch, this.#replayBuffer.next);
    this.#pending = [];
    this.#replayBuffer.add(batch.json);
    for (const place of this.#places) if (place.heldFrom === null) this.#deliver(place, batch);
  }

  #deliver({ subscriber }: Place, batch: FrameBatch): void {
    try {
      subscriber.deliver(batch);
    } catch (error) {
      this.#log.error({ room: this.name, err: error }, 'room subscriber failed');
    }
  }

  /** Delivers the frames that were held back. If they are not kept any more, the subscriber has to join again. */
  #deliverHeld(place: Place): void {
    const { heldFrom } = place;
    place.heldFrom = null;
    endCheck(place);
    if (heldFrom === null || this.#isClosed) return;
    const held = this.replay(this.epoch, heldFrom - 1);
    if (!held) this.#revoke(place, toChatError(null));
    else if (held.json.length > 0) this.#deliver(place, new FrameBatch(held.json, this.epoch, held.first));
  }

  #remove(place: Place): void {
    this.#places.delete(place);
    endCheck(place);
  }

  #revoke(place: Place, error: ChatError): void {
    this.#places.delete(place);
    try {
      place.subscriber.onAccessRevoked(this.name, error);
    } catch (thrown) {
      this.#log.error({ room: this.name, err: thrown }, 'room subscriber failed');
    }
    endCheck(place);
  }
}

function endCheck(place: Place): void {
  place.onCheckEnded?.();
  place.onCheckEnded = null;
}

interface Change {
  before: Message | null;
  after: Message | null;
}
