import type { ChainableCommander, Redis } from 'ioredis';
import type { Typist } from '../../protocol/presence.js';
import type { LocalEntries } from '../local-entries.js';
import { fromText, type Keys, toText } from './keys.js';
import { KEEP_MS } from './node-lease.js';
import type { RedisLink } from './redis-link.js';
import { writeEntry, writeNodeMessage, writeRoomMessage, writeTypingMessage } from './wire.js';

/** Sockets in one command or message, and rooms in one go: so that Redis does not halt for others. */
const SOCKETS_AT_ONCE = 500;
const ROOMS_AT_ONCE = 100;

/**
 * Writes this node's entries to Redis. Always writes what is there now, whatever the change was, so that repeating
 * is harmless. Every method rejects when anything was not written.
 */
export class OwnEntries {
  readonly #local: LocalEntries;
  readonly #keys: Keys;
  readonly #node: string;
  readonly #leaseMs: number;

  constructor(local: LocalEntries, keys: Keys, node: string, leaseMs: number) {
    this.#local = local;
    this.#keys = keys;
    this.#node = node;
    this.#leaseMs = leaseMs;
  }

  /**
   * Writes all there is, deletes what is there no more, and asks the others to read it. The lease comes after the
   * entries: whoever sees it finds them.
   */
  async announce(commands: RedisLink['commands']): Promise<void> {
    const keys = this.#keys;
    const node = this.#node;
    const old = (await commands.smembers(keys.rooms(node))).map(fromText);
    const rooms = new Set([...old, ...this.#local.rooms()]);
    for (const some of slices([...rooms], ROOMS_AT_ONCE)) {
      await Promise.all(some.map((room) => this.#replaceRoom(commands, room)));
    }
    await commands.enrol(keys.nodes, node, this.#leaseMs, KEEP_MS);
    await commands.publish(keys.nodesChannel, writeNodeMessage({ node, is: 'announced' }));
  }

  /** Writes and tells what changed. @param changed sockets by room */
  async update(commands: Redis, changed: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    for (const some of slices([...changed], ROOMS_AT_ONCE)) {
      const pipeline = commands.pipeline();
      for (const [room, ids] of some) this.#updateRoom(pipeline, room, [...ids]);
      await run(pipeline);
    }
  }

  /** Tells who types. */
  async tellTyping(commands: Redis, typing: readonly { room: string; user: Typist }[]): Promise<void> {
    const keys = this.#keys;
    const node = this.#node;
    const pipeline = commands.pipeline();
    for (const { room, user } of typing) {
      pipeline.publish(keys.typingChannel(room), writeTypingMessage({ node, user }));
    }
    await run(pipeline);
  }

  /** Takes this node away, and says so. */
  async remove(commands: Redis): Promise<void> {
    const keys = this.#keys;
    const node = this.#node;
    const pipeline = commands.pipeline();
    for (const room of this.#local.rooms()) pipeline.unlink(keys.entries(node, room));
    pipeline.unlink(keys.rooms(node)).zrem(keys.nodes, node);
    pipeline.publish(keys.nodesChannel, writeNodeMessage({ node, is: 'gone' }));
    await run(pipeline);
  }

  /** In one transaction, so that nobody reads half a room. */
  async #replaceRoom(commands: Redis, room: string): Promise<void> {
    const key = this.#keys.entries(this.#node, room);
    const transaction = commands.multi().unlink(key);
    for (const some of slices(this.#local.in(room), SOCKETS_AT_ONCE)) {
      transaction.hset(key, ...some.flatMap(writeEntry));
    }
    transaction.pexpire(key, KEEP_MS);
    this.#noteRoom(transaction, room);
    await run(transaction);
  }

  /** Writes first and tells then: who was not told will read it. */
  #updateRoom(pipeline: ChainableCommander, room: string, ids: readonly string[]): void {
    const keys = this.#keys;
    const node = this.#node;
    const key = keys.entries(node, room);
    for (const some of slices(ids, SOCKETS_AT_ONCE)) {
      const present = some.flatMap((id_socket) => this.#local.get(room, id_socket) ?? []);
      const gone = some.filter((id_socket) => !this.#local.get(room, id_socket));
      if (present.length > 0) pipeline.hset(key, ...present.flatMap(writeEntry)).pexpire(key, KEEP_MS);
      if (gone.length > 0) pipeline.hdel(key, ...gone.map(toText));
      pipeline.publish(keys.roomChannel(room), writeRoomMessage({ node, present, gone }));
    }
    this.#noteRoom(pipeline, room);
  }

  #noteRoom(pipeline: ChainableCommander, room: string): void {
    const rooms = this.#keys.rooms(this.#node);
    if (this.#local.has(room)) pipeline.sadd(rooms, toText(room)).pexpire(rooms, KEEP_MS);
    else pipeline.srem(rooms, toText(room));
  }
}

async function run(pipeline: ChainableCommander): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
