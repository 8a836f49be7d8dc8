import type { ActivityReceiver, ActivityRelay } from './activity-relay.js';
import type { PresenceRelay } from './presence-relay.js';

export interface ObservedRoomsDependencies {
  activityRelay: Pick<ActivityRelay, 'follow'>;
  presenceRelay: Pick<PresenceRelay, 'follow'>;
}

/** The rooms whose presence, and new messages if wanted, one socket observes. */
export class ObservedRooms {
  readonly #receiver: ActivityReceiver;
  readonly #dependencies: ObservedRoomsDependencies;
  readonly #rooms = new Map<string, { stop: () => void; withActivity: boolean }>();

  constructor(receiver: ActivityReceiver, dependencies: ObservedRoomsDependencies) {
    this.#receiver = receiver;
    this.#dependencies = dependencies;
  }

  get names(): string[] {
    return [...this.#rooms.keys()];
  }

  has(room: string): boolean {
    return this.#rooms.has(room);
  }

  /** @param withActivity new messages are reported too */
  replace(rooms: ReadonlySet<string>, withActivity: boolean): void {
    for (const [room, observed] of [...this.#rooms])
      if (!rooms.has(room) || observed.withActivity !== withActivity) this.remove(room);
    for (const room of rooms) if (!this.#rooms.has(room)) this.#add(room, withActivity);
  }

  remove(room: string): void {
    this.#rooms.get(room)?.stop();
    this.#rooms.delete(room);
  }

  #add(room: string, withActivity: boolean): void {
    const { activityRelay, presenceRelay } = this.#dependencies;
    const stopPresence = presenceRelay.follow(room, this.#receiver);
    const stopActivity = withActivity ? activityRelay.follow(room, this.#receiver) : null;
    const stop = () => {
      stopPresence();
      stopActivity?.();
    };
    this.#rooms.set(room, { stop, withActivity });
  }
}
