import type { PresenceEntry } from '../../protocol/presence.js';
import type { Clock } from '../clock.js';
import type { ObservedRoom } from '../observed-room.js';
import type { Channels } from './channels.js';
import type { Keys } from './keys.js';
import { readNode } from './read-node.js';
import type { RedisLink } from './redis-link.js';
import { type RoomMessage, readNodeMessage, readRoomMessage } from './wire.js';

export interface RemoteNodesOptions {
  link: RedisLink;
  channels: Channels;
  keys: Keys;
  clock: Clock;
  /** This node. */
  node: string;
  /** Nodes that were alive before the previous link was lost. */
  missing: Iterable<string>;
  /** Milliseconds for which these may stay missing: a Redis that was restarted has no nodes at first. */
  graceMs: number;
}

/** A node's entries that are being read. */
interface NodeRead {
  node: string;
  rooms: ReadonlyMap<string, ObservedRoom>;
  /** Messages of the node that arrive while it is read, and may be newer than what is read. */
  buffered: { room: string; message: RoomMessage }[];
}

/** Rooms that are opened together. */
const ROOMS_PER_BATCH = 500;

/**
 * The entries of other nodes, for the lifetime of one link. A node is read when its lease is first seen, when it
 * announces itself and when a room is opened; in between it publishes its changes.
 *
 * The channel of a room is subscribed first, then the nodes are read, then the messages that arrived in between are
 * applied (again). Reading first would lose what is published between reading and subscribing.
 */
export class RemoteNodes {
  readonly #options: RemoteNodesOptions;
  #living = new Set<string>();
  readonly #missing: Set<string>;
  readonly #graceEnd: number;
  readonly #opening = new Set<ObservedRoom>();
  #isOpening = false;
  /** Rooms with a subscribed channel, by name. */
  readonly #followed = new Map<string, ObservedRoom>();
  /** Rooms for which every living node has been read. */
  readonly #read = new Set<ObservedRoom>();
  readonly #reads = new Set<NodeRead>();
  #isRefreshing = false;
  #isClosed = false;

  constructor(options: RemoteNodesOptions) {
    this.#options = options;
    this.#missing = new Set(options.missing);
    this.#graceEnd = options.clock.now() + options.graceMs;
  }

  /** No node is missing that was alive before the previous link was lost. */
  get isComplete(): boolean {
    return this.#missing.size === 0;
  }

  /** All nodes that count as living. */
  get nodes(): string[] {
    return [...this.#living, ...this.#missing];
  }

  /** Subscribes to the announcements of nodes. @throws Error when the link is lost */
  async open(): Promise<void> {
    const { channels, keys } = this.#options;
    await channels.subscribe([[keys.nodesChannel, (text) => this.#onNodeMessage(text)]]);
  }

  /** The link is lost: results of operations in flight are dropped. */
  close(): void {
    this.#isClosed = true;
  }

  /** Adds the entries of other nodes to rooms, keeps them up to date, and marks rooms as complete. */
  follow(rooms: Iterable<ObservedRoom>): void {
    for (const room of rooms) this.#opening.add(room);
    if (!this.#isOpening) this.#attempt(this.#openRooms());
  }

  unfollow(room: ObservedRoom): void {
    this.#opening.delete(room);
    this.#read.delete(room);
    if (this.#followed.get(room.room) !== room) return;
    this.#followed.delete(room.room);
    this.#attempt(this.#options.channels.unsubscribe(this.#options.keys.roomChannel(room.room)));
  }

  /** Takes over the nodes with a lease, as Redis reports them. */
  update(nodes: readonly string[]): void {
    this.#attempt(this.#setLiving(nodes));
  }

  /** Reads the entries of other nodes in some rooms, one map for each node. @throws Error when the link is lost */
  async fetch(rooms: readonly string[] | 'all'): Promise<Map<string, PresenceEntry[]>[]> {
    const { link, keys } = this.#options;
    await this.#refresh();
    return Promise.all([...this.#living].map((node) => readNode(link.commands, keys, node, rooms)));
  }

  async #openRooms(): Promise<void> {
    const { channels, keys } = this.#options;
    this.#isOpening = true;
    while (this.#opening.size > 0) {
      const rooms = [...this.#opening].slice(0, ROOMS_PER_BATCH);
      for (const room of rooms) {
        this.#opening.delete(room);
        this.#followed.set(room.room, room);
      }
      await channels.subscribe(
        rooms.map(({ room }) => [keys.roomChannel(room), (text: string) => this.#onRoomMessage(room, text)]),
      );
      await this.#refresh();
      await Promise.all([...this.#living].map((node) => this.#readInto(node, rooms)));
      for (const room of rooms) if (this.#followed.get(room.room) === room) this.#read.add(room);
      this.#markComplete();
    }
    this.#isOpening = false;
  }

  async #refresh(): Promise<void> {
    const { link, keys } = this.#options;
    await this.#setLiving(await link.commands.livingNodes(keys.nodes));
  }

  async #setLiving(nodes: readonly string[]): Promise<void> {
    const before = this.#living;
    this.#living = new Set(nodes);
    this.#living.delete(this.#options.node);
    if (this.#options.clock.now() >= this.#graceEnd) this.#missing.clear();
    const kept = new Set([...this.#living, ...this.#missing]);
    for (const room of this.#followed.values()) room.change((entries) => entries.keep(kept));
    const appeared = [...this.#living].filter((node) => !before.has(node));
    await Promise.all(appeared.map((node) => this.#readInto(node, this.#followed.values())));
    for (const node of appeared) this.#missing.delete(node);
    this.#markComplete();
  }

  async #readInto(node: string, into: Iterable<ObservedRoom>): Promise<void> {
    const { link, keys } = this.#options;
    const rooms = new Map([...into].map((room) => [room.room, room]));
    const read: NodeRead = { node, rooms, buffered: [] };
    this.#reads.add(read);
    try {
      const found = await readNode(link.commands, keys, node, [...rooms.keys()]);
      if (this.#isClosed || !this.#living.has(node)) return;
      for (const [name, room] of rooms) {
        room.change((entries) => entries.replace(node, found.get(name) ?? []));
      }
      for (const { room, message } of read.buffered) {
        rooms.get(room)?.change((entries) => entries.apply(node, message.present, message.gone));
      }
    } finally {
      this.#reads.delete(read);
    }
  }

  #markComplete(): void {
    if (this.#isClosed || !this.isComplete) return;
    for (const room of this.#read) room.setPartial(false);
  }

  #onRoomMessage(room: string, text: string): void {
    const message = readRoomMessage(text);
    if (!message || this.#isClosed || message.node === this.#options.node) return;
    const { node, present, gone } = message;
    // A node that is not known announces itself before it publishes changes, and is read then.
    if (!this.#living.has(node)) return;
    this.#followed.get(room)?.change((entries) => entries.apply(node, present, gone));
    for (const read of this.#reads) if (read.node === node) read.buffered.push({ room, message });
  }

  #onNodeMessage(text: string): void {
    const message = readNodeMessage(text);
    if (!message || this.#isClosed || message.node === this.#options.node) return;
    const { node, is } = message;
    if (is === 'gone') {
      this.#living.delete(node);
      this.#missing.delete(node);
      for (const room of this.#followed.values()) room.change((entries) => entries.replace(node, []));
      this.#markComplete();
    } else if (this.#living.has(node)) this.#attempt(this.#readInto(node, this.#followed.values()));
    else this.#refreshOnce();
  }

  /** Sees the lease of a new node, which reads its entries. */
  #refreshOnce(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    this.#attempt(
      this.#refresh().finally(() => {
        this.#isRefreshing = false;
      }),
    );
  }

  #attempt(work: Promise<void>): void {
    work.catch((error) => this.#options.link.drop(error));
  }
}
