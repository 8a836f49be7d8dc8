import { ObservedRoom, type ObservedRoomOptions } from './observed-room.js';
import type { Observation, PresenceListener } from './presence.js';

export interface ObservedRoomsHooks {
  /** Somebody begins to follow the room: fill it, and say when it is whole. */
  opened(room: ObservedRoom): void;
  /** Nobody follows the room any more. */
  closed(room: ObservedRoom): void;
}

/** The rooms that somebody of this process follows, each held once however many follow it. */
export class ObservedRooms {
  readonly #options: ObservedRoomOptions;
  readonly #hooks: ObservedRoomsHooks;
  readonly #held = new Map<string, { room: ObservedRoom; holders: number }>();

  constructor(options: ObservedRoomOptions, hooks: ObservedRoomsHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  get(name: string): ObservedRoom | undefined {
    return this.#held.get(name)?.room;
  }

  all(): ObservedRoom[] {
    return [...this.#held.values()].map(({ room }) => room);
  }

  /** @param knownMs milliseconds to wait for a room that is not known yet */
  async observe(name: string, listener: PresenceListener, knownMs: number): Promise<Observation> {
    const room = this.#acquire(name);
    await room.known(knownMs);
    return room.subscribe(listener, () => this.#release(room));
  }

  close(): void {
    for (const room of this.all()) room.close();
    this.#held.clear();
  }

  #acquire(name: string): ObservedRoom {
    const held = this.#held.get(name);
    if (held) {
      held.holders += 1;
      return held.room;
    }
    const room = new ObservedRoom(name, this.#options);
    this.#held.set(name, { room, holders: 1 });
    this.#hooks.opened(room);
    return room;
  }

  #release(room: ObservedRoom): void {
    const held = this.#held.get(room.room);
    if (held?.room !== room) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(room.room);
    room.close();
    this.#hooks.closed(room);
  }
}
