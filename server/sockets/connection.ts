import type { Spark } from 'primus';
import type { Identity } from '../auth/guest.js';
import { ChatError } from '../errors.js';
import type { FrameBatch } from '../rooms/frame-batch.js';
import type { Subscriber } from '../rooms/room.js';
import type { Membership, Rooms } from '../rooms/rooms.js';
import type { ServerFrame } from './frames.js';
import { writeBatch, writeJson } from './write.js';

/** Rooms that one socket may be in at once. */
export const ROOMS_PER_SOCKET = 100;

/** One socket: who it is, and the rooms it is in. */
export class Connection implements Subscriber {
  private readonly joined = new Map<string, Promise<Membership>>();
  private closed = false;

  constructor(
    private readonly spark: Spark,
    readonly identity: Identity,
    private readonly rooms: Rooms,
  ) {}

  get id_user(): string {
    return this.identity.id_user;
  }

  get id(): string {
    return this.spark.id;
  }

  send(frame: ServerFrame): void {
    this.sendJson(JSON.stringify(frame));
  }

  /** Sends a frame that is encoded already. */
  sendJson(json: string): void {
    if (!this.closed) writeJson(this.spark.socket, json);
  }

  deliver(batch: FrameBatch): void {
    if (!writeBatch(this.spark.socket, batch)) this.spark.end(undefined, { reconnect: true });
  }

  /** Enters a room; being in it already is no error. @throws ChatError */
  async join(room: string): Promise<Membership> {
    const present = this.joined.get(room);
    if (present) return present;
    if (this.joined.size >= ROOMS_PER_SOCKET) {
      throw new ChatError('too-many-rooms', `a socket can be in ${ROOMS_PER_SOCKET} rooms`, {
        limit: ROOMS_PER_SOCKET,
      });
    }
    const joining = this.rooms.join(room, this);
    this.joined.set(room, joining);
    try {
      const membership = await joining;
      if (this.joined.get(room) !== joining) membership.leave(); // it left, or is gone, before it was in
      return membership;
    } catch (error) {
      if (this.joined.get(room) === joining) this.joined.delete(room);
      throw error;
    }
  }

  leave(room: string): void {
    const joining = this.joined.get(room);
    this.joined.delete(room);
    joining?.then(
      (membership) => membership.leave(),
      () => {},
    );
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
    for (const room of [...this.joined.keys()]) this.leave(room);
  }
}
