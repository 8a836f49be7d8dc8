import { randomUUID } from 'node:crypto';
import type { RedisAddress } from '../config/redis-url.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ReconnectingConnection } from '../lib/reconnecting-connection.js';
import type { PresenceCount, PresenceEntry, PresentUsers, Typist } from '../protocol/presence.js';
import type { Log } from '../telemetry/logger.js';
import { type Clock, systemClock } from './clock.js';
import { countOf, inOrder, summaryOf, usersIn } from './entries.js';
import { MemoryPresence } from './memory-presence.js';
import type { ObservedRoom } from './observed-room.js';
import type {
  Counts,
  Observation,
  Presence,
  PresenceListener,
  PresenceOptions,
  Summary,
  TypingListener,
} from './presence.js';
import { evictDeadNodes } from './redis/evict-dead-nodes.js';
import { Keys } from './redis/keys.js';
import { leaseMs } from './redis/node-lease.js';
import { OwnEntries } from './redis/own-entries.js';
import { PresencePublisher } from './redis/presence-publisher.js';
import { PresenceSession } from './redis/presence-session.js';
import { openRedisLink, type RedisLink } from './redis/redis-link.js';

export interface RedisPresenceOptions extends Omit<PresenceOptions, 'isOnlyProcess'> {
  /** Milliseconds after which the entries of a process that was killed are gone everywhere. */
  heartbeatMs?: number;
  /** Milliseconds over which changes are collected before they are sent to the other processes. */
  sendMs?: number;
  /** Milliseconds for which an observer waits for the entries of the other processes, at most. */
  syncTimeoutMs?: number;
}

const HEARTBEAT_MS = 5_000;
const SEND_MS = 50;
const SYNC_TIMEOUT_MS = 1_000;
/** Milliseconds for removing the entries of this process when it stops. */
const STOP_TIMEOUT_MS = 1_000;

/**
 * Presence of several processes that share a Redis. Each process has the entries of its own sockets in memory, writes
 * them to Redis for processes that start later, and publishes changes in channels; see redis/keys.ts.
 *
 * While Redis is unavailable, the entries of this process and the last known entries of the others are used, marked
 * partial. Afterwards this process announces its entries, reads those of the others, and sends listeners the difference.
 */
export class RedisPresence implements Presence {
  /** Identifies this run of the process. */
  readonly #node = randomUUID();
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #syncTimeoutMs: number;
  readonly #local: MemoryPresence;
  readonly #own: OwnEntries;
  readonly #publisher: PresencePublisher;
  readonly #connection: ReconnectingConnection<PresenceSession>;
  /** Also while the link is being prepared; `#connection.link` is the same one, once it is up. */
  #session: PresenceSession | null = null;
  /** The living nodes when the last link was lost. */
  #lastNodes: string[] = [];
  #isStopped = false;

  constructor(address: RedisAddress, log: Log, options: RedisPresenceOptions = {}) {
    const { clock = systemClock, heartbeatMs = HEARTBEAT_MS, sendMs = SEND_MS } = options;
    this.#clock = clock;
    this.#heartbeatMs = heartbeatMs;
    this.#syncTimeoutMs = options.syncTimeoutMs ?? SYNC_TIMEOUT_MS;
    this.#keys = new Keys(address.keyPrefix, Number(new URL(address.url).pathname.slice(1)) || 0);
    this.#local = new MemoryPresence(log, { ...options, isOnlyProcess: false });
    this.#own = new OwnEntries(this.#local.entries, this.#keys, this.#node, leaseMs(heartbeatMs));
    this.#publisher = new PresencePublisher(this.#own, { clock, sendMs });
    this.#connection = new ReconnectingConnection(
      {
        open: (onLost) => this.#open(address, onLost),
        close: ({ link }) => link.drop(new Error('stopped')),
      },
      { name: 'redis', log: log.child({ client: 'presence' }), maxDelayMs: heartbeatMs / 2 },
      { down: () => this.#lost() },
    );
    this.#publishLocalEvents();
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  get present(): number {
    return this.#local.present;
  }

  /** Connects, and reconnects until `stop()`. */
  start(): void {
    this.#connection.start();
  }

  busiest(limit: number): string[] {
    return this.#local.busiest(limit);
  }

  enter(room: string, entry: PresenceEntry): void {
    this.#local.enter(room, entry);
  }

  leave(room: string, id_socket: string): void {
    this.#local.leave(room, id_socket);
  }

  rename(id_user: string, name: string): void {
    this.#local.rename(id_user, name);
  }

  async users(name: string): Promise<PresentUsers> {
    const room = this.#observedRoom(name);
    if (room) return { users: room.entries.users(), partial: room.isPartial };
    const { rooms, partial } = await this.#fetch([name]);
    return { users: inOrder(rooms.get(name) ?? []), partial };
  }

  async counts(names: Iterable<string>): Promise<Counts> {
    const rooms = new Map<string, PresenceCount>();
    const unobserved: string[] = [];
    let partial = this.#connection.link === null;
    for (const name of names) {
      const room = this.#observedRoom(name);
      rooms.set(name, room?.entries.count() ?? { sockets: 0, users: 0 });
      if (!room) unobserved.push(name);
      else partial ||= room.isPartial;
    }
    if (unobserved.length === 0) return { rooms, partial };
    const fetched = await this.#fetch(unobserved);
    for (const name of unobserved) rooms.set(name, countOf(fetched.rooms.get(name) ?? []));
    return { rooms, partial: partial || fetched.partial };
  }

  observe(room: string, listener: PresenceListener): Promise<Observation> {
    const isDown = this.status.state === 'down';
    return this.#local.observe(room, listener, isDown ? 0 : this.#syncTimeoutMs);
  }

  typing(room: string, user: Typist): void {
    this.#local.typing(room, user);
  }

  stopTyping(room: string, id_user: string): void {
    this.#local.stopTyping(room, id_user);
    this.#publisher.removeTyping(room, id_user);
  }

  observeTyping(room: string, listener: TypingListener): () => void {
    return this.#local.observeTyping(room, listener);
  }

  async summary(): Promise<Summary> {
    const { rooms, partial } = await this.#fetch('all');
    return { ...summaryOf(rooms), partial };
  }

  async presentUsers(): Promise<ReadonlySet<string>> {
    return usersIn((await this.#fetch('all')).rooms.values());
  }

  async flush(): Promise<number> {
    const session = this.#connection.link;
    if (!session) return 0;
    return evictDeadNodes(session.link.commands, this.#keys).catch(() => 0);
  }

  async stop(): Promise<void> {
    const session = this.#connection.link;
    this.#isStopped = true;
    this.#closeSession();
    const removed = this.#publisher.close().then(() => session && this.#own.remove(session.link.commands));
    const timeout = new Promise<void>((resolve) => void this.#clock.after(STOP_TIMEOUT_MS, resolve));
    await Promise.race([removed.catch(() => {}), timeout]);
    await this.#connection.stop();
    await this.#local.stop();
  }

  async #open(address: RedisAddress, onLost: (reason: Error) => void): Promise<PresenceSession> {
    const link = await openRedisLink(address, onLost);
    try {
      if (this.#isStopped) throw new Error('stopped');
      return await this.#prepare(link);
    } catch (error) {
      link.drop(error as Error);
      throw error;
    }
  }

  async #prepare(link: RedisLink): Promise<PresenceSession> {
    const session = new PresenceSession({
      link,
      keys: this.#keys,
      clock: this.#clock,
      node: this.#node,
      heartbeatMs: this.#heartbeatMs,
      missing: this.#lastNodes,
      onTyping: (room, user) => this.#local.typists.emit(room, user),
      onLeaseLost: () => this.#publisher.announceAgain(),
    });
    this.#session = session;
    await session.open(this.#local.typists.rooms());
    session.remoteNodes.follow(this.#local.observed.values());
    await this.#publisher.open(link);
    return session;
  }

  #lost(): void {
    this.#lastNodes = this.#session?.remoteNodes.nodes ?? this.#lastNodes;
    this.#closeSession();
    void this.#publisher.close();
    for (const room of this.#local.observed.values()) {
      room.setPartial(true);
      room.stopWaiting();
    }
  }

  #closeSession(): void {
    this.#session?.close();
    this.#session = null;
  }

  #publishLocalEvents(): void {
    const local = this.#local;
    local.on('changed', (room, id_socket) => this.#publisher.addChange(room, id_socket));
    local.on('typing', (room, user) => this.#publisher.addTyping(room, user));
    local.on('roomOpened', (room) => this.#session?.remoteNodes.follow([room]));
    local.on('roomClosed', (room) => this.#session?.remoteNodes.unfollow(room));
    local.on('typingOpened', (room) => this.#session?.subscribeTyping(room));
    local.on('typingClosed', (room) => this.#session?.unsubscribeTyping(room));
  }

  /** The room as it is observed in this process, unless reading Redis gives a better result. */
  #observedRoom(name: string): ObservedRoom | undefined {
    const room = this.#local.observed.get(name);
    return room && (!room.isPartial || !this.#connection.link) ? room : undefined;
  }

  /** The entries of some rooms, unordered. Those of this process are always among them. */
  async #fetch(
    wanted: readonly string[] | 'all',
  ): Promise<{ rooms: Map<string, PresenceEntry[]>; partial: boolean }> {
    const remoteNodes = this.#connection.link?.remoteNodes;
    const found = (await remoteNodes?.fetch(wanted).catch(() => null)) ?? null;
    const { entries } = this.#local;
    const own = new Map(
      (wanted === 'all' ? entries.rooms() : wanted).map((room) => [room, entries.in(room)]),
    );
    return {
      rooms: mergeRooms([own, ...(found ?? [])]),
      partial: !found || !remoteNodes?.isComplete,
    };
  }
}

/** A socket is in a room once, also when several nodes have an entry of it. */
function mergeRooms(sources: readonly Map<string, PresenceEntry[]>[]): Map<string, PresenceEntry[]> {
  const merged = new Map<string, Map<string, PresenceEntry>>();
  for (const [room, entries] of sources.flatMap((source) => [...source])) {
    const present = merged.get(room) ?? new Map<string, PresenceEntry>();
    merged.set(room, present);
    for (const entry of entries) if (!present.has(entry.id_socket)) present.set(entry.id_socket, entry);
  }
  return new Map([...merged].map(([room, present]) => [room, [...present.values()]]));
}
