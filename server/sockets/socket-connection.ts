import { randomBytes } from 'node:crypto';
import type { Spark } from 'primus';
import type { AccessControl } from '../access/access-control.js';
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
import { HeldRooms } from './held-rooms.js';
import { Outgoing, WRITE_BUDGET_BYTES } from './outgoing.js';
import type { PresenceReceiver, PresenceRelay } from './presence-relay.js';
import type { TypingRelay } from './typing-relay.js';

/** Rooms that one socket may be in, or observe, at once. */
export const ROOMS_PER_SOCKET = 100;

/** WebSocket close codes (RFC 6455, 7.4.1, and the registry of IANA): why the server ends a socket. */
export const CLOSE_CODES = { normal: 1000, policyViolation: 1008, tryAgainLater: 1013 } as const;

export interface SocketConnectionDependencies {
  limits: Pick<Limits, 'join'>;
  log: Log;
  rooms: RoomService;
  presence: Presence;
  presenceRelay: PresenceRelay;
  slowReaders: SlowReaders;
  typingRelay: TypingRelay;
}

/** A room that a socket joins or has joined. */
interface Joined {
  membership: Promise<RoomSubscription>;
  /** The socket is in the room; until then it is only asked whether it may enter. */
  isEntered: boolean;
  /** The socket receives presence and typing of the room. */
  followsPeople: boolean;
  /** Undoes what joining has set up beside the membership. */
  undo: (() => void)[];
}

/** One socket: who it is, and the rooms it is in. */
export class SocketConnection implements Subscriber, PresenceReceiver {
  /** Everybody in a room sees it. (Not engine.io's id: who knows that can read and write as this socket.) */
  readonly id = randomBytes(15).toString('base64url');
  /** Called when a slow reader has caught up. */
  caughtUp: () => void = () => {};
  private readonly outgoing: Outgoing;
  private readonly joined = new Map<string, Joined>();
  private readonly observed = new Map<string, () => void>();
  private readonly held = new HeldRooms((room) => this.parts.presenceRelay.repeat(room, this));
  private current: Session | null = null;
  private closed = false;

  constructor(
    private readonly spark: Spark,
    private readonly parts: SocketConnectionDependencies,
    /** The client's, for limits; undefined where it is not known. */
    readonly address?: string,
  ) {
    this.outgoing = new Outgoing(spark.socket, {
      slowReaders: parts.slowReaders,
      overflowed: (pendingBytes) => this.cutOff(pendingBytes),
      caughtUp: () => this.caughtUp(),
    });
  }

  /** Who this is. @throws ChatError `login-required` while nobody knows */
  get session(): Session {
    if (!this.current) throw new ChatError('login-required', 'log in first, with an authenticate frame');
    return this.current;
  }

  get id_user(): string {
    return this.current?.id_user ?? '';
  }

  get isAuthenticated(): boolean {
    return this.current !== null;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** False while more bytes wait than for a reader that keeps up; `caughtUp` is called when that ends. */
  keepsUp(): boolean {
    return this.outgoing.keepsUp();
  }

  /** Bytes that were sent and that the socket has not taken yet. */
  get pendingBytes(): number {
    return this.outgoing.pendingBytes;
  }

  /**
   * To be called before an answer that took time is sent: the login may have ended, or another user may have logged in.
   * @throws ChatError `login-required`
   */
  requireStill(id_user: string): void {
    if (this.session.id_user !== id_user)
      throw new ChatError('login-required', 'the login ended before the frame was answered');
  }

  /** From now on this is somebody (by another name, perhaps); null takes all rights away. */
  setSession(session: Session | null): void {
    this.current = this.closed ? null : session;
    if (this.current) return;
    for (const room of [...this.joined.keys()]) this.leave(room);
    this.observe([]);
  }

  send(frame: ServerFrame): void {
    this.sendJson(JSON.stringify(frame));
  }

  /** Sends a frame that is encoded already. */
  sendJson(json: string): void {
    if (!this.closed) this.outgoing.sendJson(json);
  }

  /** Sends frames that other sockets get as well. */
  receive(frames: EncodedFrames): void {
    if (!this.closed) this.outgoing.sendShared(frames);
  }

  /** Sends presence or typing of a room, unless the right to it is being checked. */
  receivePeople(room: string, frames: EncodedFrames): void {
    if (!this.held.drops(room)) this.receive(frames);
  }

  onAccessCheck(room: string): () => void {
    return this.held.hold(room);
  }

  deliver(frames: EncodedFrames): void {
    this.receive(frames);
  }

  pauseReading(isPaused: boolean): void {
    if (!this.closed) this.outgoing.pauseReading(isPaused);
  }

  /** Ends the socket; the browser comes back by itself. */
  end(code: number = CLOSE_CODES.normal, reason = ''): void {
    this.outgoing.close(code, reason);
    this.spark.end(undefined, { reconnect: true });
  }

  /**
   * Enters a room; being in it already is no error, but counts as entering.
   * @throws ChatError `not-joined` when the socket left before it was in
   */
  async join(room: string): Promise<RoomSubscription> {
    const present = this.joined.get(room);
    if (present) {
      await this.parts.limits.join(this.session.id_user, this.address);
      return this.entered(room, present);
    }
    if (this.joined.size >= ROOMS_PER_SOCKET) throw tooManyRooms();
    const membership = this.parts.rooms.join(room, this);
    const joined: Joined = { membership, isEntered: false, followsPeople: false, undo: [] };
    this.joined.set(room, joined);
    try {
      return await this.entered(room, joined);
    } catch (error) {
      if (this.joined.get(room) === joined) this.leave(room);
      throw error;
    }
  }

  /** Begins to tell who else is in a room, and who types; after joining, so that the room's snapshot comes first. */
  followPeople(room: string): void {
    const { presenceRelay, typingRelay } = this.parts;
    const joined = this.joined.get(room);
    if (!joined?.isEntered || joined.followsPeople) return;
    joined.followsPeople = true;
    joined.undo.push(presenceRelay.follow(room, this), typingRelay.follow(room, this));
  }

  leave(room: string): void {
    const joined = this.joined.get(room);
    if (!joined) return;
    this.joined.delete(room);
    for (const undo of joined.undo) undo();
    joined.membership.then(
      (membership) => membership.leave(),
      () => {},
    );
  }

  /** The rooms that it is in. */
  get rooms(): string[] {
    return [...this.joined.keys()].filter((room) => this.isIn(room));
  }

  /** Whether the socket is in the room; while it is being asked whether it may enter, it is not. */
  isIn(room: string): boolean {
    return this.joined.get(room)?.isEntered === true;
  }

  /** Follows who is in rooms that it need not be in; `rooms` takes the place of those observed before. */
  observe(rooms: Iterable<string>): void {
    const wanted = new Set(this.current ? rooms : []);
    for (const room of [...this.observed.keys()]) if (!wanted.has(room)) this.stopObserving(room);
    for (const room of wanted) {
      if (!this.observed.has(room)) this.observed.set(room, this.parts.presenceRelay.follow(room, this));
    }
  }

  /** The rooms whose presence it observes. */
  get observedRooms(): string[] {
    return [...this.observed.keys()];
  }

  /** Stops observing a room whose presence this user may not see any more. Never rejects. */
  async recheckObserved(room: string, access: Pick<AccessControl, 'check'>): Promise<void> {
    if (!this.observed.has(room)) return;
    const resume = this.held.hold(room);
    try {
      await access.check(room, this.id_user);
    } catch (error) {
      if (!this.observed.has(room)) return;
      this.stopObserving(room);
      this.refused(room, toChatError(error));
    } finally {
      resume();
    }
  }

  onAccessRevoked(room: string, error: ChatError): void {
    this.leave(room);
    this.refused(room, error);
  }

  /** Reports that a right to a room has ended. Where that cannot be known, the browser has to connect again. */
  refused(room: string, { code }: ChatError): void {
    const message = 'You are no member of this room any more';
    if (code === 'not-a-member') this.send({ type: 'error', room, code, message });
    else this.end(CLOSE_CODES.tryAgainLater, code);
  }

  /** The socket is gone. */
  close(): void {
    this.closed = true;
    this.outgoing.abandon();
    this.setSession(null);
  }

  private stopObserving(room: string): void {
    this.observed.get(room)?.();
    this.observed.delete(room);
  }

  /** Waits until the socket is in the room, and is so in its own right. */
  private async entered(room: string, joined: Joined): Promise<RoomSubscription> {
    const membership = await joined.membership;
    if (this.joined.get(room) !== joined) {
      this.session; // a login that has ended is the better reason
      throw leftBeforeJoining();
    }
    if (!joined.isEntered) this.appear(room, joined);
    return membership;
  }

  private appear(room: string, joined: Joined): void {
    const { presence } = this.parts;
    const { id_user, name } = this.session;
    joined.isEntered = true;
    presence.enter(room, { id_socket: this.id, id_user, name });
    joined.undo.push(() => presence.leave(room, this.id));
  }

  private cutOff(pendingBytes: number): void {
    const { id_user } = this;
    this.parts.log.info({ id_user, pendingBytes }, 'socket: closed, as its reader is too slow');
    this.end(
      CLOSE_CODES.tryAgainLater,
      `the reader is too slow: ${WRITE_BUDGET_BYTES} bytes may wait for it`,
    );
  }
}

export function leftBeforeJoining(): ChatError {
  return new ChatError('not-joined', 'the socket left the room before it had joined it', { field: 'room' });
}

export function tooManyRooms(): ChatError {
  return new ChatError('too-many-rooms', `a socket can be in ${ROOMS_PER_SOCKET} rooms`, {
    limit: ROOMS_PER_SOCKET,
  });
}
