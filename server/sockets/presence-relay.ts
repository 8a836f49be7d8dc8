import type { Observation, Presence } from '../presence/presence.js';
import type { ServerFrame } from '../protocol/frames.js';
import type { PresenceDelta, PresenceEntry } from '../protocol/presence.js';
import { EncodedFrames } from '../rooms/frame-batch.js';

/** In rooms with more sockets than this, browsers are told how many are there, and not who. */
const NAMED = 200;
/** Milliseconds between two such counts. */
const COUNT_EVERY = 1_000;

export interface PresenceReceiver {
  /** Receives frames about the people in a room. */
  receivePeople(room: string, frames: EncodedFrames): void;
}

/**
 * Tells sockets who is in their rooms. A room is observed once per process, and what is told of it is encoded once.
 * A list of everybody would grow with the square of a room's size, as everybody gets it; so big rooms tell numbers.
 */
export class PresenceRelay {
  private readonly rooms = new Map<string, RelayedRoom>();

  constructor(private readonly presence: Presence) {}

  /** The followed rooms in which a user is, in this process or another one. */
  roomsOf(id_user: string): string[] {
    return [...this.rooms].filter(([, room]) => room.has(id_user)).map(([name]) => name);
  }

  /** Tells the receiver who is there, now and from now on. @returns ends it */
  follow(room: string, receiver: PresenceReceiver): () => void {
    let relayed = this.rooms.get(room);
    if (!relayed) {
      relayed = new RelayedRoom(room, this.presence);
      this.rooms.set(room, relayed);
    }
    const followed = relayed;
    followed.add(receiver);
    let isFollowing = true;
    return () => {
      if (!isFollowing) return;
      isFollowing = false;
      if (followed.delete(receiver) > 0 || this.rooms.get(room) !== followed) return;
      this.rooms.delete(room);
      followed.close();
    };
  }

  /** Sends the presence of a room again to a receiver that follows it and has missed changes. */
  repeat(room: string, receiver: PresenceReceiver): void {
    this.rooms.get(room)?.repeat(receiver);
  }
}

class RelayedRoom {
  /** How often each follows: a socket may be in a room and observe it too, and is told once. */
  private readonly receivers = new Map<PresenceReceiver, number>();
  private readonly entries = new Map<string, PresenceEntry>();
  private partial = false;
  private observation: Observation | null = null;
  private closed = false;
  private whole: EncodedFrames | null = null;
  private wasNamed = true;
  private countTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly room: string,
    presence: Presence,
  ) {
    void this.observe(presence);
  }

  has(id_user: string): boolean {
    for (const entry of this.entries.values()) if (entry.id_user === id_user) return true;
    return false;
  }

  add(receiver: PresenceReceiver): void {
    this.receivers.set(receiver, (this.receivers.get(receiver) ?? 0) + 1);
    if (this.observation) receiver.receivePeople(this.room, this.everything());
  }

  /** Sends the present state to a receiver again. */
  repeat(receiver: PresenceReceiver): void {
    if (this.observation && this.receivers.has(receiver))
      receiver.receivePeople(this.room, this.everything());
  }

  /** @returns how many are left */
  delete(receiver: PresenceReceiver): number {
    const times = (this.receivers.get(receiver) ?? 0) - 1;
    if (times > 0) this.receivers.set(receiver, times);
    else this.receivers.delete(receiver);
    return this.receivers.size;
  }

  close(): void {
    this.closed = true;
    this.observation?.stop();
    if (this.countTimer) clearTimeout(this.countTimer);
  }

  private async observe(presence: Presence): Promise<void> {
    const observation = await presence.observe(this.room, (delta) => this.changed(delta));
    if (this.closed) return observation.stop();
    this.observation = observation;
    for (const entry of observation.users) this.entries.set(entry.id_socket, entry);
    this.partial = observation.partial;
    this.wasNamed = this.isNamed;
    this.send(this.everything());
  }

  private get isNamed(): boolean {
    return this.entries.size <= NAMED;
  }

  private changed(delta: PresenceDelta): void {
    for (const id of delta.left) this.entries.delete(id);
    for (const entry of [...delta.joined, ...delta.renamed]) this.entries.set(entry.id_socket, entry);
    this.partial = delta.partial;
    this.whole = null;
    if (!this.observation) return; // the list that comes in a moment is of before this delta, or has it already
    if (this.isNamed && this.wasNamed) {
      const { room, joined, left, renamed, partial } = delta;
      this.send(
        encode({ type: 'presence', room, joined: [...joined, ...renamed], left: [...left], partial }),
      );
    } else if (this.isNamed) {
      this.send(this.everything());
    } else {
      this.countTimer ??= setTimeout(() => {
        this.countTimer = null;
        this.send(this.everything());
      }, COUNT_EVERY);
    }
    this.wasNamed = this.isNamed;
  }

  private everything(): EncodedFrames {
    if (this.whole) return this.whole;
    const { room, partial } = this;
    const users = [...this.entries.values()];
    const count = { sockets: users.length, users: new Set(users.map(({ id_user }) => id_user)).size };
    this.whole = encode({ type: 'presence', room, ...(this.isNamed && { users }), count, partial });
    return this.whole;
  }

  private send(frames: EncodedFrames): void {
    for (const receiver of this.receivers.keys()) receiver.receivePeople(this.room, frames);
  }
}

function encode(frame: ServerFrame): EncodedFrames {
  return new EncodedFrames([frame]);
}
