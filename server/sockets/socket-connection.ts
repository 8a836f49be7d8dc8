import { randomBytes } from 'node:crypto';
import type { Spark } from 'primus';
import type { AccessControl } from '../access/access-control.js';
import { isRefusal } from '../access/rights.js';
import type { Session } from '../auth/session.js';
import type { Limits } from '../limits/limits.js';
import type { SlowReaders } from '../limits/slow-readers.js';
import type { Presence } from '../presence/presence.js';
import { ChatError, toChatError } from '../protocol/errors.js';
import type { ServerFrame } from '../protocol/frames.js';
import type { EncodedFrames } from '../rooms/frame-batch.js';
import type { RoomService, RoomSubscription } from '../rooms/room-service.js';
import type { Subscriber } from '../rooms/subscriber.js';
import type { Log } from '../telemetry/logger.js';
import type { ActivityReceiver, ActivityRelay } from './activity-relay.js';
import { HeldRooms } from './held-rooms.js';
import { ObservedRooms } from './observed-rooms.js';
import { Outgoing, WRITE_BUDGET_BYTES } from './outgoing.js';
import type { PresenceRelay } from './presence-relay.js';
import { SocketViews } from './socket-views.js';
import type { TypingRelay } from './typing-relay.js';

/** Rooms that one socket may be in, or observe, at once. */
export const ROOMS_PER_SOCKET = 100;

/** WebSocket close codes (RFC 6455, 7.4.1, and the registry of IANA): why the server ends a socket. */
export const CLOSE_CODES = { normal: 1000, policyViolation: 1008, tryAgainLater: 1013 } as const;

export interface SocketConnectionDependencies {
  limits: Pick<Limits, 'join'>;
  log: Log;
  rooms: RoomService;
  activityRelay: ActivityRelay;
  presence: Presence;
  presenceRelay: PresenceRelay;
  slowReaders: SlowReaders;
  typingRelay: TypingRelay;
}

/** A room that a socket is joining or has joined. */
interface Joined {
  subscription: Promise<RoomSubscription>;
  /** False while the right to enter is being checked. */
  isEntered: boolean;
  /** The socket receives presence and typing of the room. */
  followsPeople: boolean;
  /** Cleanup functions, in addition to the end of the subscription. */
  undo: (() => void)[];
}

/** One socket with its session and its rooms. */
export class SocketConnection implements Subscriber, ActivityReceiver {
  readonly #spark: Spark;
  readonly #dependencies: SocketConnectionDependencies;
  /** Public: users in the same room see it. engine.io's id is secret, as a client that knows it can act as this socket. */
  readonly id = randomBytes(15).toString('base64url');
  /** Called when a slow reader has caught up. */
  caughtUp: () => void = () => {};
  readonly views = new SocketViews();
  readonly #outgoing: Outgoing;
  readonly #joined = new Map<string, Joined>();
  readonly #observed: ObservedRooms;
  readonly #held = new HeldRooms((room) => {
    this.#dependencies.presenceRelay.repeat(room, this);
    this.#dependencies.activityRelay.repeat(room, this);
  });
  #current: Session | null = null;
  #isClosed = false;

  constructor(
    spark: Spark,
    dependencies: SocketConnectionDependencies,
    /** The client's, for limits; undefined where it is not known. */
    readonly address?: string,
  ) {
    this.#spark = spark;
    this.#dependencies = dependencies;
    this.#observed = new ObservedRooms(this, dependencies);
    this.#outgoing = new Outgoing(spark.socket, {
      slowReaders: dependencies.slowReaders,
      overflowed: (pendingBytes) => this.#disconnect(pendingBytes),
      caughtUp: () => this.caughtUp(),
    });
  }

  /** The session of the authenticated user. @throws ChatError `login-required` without one */
  requireSession(): Session {
    if (!this.#current) throw new ChatError('login-required', 'log in first, with an authenticate frame');
    return this.#current;
  }

  get id_user(): string {
    return this.#current?.id_user ?? '';
  }

  get isAuthenticated(): boolean {
    return this.#current !== null;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** False while the reader is slow; `caughtUp` is called when that ends. */
  keepsUp(): boolean {
    return this.#outgoing.keepsUp();
  }

  /** Bytes that were sent and that the operating system has not accepted yet. */
  get pendingBytes(): number {
    return this.#outgoing.pendingBytes;
  }

  /**
   * Must be called before an answer that took time is sent: the session may have ended in between.
   * @throws ChatError `login-required`
   */
  requireSameUser(id_user: string): void {
    if (this.requireSession().id_user !== id_user)
      throw new ChatError('login-required', 'the login ended before the frame was answered');
  }

  /** Sets the session, also one with a changed name; null revokes all rights. */
  setSession(session: Session | null): void {
    this.#current = this.#isClosed ? null : session;
    if (this.#current) return;
    for (const room of [...this.#joined.keys()]) this.leave(room);
    this.views.closeAll();
    this.observe([]);
  }

  send(frame: ServerFrame): void {
    this.sendJson(JSON.stringify(frame));
  }

  /** Sends a frame that is encoded already. */
  sendJson(json: string): void {
    if (!this.#isClosed) this.#outgoing.sendJson(json);
  }

  receive(frames: EncodedFrames): void {
    if (!this.#isClosed) this.#outgoing.sendShared(frames);
  }

  /** Sends presence, typing or activity of a room, unless the right to it is being checked. */
  receivePeople(room: string, frames: EncodedFrames): void {
    if (!this.#held.drops(room)) this.receive(frames);
  }

  onAccessCheck(room: string): () => void {
    return this.#held.hold(room);
  }

  deliver(frames: EncodedFrames): void {
    this.receive(frames);
  }

  pauseReading(isPaused: boolean): void {
    if (!this.#isClosed) this.#outgoing.pauseReading(isPaused);
  }

  /** Closes the socket; the client reconnects by itself. */
  end(code: number = CLOSE_CODES.normal, reason = ''): void {
    this.#outgoing.close(code, reason);
    this.#spark.end(undefined, { reconnect: true });
  }

  /**
   * Enters a room. Entering it again is allowed, and counts towards the limit.
   * @throws ChatError `not-joined` when the socket left before it had entered
   */
  async join(room: string): Promise<RoomSubscription> {
    const present = this.#joined.get(room);
    if (present) {
      await this.#dependencies.limits.join(this.requireSession().id_user, this.address);
      return this.#entered(room, present);
    }
    if (this.#joined.size >= ROOMS_PER_SOCKET) throw tooManyRooms();
    const subscription = this.#dependencies.rooms.join(room, this);
    const joined: Joined = { subscription, isEntered: false, followsPeople: false, undo: [] };
    this.#joined.set(room, joined);
    try {
      return await this.#entered(room, joined);
    } catch (error) {
      if (this.#joined.get(room) === joined) this.leave(room);
      throw error;
    }
  }

  /** Begins to send presence and typing of a room; after joining, so that the room's snapshot comes first. */
  followPeople(room: string): void {
    const { presenceRelay, typingRelay } = this.#dependencies;
    const joined = this.#joined.get(room);
    if (!joined?.isEntered || joined.followsPeople) return;
    joined.followsPeople = true;
    joined.undo.push(presenceRelay.follow(room, this), typingRelay.follow(room, this));
  }

  leave(room: string): void {
    const joined = this.#joined.get(room);
    if (!joined) return;
    this.#joined.delete(room);
    for (const undo of joined.undo) undo();
    joined.subscription.then(
      (subscription) => subscription.leave(),
      () => {},
    );
  }

  /** The rooms that the socket has entered. */
  get rooms(): string[] {
    return [...this.#joined.keys()].filter((room) => this.isIn(room));
  }

  /** Whether the socket has entered the room. False while its right to enter is being checked. */
  isIn(room: string): boolean {
    return this.#joined.get(room)?.isEntered === true;
  }

  /**
   * Observes the presence of rooms, entered or not. Replaces the rooms observed before.
   * @param withActivity new messages are reported too
   */
  observe(rooms: Iterable<string>, withActivity = false): void {
    this.#observed.replace(new Set(this.#current ? rooms : []), withActivity);
  }

  /** The rooms whose presence the socket observes. */
  get observedRooms(): string[] {
    return this.#observed.names;
  }

  /** Checks the right to observe a room again, and stops observing when it has ended. Never rejects. */
  async recheckObserved(room: string, access: Pick<AccessControl, 'authorise'>): Promise<void> {
    if (!this.#observed.has(room)) return;
    const resume = this.#held.hold(room);
    try {
      await access.authorise(room, this.id_user, 'read');
    } catch (error) {
      if (!this.#observed.has(room)) return;
      this.#observed.remove(room);
      this.refused(room, toChatError(error));
    } finally {
      resume();
    }
  }

  onAccessRevoked(room: string, error: ChatError): void {
    this.leave(room);
    this.refused(room, error);
  }

  /** Reports that the right to a room has ended. Where the check itself failed, the socket is closed to reconnect. */
  refused(room: string, error: ChatError): void {
    const message = 'You are not a member of this room any more';
    if (isRefusal(error)) this.send({ type: 'error', room, code: error.code, message });
    else this.end(CLOSE_CODES.tryAgainLater, error.code);
  }

  /** To be called when the socket has been closed. */
  close(): void {
    this.#isClosed = true;
    this.#outgoing.abandon();
    this.setSession(null);
  }

  /** Waits until the socket has entered the room with its own session. */
  async #entered(room: string, joined: Joined): Promise<RoomSubscription> {
    const subscription = await joined.subscription;
    if (this.#joined.get(room) !== joined) {
      this.requireSession(); // an ended session is the better reason
      throw leftBeforeJoining();
    }
    if (!joined.isEntered) this.#registerPresence(room, joined);
    return subscription;
  }

  #registerPresence(room: string, joined: Joined): void {
    const { presence } = this.#dependencies;
    const { id_user, name } = this.requireSession();
    joined.isEntered = true;
    presence.enter(room, { id_socket: this.id, id_user, name });
    joined.undo.push(() => presence.leave(room, this.id));
  }

  #disconnect(pendingBytes: number): void {
    const { id_user } = this;
    this.#dependencies.log.info({ id_user, pendingBytes }, 'socket: closed, as its reader is too slow');
    this.end(CLOSE_CODES.tryAgainLater, `the reader is too slow: ${WRITE_BUDGET_BYTES} bytes may be pending`);
  }
}

export function leftBeforeJoining(): ChatError {
  return new ChatError('not-joined', 'the socket left the room before it had joined it', { field: 'room' });
}

export function tooManyRooms(): ChatError {
  const limit = ROOMS_PER_SOCKET;
  return new ChatError('too-many-rooms', `a socket can be in ${limit} rooms`, { limit });
}
