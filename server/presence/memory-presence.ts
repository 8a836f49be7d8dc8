import { EventEmitter } from 'node:events';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { RefCountedMap } from '../lib/ref-counted-map.js';
import type { PresenceEntry, PresentUsers, Typist } from '../protocol/presence.js';
import { TYPING_INTERVAL_MS } from '../protocol/typing-times.js';
import type { Log } from '../telemetry/logger.js';
import { systemClock } from './clock.js';
import { countOf, inOrder, summaryOf, usersIn } from './entries.js';
import { LocalEntries } from './local-entries.js';
import { ObservedRoom } from './observed-room.js';
import type {
  Counts,
  Observation,
  Presence,
  PresenceListener,
  PresenceOptions,
  Summary,
  TypingListener,
} from './presence.js';
import { Typing } from './typing.js';

const WINDOW_MS = 200;
/** Less than the clients' interval, so that a frame that arrives early because of network jitter is not dropped. */
const TYPING_THROTTLE_MS = TYPING_INTERVAL_MS * 0.75;

/** Local events. */
export interface LocalPresenceEvents {
  /** The entry of a socket of this process was added, changed or removed. */
  changed: [room: string, id_socket: string];
  typing: [room: string, user: Typist];
  /** The first observer of a room was added. */
  roomOpened: [room: ObservedRoom];
  /** The last observer of a room was removed. */
  roomClosed: [room: ObservedRoom];
  typingOpened: [room: string];
  typingClosed: [room: string];
}

/** Presence of this process, in its memory: all there is, unless RedisPresence adds the entries of other processes. */
export class MemoryPresence extends EventEmitter<LocalPresenceEvents> implements Presence {
  readonly status: ConnectionStatus = { state: 'up', since: new Date() };
  readonly entries = new LocalEntries();
  readonly observed: RefCountedMap<string, ObservedRoom>;
  readonly typists: Typing;

  constructor(log: Log, options: PresenceOptions = {}) {
    super();
    const {
      clock = systemClock,
      windowMs = WINDOW_MS,
      typingEveryMs = TYPING_THROTTLE_MS,
      isOnlyProcess = true,
    } = options;
    this.observed = new RefCountedMap(
      (name) => {
        const room = new ObservedRoom(name, { clock, log, windowMs, local: this.entries });
        if (isOnlyProcess) room.setPartial(false);
        this.emit('roomOpened', room);
        return room;
      },
      (room) => {
        room.close();
        this.emit('roomClosed', room);
      },
    );
    this.typists = new Typing(
      { clock, log, throttleMs: typingEveryMs },
      {
        opened: (room) => this.emit('typingOpened', room),
        closed: (room) => this.emit('typingClosed', room),
      },
    );
  }

  get present(): number {
    return this.entries.size;
  }

  busiest(limit: number): string[] {
    return this.entries.busiest(limit);
  }

  enter(room: string, entry: PresenceEntry): void {
    const before = this.entries.get(room, entry.id_socket);
    if (this.entries.set(room, entry)) this.#changed(room, entry.id_socket, before);
  }

  leave(room: string, id_socket: string): void {
    const before = this.entries.get(room, id_socket);
    if (this.entries.delete(room, id_socket)) this.#changed(room, id_socket, before);
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

  /** @param timeoutMs milliseconds to wait for a room that is partial */
  async observe(name: string, listener: PresenceListener, timeoutMs = 0): Promise<Observation> {
    const { value: room, release } = this.observed.acquire(name);
    await room.whenComplete(timeoutMs);
    return room.subscribe(listener, release);
  }

  typing(room: string, user: Typist): void {
    if (this.typists.throttle(room, user.id_user)) return;
    this.typists.emit(room, user);
    this.emit('typing', room, user);
  }

  stopTyping(room: string, id_user: string): void {
    this.typists.resetThrottle(room, id_user);
  }

  observeTyping(room: string, listener: TypingListener): () => void {
    return this.typists.observe(room, listener);
  }

  async summary(): Promise<Summary> {
    const rooms = this.entries.rooms().map((room) => [room, this.entries.in(room)] as const);
    return { ...summaryOf(new Map(rooms)), partial: false };
  }

  async presentUsers(): Promise<ReadonlySet<string>> {
    return usersIn(this.entries.rooms().map((room) => this.entries.in(room)));
  }

  /** Entries in memory end with their process. */
  async flush(): Promise<number> {
    return 0;
  }

  async stop(): Promise<void> {
    this.entries.clear();
    this.observed.clear();
    this.typists.close();
  }

  #changed(room: string, id_socket: string, before: PresenceEntry | undefined): void {
    this.observed.get(room)?.change((entries) => entries.changeLocal(id_socket, before));
    this.emit('changed', room, id_socket);
  }
}
