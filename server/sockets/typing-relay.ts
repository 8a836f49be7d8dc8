import { RefCountedMap } from '../lib/ref-counted-map.js';
import type { Presence } from '../presence/presence.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { PresenceReceiver } from './presence-relay.js';

export interface TypingReceiver extends PresenceReceiver {
  readonly id_user: string;
}

interface TypingRoom {
  receivers: Set<TypingReceiver>;
  stop(): void;
}

/** Sends typing events to the sockets of other users in the room. Each room is observed once per process. */
export class TypingRelay {
  readonly #rooms: RefCountedMap<string, TypingRoom>;

  constructor(presence: Presence) {
    this.#rooms = new RefCountedMap(
      (room) => openRoom(presence, room),
      ({ stop }) => stop(),
    );
  }

  /** @returns a function that stops following */
  follow(room: string, receiver: TypingReceiver): () => void {
    const { value, release } = this.#rooms.acquire(room);
    value.receivers.add(receiver);
    return () => {
      value.receivers.delete(receiver);
      release();
    };
  }
}

function openRoom(presence: Presence, room: string): TypingRoom {
  const receivers = new Set<TypingReceiver>();
  const stop = presence.observeTyping(room, (event) => {
    const frames = new EncodedFrames([{ type: 'userTyping', ...event }]);
    for (const receiver of receivers)
      if (receiver.id_user !== event.user.id_user) receiver.receivePeople(room, frames);
  });
  return { receivers, stop };
}
