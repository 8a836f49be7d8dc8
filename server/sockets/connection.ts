import { randomBytes } from 'node:crypto';
import type { Spark } from 'primus';
import type { Session } from '../auth/authenticator.js';
import { ChatError } from '../errors.js';
import type { Presence } from '../presence/presence.js';
import type { EncodedFrames } from '../rooms/frame-batch.js';
import type { Subscriber } from '../rooms/room.js';
import type { Membership, Rooms } from '../rooms/rooms.js';
import type { ServerFrame } from './frames.js';
import type { PresenceReceiver, PresenceRelay } from './presence-relay.js';
import type { TypingRelay } from './typing-relay.js';
import { writeEncoded, writeJson } from './write.js';

/** Rooms that one socket may be in, or observe, at once. */
export const ROOMS_PER_SOCKET = 100;

export interface ConnectionParts {
  rooms: Rooms;
  presence: Presence;
  presenceRelay: PresenceRelay;
  typingRelay: TypingRelay;
}

/** A room that a socket has joined. */
interface Joined {
  membership: Promise<Membership>;
  /** Undoes what joining has set up beside the membership. */
  undo: (() => void)[];
}

/** One socket: who it is, and the rooms it is in. */
export class Connection implements Subscriber, PresenceReceiver {
  /** Everybody in a room sees it. (Not engine.io's id: who knows that can read and write as this socket.) */
  readonly id = randomBytes(15).toString('base64url');
  private readonly joined = new Map<string, Joined>();
  private readonly observed = new Map<string, () => void>();
  private current: Session | null = null;
  private closed = false;

  constructor(
    private readonly spark: Spark,
    private readonly parts: ConnectionParts,
    /** The client's, for limits; undefined where it is not known. */
    readonly address?: string,
  ) {}

  /** Who this is. @throws ChatError `login-required` while nobody knows */
  get session(): Session {
    if (!this.current) throw new ChatError('login-required', 'log in first, with an authenticate frame');
    return this.current;
  }

  get id_user(): string {
    return this.current?.id_user ?? '';
  }

  get isKnown(): boolean {
    return this.current !== null;
  }

  /** From now on this is somebody (by another name, perhaps); null takes all rights away. */
  become(session: Session | null): void {
    this.current = session;
    if (session) return;
    for (const room of [...this.joined.keys()]) this.leave(room);
    this.observe([]);
  }

  send(frame: ServerFrame): void {
    this.sendJson(JSON.stringify(frame));
  }

  /** Sends a frame that is encoded already. */
  sendJson(json: string): void {
    if (!this.closed) writeJson(this.spark.socket, json);
  }

  /** Sends what others get as well. A reader that cannot keep up is cut off; it comes back and catches up. */
  receive(frames: EncodedFrames): void {
    if (!this.closed && !writeEncoded(this.spark.socket, frames)) this.end();
  }

  deliver(frames: EncodedFrames): void {
    this.receive(frames);
  }

  end(): void {
    this.spark.end(undefined, { reconnect: true });
  }

  /** Enters a room; being in it already is no error. @throws ChatError */
  async join(room: string): Promise<Membership> {
    const present = this.joined.get(room);
    if (present) return present.membership;
    if (this.joined.size >= ROOMS_PER_SOCKET) throw tooManyRooms();
    const joined: Joined = { membership: this.parts.rooms.join(room, this), undo: [] };
    this.joined.set(room, joined);
    try {
      const membership = await joined.membership;
      if (this.joined.get(room) === joined) this.appear(room, joined);
      else membership.leave(); // it left, or is gone, before it was in
      return membership;
    } catch (error) {
      if (this.joined.get(room) === joined) this.joined.delete(room);
      throw error;
    }
  }

  /** Begins to tell who else is in a room, and who types; after joining, so that the room's snapshot comes first. */
  followPeople(room: string): void {
    const { presenceRelay, typingRelay } = this.parts;
    this.joined.get(room)?.undo.push(presenceRelay.follow(room, this), typingRelay.follow(room, this));
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

  isIn(room: string): boolean {
    return this.joined.has(room);
  }

  /** Follows who is in rooms that it need not be in; `rooms` takes the place of those observed before. */
  observe(rooms: Iterable<string>): void {
    const wanted = new Set(rooms);
    for (const [room, stop] of this.observed) {
      if (wanted.has(room)) continue;
      this.observed.delete(room);
      stop();
    }
    for (const room of wanted) {
      if (!this.observed.has(room)) this.observed.set(room, this.parts.presenceRelay.follow(room, this));
    }
  }

  expelled(room: string): void {
    this.leave(room);
    this.send({
      type: 'error',
      room,
      code: 'not-a-member',
      message: 'You are no member of this room any more',
    });
  }

  /** The socket is gone. */
  close(): void {
    this.closed = true;
    this.become(null);
  }

  private appear(room: string, joined: Joined): void {
    const { presence } = this.parts;
    const { id_user, name } = this.session;
    presence.enter(room, { id_socket: this.id, id_user, name });
    joined.undo.push(() => presence.leave(room, this.id));
  }
}

export function tooManyRooms(): ChatError {
  return new ChatError('too-many-rooms', `a socket can be in ${ROOMS_PER_SOCKET} rooms`, {
    limit: ROOMS_PER_SOCKET,
  });
}
