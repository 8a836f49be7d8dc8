import type { Presence } from '../presence/presence.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { PresenceReceiver } from './presence-relay.js';

export interface TypingReceiver extends PresenceReceiver {
  readonly id_user: string;
}

/** Sends typing events to the sockets of other users in the room. Each room is observed once per process. */
export class TypingRelay {
  private readonly rooms = new Map<string, { receivers: Set<TypingReceiver>; stop: () => void }>();

  constructor(private readonly presence: Presence) {}

  /** @returns a function that stops following */
  follow(room: string, receiver: TypingReceiver): () => void {
    const relayed = this.rooms.get(room) ?? this.open(room);
    relayed.receivers.add(receiver);
    return () => {
      relayed.receivers.delete(receiver);
      if (relayed.receivers.size > 0 || this.rooms.get(room) !== relayed) return;
      this.rooms.delete(room);
      relayed.stop();
    };
  }

  private open(room: string) {
    const receivers = new Set<TypingReceiver>();
    const stop = this.presence.observeTyping(room, (event) => {
      const frames = new EncodedFrames([{ type: 'userTyping', ...event }]);
      for (const receiver of receivers) if (receiver.id_user !== event.user.id_user) receiver.receive(frames);
    });
    const relayed = { receivers, stop };
    this.rooms.set(room, relayed);
    return relayed;
  }
}
