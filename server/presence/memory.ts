import type { PresenceEntry, PresentUsers, Typist } from '../protocol/presence.js';
import { TYPING_INTERVAL_MS } from '../protocol/typing-times.js';
import type { Log } from '../telemetry/logger.js';
import { systemClock } from './clock.js';
import { countOf, inOrder, summaryOf } from './entries.js';
import { LocalEntries } from './local-entries.js';
import { LOCAL, type ObservedRoom } from './observed-room.js';
import { ObservedRooms } from './observed-rooms.js';
import type {
  Counts,
  Observation,
  Presence,
  PresenceListener,
  PresenceOptions,
  PresenceStatus,
  Summary,
  TypingListener,
} from './presence.js';
import { Typing } from './typing.js';

/** Less than the clients' interval, so that a frame that arrives early because of network jitter is not dropped. */
const TYPING_THROTTLE_MS = TYPING_INTERVAL_MS * 0.75;
/** Milliseconds to wait for a room that others have to be asked about. */
export const SYNC_TIMEOUT_MS = 1_000;

/** What happens in this process, for those who tell others of it. */
export interface LocalPresenceListener {
  /** The socket's entry in the room is new, different or gone. */
  changed(room: string, id_socket: string): void;
  typing(room: string, user: Typist): void;
  roomOpened(room: ObservedRoom): void;
  roomClosed(room: ObservedRoom): void;
  typingOpened(room: string): void;
  typingClosed(room: string): void;
}

/** There are no others: what is here is all there is. */
const SINGLE_PROCESS: LocalPresenceListener = {
  changed: () => {},
  typing: () => {},
  roomOpened: (room) => {
    room.partial = false;
  },
  roomClosed: () => {},
  typingOpened: () => {},
  typingClosed: () => {},
};

/** Presence of a single process: in its memory, and nowhere else. */
export class MemoryPresence implements Presence {
  readonly #exchange: LocalPresenceListener;
  readonly status: PresenceStatus = { state: 'up', since: new Date() };
  readonly entries = new LocalEntries();
  readonly observed: ObservedRooms;
  readonly typists: Typing;

  constructor(
    log: Log,
    { clock = systemClock, windowMs = 200, typingEveryMs = TYPING_THROTTLE_MS }: PresenceOptions = {},
    exchange: LocalPresenceListener = SINGLE_PROCESS,
  ) {
    this.#exchange = exchange;
    this.observed = new ObservedRooms(
      { clock, log, windowMs },
      {
        opened: (room) => {
          room.apply(LOCAL, this.entries.in(room.room), []);
          exchange.roomOpened(room);
        },
        closed: (room) => exchange.roomClosed(room),
      },
    );
    this.typists = new Typing(
      { clock, log, typingEveryMs },
      { opened: (room) => exchange.typingOpened(room), closed: (room) => exchange.typingClosed(room) },
    );
  }

  get present(): number {
    return this.entries.size;
  }

  busiest(limit: number): string[] {
    return this.entries.busiest(limit);
  }

  enter(room: string, entry: PresenceEntry): void {
    if (!this.entries.set(room, entry)) return;
    this.observed.get(room)?.apply(LOCAL, [this.entries.get(room, entry.id_socket)!], []);
    this.#exchange.changed(room, entry.id_socket);
  }

  leave(room: string, id_socket: string): void {
    if (!this.entries.delete(room, id_socket)) return;
    this.observed.get(room)?.apply(LOCAL, [], [id_socket]);
    this.#exchange.changed(room, id_socket);
  }

  rename(id_user: string, name: string): void {
    for (const { room, entry } of this.entries.of(id_user)) this.enter(room, { ...entry, name });
  }

  async users(room: string): Promise<PresentUsers> {
    return { users: inOrder(this.entries.in(room)), partial: false };
  }

  async counts(rooms: Iterable<string>): Promise<Counts> {
    const counts = [...rooms].map((room) => [room, countOf(this.entries.in(room))] as const);
    return { rooms: new Map(counts), partial: false };
  }

  observe(room: string, listener: PresenceListener): Promise<Observation> {
    return this.observed.observe(room, listener, SYNC_TIMEOUT_MS);
  }

  typing(room: string, user: Typist): void {
    if (!this.typists.begin(room, user.id_user)) return;
    this.typists.tell(room, user);
    this.#exchange.typing(room, user);
  }

  stopTyping(room: string, id_user: string): void {
    this.typists.end(room, id_user);
  }

  observeTyping(room: string, listener: TypingListener): () => void {
    return this.typists.observe(room, listener);
  }

  async summary(): Promise<Summary> {
    const rooms = this.entries.rooms().map((room) => [room, this.entries.in(room)] as const);
    return { ...summaryOf(new Map(rooms)), partial: false };
  }

  /** Nobody else leaves anything behind. */
  async flush(): Promise<number> {
    return 0;
  }

  async stop(): Promise<void> {
    this.entries.clear();
    this.observed.close();
    this.typists.close();
  }
}
