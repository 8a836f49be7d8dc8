import { randomBytes } from 'node:crypto';
import { SnapshotFeed } from '../database/connection/snapshot-feed.js';
import type { Messages, Older } from '../database/tables/messages.js';
import { type ChatError, toChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';
import type { RoomFrame, Snapshot } from '../protocol/server-frames.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import { FrameBatch } from './frame-batch.js';
import { Window } from './window.js';

/** Messages in a room's window. */
export const WINDOW = 100;
/** Frames, and their bytes, kept for readers that come back and know where they stopped. */
const REPLAY_FRAMES = 500;
export const REPLAY_BYTES = 1024 * 1024;
/** Frames that are delivered in one piece at most. */
const BATCH_FRAMES = 100;

/** Whoever wants to know what happens in a room. Called at most once per turn of the event loop. */
export interface Subscriber {
  /** Whose rights count. */
  readonly id_user: string;
  /** By which joining is counted beside the user; undefined where it is not known. */
  readonly address?: string;
  deliver(batch: FrameBatch): void;
  /** The right to be in the room is being checked. @returns called when the check has ended, whatever its result is */
  onAccessCheck?(room: string): () => void;
  /** The subscriber has been removed: it may not be in this room (`not-a-member`), or its rights cannot be checked. */
  onAccessRevoked(room: string, error: ChatError): void;
}

/** A subscriber's place in a room. */
interface Place {
  readonly subscriber: Subscriber;
  /** While the rights of the subscriber are checked: number of the first frame that was held back. */
  heldFrom: number | null;
  /** Called at the end of the check. */
  resume: (() => void) | null;
  /** Number of checks so far; only the result of the last one counts. */
  asked: number;
}

/**
 * A room follows its changefeed and keeps its newest messages, for everybody who is in it. Whenever the feed was
 * interrupted, the window is read anew and subscribers are told the difference.
 */
export class Room {
  private readonly window = new Window(WINDOW);
  private readonly places = new Set<Place>();
  private readonly stopFollowing: () => void;
  private readonly catchUp: SnapshotFeed<Older, Change>;
  private live = false;
  /** Subscribers may have missed changes. */
  private missed = false;
  private closed = false;
  private pending: RoomFrame[] = [];
  private flushing: NodeJS.Immediate | null = null;
  private encodedMessages: string | null = null;
  /** The last frames, with the number of the first of them. */
  private recent: string[] = [];
  private recentBytes = 0;
  private next = 0;
  /** Names this life of the room: numbers of frames mean nothing in another. */
  readonly epoch = randomBytes(6).toString('base64url');

  constructor(
    readonly name: string,
    messages: Messages,
    private readonly log: Log,
  ) {
    this.catchUp = new SnapshotFeed({
      read: () => messages.latest(name, WINDOW),
      onSnapshot: (found) => this.settle(found),
      apply: (change) => this.apply(change),
      failed: (error) => log.warn({ room: name, reason: error.message }, 'room: window not read'),
    });
    this.stopFollowing = messages.follow(name, {
      opened: () => this.opened(),
      changed: (before, after) => this.catchUp.change({ before, after }),
      lost: () => this.lost(),
    });
  }

  get size(): number {
    return this.places.size;
  }

  /** Whether there is a window to show. */
  get isRead(): boolean {
    return this.catchUp.isKnown;
  }

  /** Resolves when there is a window to show. @throws ChatError `database-unavailable` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    await this.catchUp.ready(timeoutMs);
  }

  /** What the subscriber is delivered from now on continues what `snapshot` says now. @returns ends it */
  subscribe(subscriber: Subscriber): () => void {
    this.flush();
    const place: Place = { subscriber, heldFrom: null, resume: null, asked: 0 };
    this.places.add(place);
    return () => this.remove(place);
  }

  /**
   * Checks the rights of subscribers again. Until a check is done, nothing is delivered to its subscriber; then the
   * subscriber gets all frames that were held back, or is expelled.
   * @param check rejects when the user may not be here
   * @param id_user the only user to check; without it all are checked
   */
  recheck(check: (id_user: string) => Promise<void>, id_user?: string): void {
    const asked = new Map<string, Promise<void>>();
    for (const place of this.places) {
      const user = place.subscriber.id_user;
      if (id_user !== undefined && user !== id_user) continue;
      place.heldFrom ??= this.next;
      place.resume ??= place.subscriber.onAccessCheck?.(this.name) ?? null;
      place.asked += 1;
      const { asked: mine } = place;
      const answer = asked.get(user) ?? check(user);
      asked.set(user, answer);
      const isCurrent = () => this.places.has(place) && place.asked === mine;
      answer.then(
        () => isCurrent() && this.release(place),
        (error) => isCurrent() && this.expel(place, toChatError(error)),
      );
    }
  }

  /** Whether one of the newest messages is by this user. */
  shows(id_user: string): boolean {
    return this.window.authors.has(id_user);
  }

  get snapshot(): Snapshot {
    const { messages, hasOlder } = this.window;
    return { room: this.name, messages: messages.slice(), hasOlder, live: this.live };
  }

  /** The snapshot's messages as JSON text, made once for all who join between two changes. */
  get messagesJson(): string {
    this.encodedMessages ??= JSON.stringify(this.window.messages);
    return this.encodedMessages;
  }

  /** Number of the last frame that was delivered. */
  get last(): number {
    return this.next - 1;
  }

  /** The frames (as JSON) after number `after`, or null when they are not kept any more. */
  replay(epoch: string, after: number): { json: string[]; first: number } | null {
    const first = after + 1;
    const oldest = this.next - this.recent.length;
    if (epoch !== this.epoch || first < oldest || first > this.next) return null;
    return { json: this.recent.slice(first - oldest), first };
  }

  close(): void {
    this.closed = true;
    this.catchUp.stop();
    this.stopFollowing();
    if (this.flushing) clearImmediate(this.flushing);
  }

  private opened(): void {
    this.missed = this.catchUp.isKnown;
    this.catchUp.begin();
  }

  private settle({ messages, hasOlder }: Older): void {
    const { upserts, removals } = this.window.replace(messages, hasOlder);
    this.encodedMessages = null;
    this.live = true;
    if (this.missed) {
      this.missed = false;
      for (const id of removals) this.tell({ type: 'removeMessage', room: this.name, id });
      for (const message of upserts) this.tell({ type: 'deliverMessage', message });
      this.tell({ type: 'roomResync', room: this.name, from: this.window.from });
      this.tell({ type: 'roomState', room: this.name, live: true });
    }
  }

  private apply({ before, after }: Change): void {
    if (after) {
      this.window.upsert(after);
      this.tell({ type: 'deliverMessage', message: after });
      if (!before) diagnostics.delivered.publish({ seconds: Math.max(0, Date.now() - after.sent) / 1000 });
    } else if (before) {
      this.window.remove(before.id);
      this.tell({ type: 'removeMessage', room: this.name, id: before.id });
      this.refill();
    }
  }

  /** Deletions use the window up; before nothing of it is left, it is read anew. Nobody has missed anything. */
  private refill(): void {
    if (this.window.hasOlder && this.window.messages.length < WINDOW / 2) this.catchUp.begin();
  }

  private lost(): void {
    this.catchUp.stop();
    if (!this.live) return;
    this.live = false;
    this.tell({ type: 'roomState', room: this.name, live: false });
  }

  private tell(frame: RoomFrame): void {
    this.encodedMessages = null;
    this.pending.push(frame);
    if (this.pending.length >= BATCH_FRAMES) this.flush();
    else this.flushing ??= setImmediate(() => this.flush());
  }

  /** Delivers what has come up in this turn, in one piece. */
  private flush(): void {
    if (this.flushing) clearImmediate(this.flushing);
    this.flushing = null;
    if (this.pending.length === 0 || this.closed) return;
    const batch = new FrameBatch(this.pending, this.epoch, this.next);
    this.pending = [];
    this.next += batch.json.length;
    this.keep(batch.json);
    for (const place of this.places) if (place.heldFrom === null) this.deliver(place, batch);
  }

  private keep(frames: readonly string[]): void {
    this.recent.push(...frames);
    for (const json of frames) this.recentBytes += Buffer.byteLength(json);
    let excess = Math.max(0, this.recent.length - REPLAY_FRAMES);
    for (const json of this.recent.slice(0, excess)) this.recentBytes -= Buffer.byteLength(json);
    while (this.recentBytes > REPLAY_BYTES) {
      this.recentBytes -= Buffer.byteLength(this.recent[excess]!);
      excess += 1;
    }
    this.recent.splice(0, excess);
  }

  private deliver({ subscriber }: Place, batch: FrameBatch): void {
    try {
      subscriber.deliver(batch);
    } catch (error) {
      this.log.error({ room: this.name, error: String(error) }, 'room: a subscriber failed');
    }
  }

  /** Delivers the frames that were held back. If they are not kept any more, the subscriber has to join again. */
  private release(place: Place): void {
    const { heldFrom } = place;
    place.heldFrom = null;
    endCheck(place);
    if (heldFrom === null || this.closed) return;
    const held = this.replay(this.epoch, heldFrom - 1);
    if (!held) this.expel(place, toChatError(null));
    else if (held.json.length > 0) this.deliver(place, new FrameBatch(held.json, this.epoch, held.first));
  }

  private remove(place: Place): void {
    this.places.delete(place);
    endCheck(place);
  }

  private expel(place: Place, error: ChatError): void {
    this.places.delete(place);
    try {
      place.subscriber.onAccessRevoked(this.name, error);
    } catch (thrown) {
      this.log.error({ room: this.name, error: String(thrown) }, 'room: a subscriber failed');
    }
    endCheck(place);
  }
}

function endCheck(place: Place): void {
  place.resume?.();
  place.resume = null;
}

interface Change {
  before: Message | null;
  after: Message | null;
}
