import type { Presence } from '../presence/presence.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { PresenceReceiver } from './presence-relay.js';

/** Tells sockets who types in their rooms. A room's typists are observed once per process. */
export class TypingRelay {
  private readonly rooms = new Map<string, { receivers: Set<PresenceReceiver>; stop: () => void }>();

  constructor(private readonly presence: Presence) {}

  /** @returns ends it */
  follow(room: string, receiver: PresenceReceiver): () => void {
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
    const receivers = new Set<PresenceReceiver>();
    const stop = this.presence.observeTyping(room, (event) => {
      const frames = new EncodedFrames([{ type: 'typing', ...event }]);
      for (const receiver of receivers) receiver.receive(frames);
    });
    const relayed = { receivers, stop };
    this.rooms.set(room, relayed);
    return relayed;
  }
}
