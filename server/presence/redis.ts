import { randomUUID } from 'node:crypto';
import type { RedisAddress } from '../config/redis-url.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ReconnectingConnection } from '../lib/reconnecting-connection.js';
import type { PresenceCount, PresenceEntry, PresentUsers, Typist } from '../protocol/presence.js';
import type { Log } from '../telemetry/logger.js';
import { type Clock, systemClock } from './clock.js';
import { countOf, inOrder, summaryOf } from './entries.js';
import { type LocalPresenceListener, MemoryPresence, SYNC_TIMEOUT_MS } from './memory.js';
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
import { buryDeadNodes } from './redis/bury-dead-nodes.js';
import { Channels } from './redis/channels.js';
import { Keys } from './redis/keys.js';
import { leaseMs, NodeLease } from './redis/node-lease.js';
import { OwnEntries } from './redis/own-entries.js';
import { PresencePublisher } from './redis/presence-publisher.js';
import { openRedisLink, type RedisLink } from './redis/redis-link.js';
import { RemoteNodes } from './redis/remote-nodes.js';
import { readTypingMessage } from './redis/wire.js';

export interface RedisPresenceOptions extends PresenceOptions {
  /** Milliseconds after which the entries of a process that was killed are gone everywhere. */
  heartbeatMs?: number;
  /** Milliseconds for which changes are gathered before the other processes are told. */
  sendMs?: number;
}

/** Milliseconds for saying goodbye. */
const FAREWELL_MS = 1_000;

/**
 * Presence of several processes that share a Redis. Each keeps what it knows of its own sockets in memory, writes it
 * to Redis for those who come later, and tells those who are there by channels; see redis/keys.ts.
 *
 * While Redis is away, everything goes on with what this process has and what it last heard of the others, marked
 * partial. Afterwards it announces its entries, reads those of the others, and tells listeners the difference.
 */
export class RedisPresence implements Presence {
  /** Names this life of the process. */
  readonly #node = randomUUID();
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #here: MemoryPresence;
  readonly #own: OwnEntries;
  readonly #outbox: PresencePublisher;
  readonly #connection: ReconnectingConnection<RedisLink>;
  #channels: Channels | null = null;
  #heartbeat: NodeLease | null = null;
  #remoteNodes: RemoteNodes | null = null;
  /** The others when the link was lost. */
  #lastNodes: string[] = [];
  #isStopped = false;

  constructor(address: RedisAddress, log: Log, options: RedisPresenceOptions = {}) {
    const { clock = systemClock, heartbeatMs = 5_000, sendMs = 50 } = options;
    this.#clock = clock;
    this.#heartbeatMs = heartbeatMs;
    this.#keys = new Keys(address.key, Number(new URL(address.url).pathname.slice(1)) || 0);
    this.#here = new MemoryPresence(log, options, this.#exchange());
    this.#own = new OwnEntries(this.#here.entries, this.#keys, this.#node, leaseMs(heartbeatMs));
    this.#outbox = new PresencePublisher(this.#own, { clock, sendMs });
    this.#connection = new ReconnectingConnection(
      {
        open: (onLost) => this.#open(address, onLost),
        close: (link) => link.drop(new Error('stopped')),
      },
      { name: 'redis', log: log.child({ client: 'presence' }), maxDelayMs: heartbeatMs / 2 },
      { down: () => this.#lost() },
    );
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  get present(): number {
    return this.#here.present;
  }

  /** Begins to connect, and keeps at it until `stop()`. */
  start(): void {
    this.#connection.start();
  }

  busiest(limit: number): string[] {
    return this.#here.busiest(limit);
  }

  enter(room: string, entry: PresenceEntry): void {
    this.#here.enter(room, entry);
  }

  leave(room: string, id_socket: string): void {
    this.#here.leave(room, id_socket);
  }

  rename(id_user: string, name: string): void {
    this.#here.rename(id_user, name);
  }

  async users(name: string): Promise<PresentUsers> {
    const room = this.#observedRoom(name);
    if (room) return { users: room.users(), partial: room.partial };
    const { rooms, partial } = await this.#fetch([name]);
    return { users: inOrder(rooms.get(name) ?? []), partial };
  }

  async counts(names: Iterable<string>): Promise<Counts> {
    const rooms = new Map<string, PresenceCount>();
    const unknown: string[] = [];
    let partial = this.#connection.link === null;
    for (const name of names) {
      const room = this.#observedRoom(name);
      rooms.set(name, room?.count() ?? { sockets: 0, users: 0 });
      if (!room) unknown.push(name);
      else partial ||= room.partial;
    }
    if (unknown.length === 0) return { rooms, partial };
    const fetched = await this.#fetch(unknown);
    for (const name of unknown) rooms.set(name, countOf(fetched.rooms.get(name) ?? []));
    return { rooms, partial: partial || fetched.partial };
  }

  observe(room: string, listener: PresenceListener): Promise<Observation> {
    const isHopeless = this.status.state === 'down';
    return this.#here.observed.observe(room, listener, isHopeless ? 0 : SYNC_TIMEOUT_MS);
  }

  typing(room: string, user: Typist): void {
    this.#here.typing(room, user);
  }

  stopTyping(room: string, id_user: string): void {
    this.#here.stopTyping(room, id_user);
    this.#outbox.forgetTyping(room, id_user);
  }

  observeTyping(room: string, listener: TypingListener): () => void {
    return this.#here.observeTyping(room, listener);
  }

  async summary(): Promise<Summary> {
    const { rooms, partial } = await this.#fetch('all');
    return { ...summaryOf(rooms), partial };
  }

  async flush(): Promise<number> {
    const { link } = this.#connection;
    if (!link) return 0;
    return buryDeadNodes(link.commands, this.#keys).catch(() => 0);
  }

  async stop(): Promise<void> {
    const { link } = this.#connection;
    this.#isStopped = true;
    this.#heartbeat?.stop();
    this.#remoteNodes?.close();
    const farewell = this.#outbox.close().then(() => link && this.#own.remove(link.commands));
    const late = new Promise<void>((resolve) => void this.#clock.after(FAREWELL_MS, resolve));
    await Promise.race([farewell.catch(() => {}), late]);
    await this.#connection.stop();
    await this.#here.stop();
  }

  async #open(address: RedisAddress, onLost: (reason: Error) => void): Promise<RedisLink> {
    const link = await openRedisLink(address, onLost);
    try {
      if (this.#isStopped) throw new Error('stopped');
      await this.#use(link);
    } catch (error) {
      link.drop(error as Error);
      throw error;
    }
    return link;
  }

  async #use(link: RedisLink): Promise<void> {
    const clock = this.#clock;
    const heartbeatMs = this.#heartbeatMs;
    const keys = this.#keys;
    const node = this.#node;
    const channels = new Channels(link.subscriber);
    const others = new RemoteNodes({
      link,
      channels,
      keys,
      clock,
      node,
      missing: this.#lastNodes,
      patienceMs: heartbeatMs,
    });
    const heartbeat = new NodeLease(link, { clock, keys, node, heartbeatMs }, (isKept, living) => {
      others.heard(living);
      if (!isKept) this.#outbox.announceAgain();
    });
    this.#channels = channels;
    this.#remoteNodes = others;
    this.#heartbeat = heartbeat;
    await others.open();
    await channels.listen(this.#here.typists.rooms().map((room) => this.#typingReader(room)));
    await heartbeat.start();
    others.follow(this.#here.observed.all());
    await this.#outbox.open(link);
  }

  #lost(): void {
    this.#heartbeat?.stop();
    this.#remoteNodes?.close();
    this.#lastNodes = this.#remoteNodes?.nodes ?? this.#lastNodes;
    this.#channels = null;
    this.#heartbeat = null;
    this.#remoteNodes = null;
    void this.#outbox.close();
    for (const room of this.#here.observed.all()) {
      room.partial = true;
      room.stopWaiting();
    }
  }

  #exchange(): LocalPresenceListener {
    return {
      changed: (room, id_socket) => this.#outbox.noteChange(room, id_socket),
      typing: (room, user) => this.#outbox.noteTyping(room, user),
      roomOpened: (room) => this.#remoteNodes?.follow([room]),
      roomClosed: (room) => this.#remoteNodes?.unfollow(room),
      typingOpened: (room) => this.#useChannels((channels) => channels.listen([this.#typingReader(room)])),
      typingClosed: (room) => this.#useChannels((channels) => channels.leave(this.#keys.typingChannel(room))),
    };
  }

  #useChannels(use: (channels: Channels) => Promise<void>): void {
    // A failure here is a failure of the link, which is noticed and answered elsewhere.
    if (this.#channels) use(this.#channels).catch(() => {});
  }

  #typingReader(room: string): [channel: string, read: (text: string) => void] {
    const read = (text: string) => {
      const message = readTypingMessage(text);
      // What happened here was told here at once.
      if (message && message.node !== this.#node) this.#here.typists.tell(room, message.user);
    };
    return [this.#keys.typingChannel(room), read];
  }

  /** The room as this process follows it, unless asking Redis would give a better answer. */
  #observedRoom(name: string): ObservedRoom | undefined {
    const room = this.#here.observed.get(name);
    return room && (!room.partial || !this.#connection.link) ? room : undefined;
  }

  /** Everybody in some rooms, in no order: those of this process in any case. */
  async #fetch(
    wanted: readonly string[] | 'all',
  ): Promise<{ rooms: Map<string, PresenceEntry[]>; partial: boolean }> {
    const others = this.#remoteNodes;
    const found = this.#connection.link && others ? await others.fetch(wanted).catch(() => null) : null;
    const { entries } = this.#here;
    const here = new Map(
      (wanted === 'all' ? entries.rooms() : wanted).map((room) => [room, entries.in(room)]),
    );
    return {
      rooms: mergeRooms([here, ...(found ?? [])]),
      partial: !found || !others?.isComplete,
    };
  }
}

/** A socket is in a room once, whoever says so. */
function mergeRooms(sources: readonly Map<string, PresenceEntry[]>[]): Map<string, PresenceEntry[]> {
  const merged = new Map<string, Map<string, PresenceEntry>>();
  for (const [room, entries] of sources.flatMap((source) => [...source])) {
    const present = merged.get(room) ?? new Map<string, PresenceEntry>();
    merged.set(room, present);
    for (const entry of entries) if (!present.has(entry.id_socket)) present.set(entry.id_socket, entry);
  }
  return new Map([...merged].map(([room, present]) => [room, [...present.values()]]));
}
