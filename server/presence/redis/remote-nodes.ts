import type { PresenceEntry } from '../../protocol/presence.js';
import type { Clock } from '../clock.js';
import { LOCAL, type ObservedRoom } from '../observed-room.js';
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
  /** Nodes that were there before the link was lost the last time. */
  missing: Iterable<string>;
  /** Milliseconds for which these may stay missing: a Redis that was restarted knows nobody at first. */
  patienceMs: number;
}

interface Reading {
  node: string;
  rooms: ReadonlyMap<string, ObservedRoom>;
  /** What the node tells while it is being read: perhaps newer than what is read. */
  meanwhile: { room: string; message: RoomMessage }[];
}

/** Rooms to begin with in one go. */
const ROOMS_AT_ONCE = 500;

/**
 * What the other nodes have, for as long as a link lasts. A node is read when its lease is first seen, when it
 * announces itself and when a room is opened; in between it tells what changes.
 *
 * A room's channel is subscribed first, then the nodes are read, then what they told meanwhile is applied (again).
 * Were they read first, what is told between reading and subscribing would be lost.
 */
export class RemoteNodes {
  readonly #options: RemoteNodesOptions;
  #living = new Set<string>();
  readonly #missing: Set<string>;
  readonly #patientUntil: number;
  readonly #opening = new Set<ObservedRoom>();
  #isFollowing = false;
  /** Rooms whose channel is listened to. */
  readonly #followed = new Map<string, ObservedRoom>();
  /** Rooms for which every living node has been read. */
  readonly #read = new Set<ObservedRoom>();
  readonly #readings = new Set<Reading>();
  #isLooking = false;
  #isClosed = false;

  constructor(options: RemoteNodesOptions) {
    this.#options = options;
    this.#missing = new Set(options.missing);
    this.#patientUntil = options.clock.now() + options.patienceMs;
  }

  /** Nobody is missing who was there before the link was lost. */
  get isComplete(): boolean {
    return this.#missing.size === 0;
  }

  /** All nodes that are taken for living. */
  get nodes(): string[] {
    return [...this.#living, ...this.#missing];
  }

  /** Listens to what nodes say of themselves. @throws Error when the link fails */
  async open(): Promise<void> {
    const { channels, keys } = this.#options;
    await channels.listen([[keys.nodesChannel, (text) => this.#nodeTold(text)]]);
  }

  /** The link is lost: what is still under way does not count any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Fills rooms with what others have, keeps them up to date, and says when they are whole. */
  follow(rooms: Iterable<ObservedRoom>): void {
    for (const room of rooms) this.#opening.add(room);
    if (!this.#isFollowing) this.#attempt(this.#followOpening());
  }

  unfollow(room: ObservedRoom): void {
    this.#opening.delete(room);
    this.#read.delete(room);
    if (this.#followed.get(room.room) !== room) return;
    this.#followed.delete(room.room);
    this.#attempt(this.#options.channels.leave(this.#options.keys.roomChannel(room.room)));
  }

  /** Nodes whose leases run, as Redis says. */
  heard(nodes: readonly string[]): void {
    this.#attempt(this.#take(nodes));
  }

  /** Reads what others have in some rooms, one map for each node. @throws Error when the link fails */
  async fetch(rooms: readonly string[] | 'all'): Promise<Map<string, PresenceEntry[]>[]> {
    const { link, keys } = this.#options;
    await this.#look();
    return Promise.all([...this.#living].map((node) => readNode(link.commands, keys, node, rooms)));
  }

  async #followOpening(): Promise<void> {
    const { channels, keys } = this.#options;
    this.#isFollowing = true;
    while (this.#opening.size > 0) {
      const rooms = [...this.#opening].slice(0, ROOMS_AT_ONCE);
      for (const room of rooms) {
        this.#opening.delete(room);
        this.#followed.set(room.room, room);
      }
      await channels.listen(
        rooms.map(({ room }) => [keys.roomChannel(room), (text: string) => this.#roomTold(room, text)]),
      );
      await this.#look();
      await Promise.all([...this.#living].map((node) => this.#readInto(node, rooms)));
      for (const room of rooms) if (this.#followed.get(room.room) === room) this.#read.add(room);
      this.#declareWhole();
    }
    this.#isFollowing = false;
  }

  async #look(): Promise<void> {
    const { link, keys } = this.#options;
    await this.#take(await link.commands.living(keys.nodes));
  }

  async #take(nodes: readonly string[]): Promise<void> {
    const before = this.#living;
    this.#living = new Set(nodes);
    this.#living.delete(this.#options.node);
    if (this.#options.clock.now() >= this.#patientUntil) this.#missing.clear();
    const sources = new Set([LOCAL, ...this.#living, ...this.#missing]);
    for (const room of this.#followed.values()) room.keep(sources);
    const appeared = [...this.#living].filter((node) => !before.has(node));
    await Promise.all(appeared.map((node) => this.#readInto(node, this.#followed.values())));
    for (const node of appeared) this.#missing.delete(node);
    this.#declareWhole();
  }

  async #readInto(node: string, into: Iterable<ObservedRoom>): Promise<void> {
    const { link, keys } = this.#options;
    const rooms = new Map([...into].map((room) => [room.room, room]));
    const reading: Reading = { node, rooms, meanwhile: [] };
    this.#readings.add(reading);
    try {
      const found = await readNode(link.commands, keys, node, [...rooms.keys()]);
      if (this.#isClosed || !this.#living.has(node)) return;
      for (const [name, room] of rooms) room.replace(node, found.get(name) ?? []);
      for (const { room, message } of reading.meanwhile) {
        rooms.get(room)?.apply(node, message.present, message.gone);
      }
    } finally {
      this.#readings.delete(reading);
    }
  }

  #declareWhole(): void {
    if (this.#isClosed || !this.isComplete) return;
    for (const room of this.#read) room.partial = false;
  }

  #roomTold(room: string, text: string): void {
    const message = readRoomMessage(text);
    if (!message || this.#isClosed || message.node === this.#options.node) return;
    const { node, present, gone } = message;
    // Before it says anything else, it announces itself, and is read then.
    if (!this.#living.has(node)) return;
    this.#followed.get(room)?.apply(node, present, gone);
    for (const reading of this.#readings)
      if (reading.node === node) reading.meanwhile.push({ room, message });
  }

  #nodeTold(text: string): void {
    const message = readNodeMessage(text);
    if (!message || this.#isClosed || message.node === this.#options.node) return;
    const { node, is } = message;
    if (is === 'gone') {
      this.#living.delete(node);
      this.#missing.delete(node);
      for (const room of this.#followed.values()) room.replace(node, []);
      this.#declareWhole();
    } else if (this.#living.has(node)) this.#attempt(this.#readInto(node, this.#followed.values()));
    else this.#lookSoon();
  }

  /** Once its lease is seen, a new node is read. */
  #lookSoon(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#attempt(
      this.#look().finally(() => {
        this.#isLooking = false;
      }),
    );
  }

  #attempt(work: Promise<void>): void {
    work.catch((error) => this.#options.link.drop(error));
  }
}
