import { RefCountedMap } from '../lib/ref-counted-map.js';
import type { Observation, Presence } from '../presence/presence.js';
import type { ServerFrame } from '../protocol/frames.js';
import type { PresenceDelta } from '../protocol/presence.js';
import { EncodedFrames } from '../rooms/frame-batch.js';

/** A room with more sockets is shown as a count: sending a list to all of them grows with the square of their number. */
const MAX_LISTED_SOCKETS = 200;
/** Milliseconds between two counts of such a room. */
const COUNT_INTERVAL_MS = 1_000;

export interface PresenceReceiver {
  /** Receives frames about the people in a room. */
  receivePeople(room: string, frames: EncodedFrames): void;
}

/** Sends sockets the presence of rooms. Each room is observed once per process, and each change is encoded once. */
export class PresenceRelay {
  readonly #rooms: RefCountedMap<string, RelayedRoom>;

  constructor(presence: Presence) {
    this.#rooms = new RefCountedMap(
      (room) => new RelayedRoom(room, presence),
      (relayed) => relayed.close(),
    );
  }

  /** The followed rooms in which a user is, in this process or another one. */
  roomsOf(id_user: string): string[] {
    return [...this.#rooms.keys()].filter((room) => this.#rooms.get(room)?.hasUser(id_user));
  }

  /** Sends the receiver the presence of a room, and its changes from then on. @returns a function that stops following */
  follow(room: string, receiver: PresenceReceiver): () => void {
    const { value: relayed, release } = this.#rooms.acquire(room);
    const remove = relayed.add(receiver);
    return () => {
      remove();
      release();
    };
  }

  /** Sends the presence of a room again to a receiver that follows it and has missed changes. */
  repeat(room: string, receiver: PresenceReceiver): void {
    this.#rooms.get(room)?.repeat(receiver);
  }
}

class RelayedRoom {
  readonly #room: string;
  /** A socket that is in the room and observes it too follows twice, and receives each frame once. */
  readonly #receivers = new RefCountedMap<PresenceReceiver, null>(
    () => null,
    () => {},
  );
  #observation: Observation | null = null;
  #isClosed = false;
  #snapshot: EncodedFrames | null = null;
  #wasListed = true;
  #countTimer: NodeJS.Timeout | null = null;

  constructor(room: string, presence: Presence) {
    this.#room = room;
    void this.#observe(presence);
  }

  hasUser(id_user: string): boolean {
    return this.#observation?.hasUser(id_user) ?? false;
  }

  /** @returns a function that removes the receiver */
  add(receiver: PresenceReceiver): () => void {
    const { release } = this.#receivers.acquire(receiver);
    this.#sendSnapshot(receiver);
    return release;
  }

  /** Sends the snapshot to a receiver again. */
  repeat(receiver: PresenceReceiver): void {
    if (this.#receivers.has(receiver)) this.#sendSnapshot(receiver);
  }

  close(): void {
    this.#isClosed = true;
    this.#observation?.stop();
    if (this.#countTimer) clearTimeout(this.#countTimer);
  }

  async #observe(presence: Presence): Promise<void> {
    const observation = await presence.observe(this.#room, (delta) => {
      if (this.#observation) this.#relay(delta, this.#observation);
    });
    if (this.#isClosed) return observation.stop();
    this.#observation = observation;
    this.#wasListed = isListed(observation);
    this.#send(this.#encodeSnapshot(observation));
  }

  #relay(delta: PresenceDelta, observation: Observation): void {
    const { room, joined, left, renamed, partial } = delta;
    const isNowListed = isListed(observation);
    this.#snapshot = null;
    if (isNowListed && this.#wasListed) {
      this.#send(
        encode({ type: 'presence', room, joined: [...joined, ...renamed], left: [...left], partial }),
      );
    } else if (isNowListed) {
      this.#send(this.#encodeSnapshot(observation));
    } else {
      this.#countTimer ??= setTimeout(() => {
        this.#countTimer = null;
        this.#send(this.#encodeSnapshot(observation));
      }, COUNT_INTERVAL_MS);
    }
    this.#wasListed = isNowListed;
  }

  #encodeSnapshot(observation: Observation): EncodedFrames {
    if (this.#snapshot) return this.#snapshot;
    const room = this.#room;
    const users = observation.users();
    const count = { sockets: users.length, users: new Set(users.map(({ id_user }) => id_user)).size };
    const partial = observation.isPartial();
    this.#snapshot = encode({
      type: 'presence',
      room,
      ...(isListed(observation) && { users }),
      count,
      partial,
    });
    return this.#snapshot;
  }

  #sendSnapshot(receiver: PresenceReceiver): void {
    if (this.#observation) receiver.receivePeople(this.#room, this.#encodeSnapshot(this.#observation));
  }

  #send(frames: EncodedFrames): void {
    for (const receiver of this.#receivers.keys()) receiver.receivePeople(this.#room, frames);
  }
}

function isListed(observation: Observation): boolean {
  return observation.size() <= MAX_LISTED_SOCKETS;
}

function encode(frame: ServerFrame): EncodedFrames {
  return new EncodedFrames([frame]);
}
