import type { ChainableCommander, Redis } from 'ioredis';
import type { Typist } from '../../protocol/presence.js';
import type { LocalEntries } from '../local-entries.js';
import { fromText, type Keys, toText } from './keys.js';
import { KEEP_MS } from './node-lease.js';
import type { RedisLink } from './redis-link.js';
import { writeEntry, writeNodeMessage, writeRoomMessage, writeTypingMessage } from './wire.js';

/** Sockets in one command or message, and rooms in one batch, so that Redis does not block for other clients. */
const SOCKETS_PER_COMMAND = 500;
const ROOMS_PER_BATCH = 100;

/**
 * Writes this node's entries to Redis. Writes always store the current state, whatever the change was, so repeating
 * one is harmless. Every method rejects when a part was not written.
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
   * Writes all entries, deletes those that are gone, and asks other nodes to read them. The lease is written after the
   * entries, so that a node that sees the lease finds the entries.
   */
  async announce(commands: RedisLink['commands']): Promise<void> {
    const keys = this.#keys;
    const node = this.#node;
    const old = (await commands.smembers(keys.rooms(node))).map(fromText);
    const rooms = new Set([...old, ...this.#local.rooms()]);
    for (const batch of slices([...rooms], ROOMS_PER_BATCH)) {
      await Promise.all(batch.map((room) => this.#replaceRoom(commands, room)));
    }
    await commands.grantLease(keys.nodes, node, this.#leaseMs, KEEP_MS);
    await commands.publish(keys.nodesChannel, writeNodeMessage({ node, is: 'announced' }));
  }

  /** Writes and publishes changes. @param changed sockets by room */
  async update(commands: Redis, changed: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    for (const batch of slices([...changed], ROOMS_PER_BATCH)) {
      const pipeline = commands.pipeline();
      for (const [room, ids] of batch) this.#updateRoom(pipeline, room, [...ids]);
      await execute(pipeline);
    }
  }

  async publishTyping(commands: Redis, typing: readonly { room: string; user: Typist }[]): Promise<void> {
    const keys = this.#keys;
    const node = this.#node;
    const pipeline = commands.pipeline();
    for (const { room, user } of typing) {
      pipeline.publish(keys.typingChannel(room), writeTypingMessage({ node, user }));
    }
    await execute(pipeline);
  }

  /** Deletes this node with its entries, and publishes that it is gone. */
  async remove(commands: Redis): Promise<void> {
    const keys = this.#keys;
    const node = this.#node;
    const pipeline = commands.pipeline();
    for (const room of this.#local.rooms()) pipeline.unlink(keys.entries(node, room));
    pipeline.unlink(keys.rooms(node)).zrem(keys.nodes, node);
    pipeline.publish(keys.nodesChannel, writeNodeMessage({ node, is: 'gone' }));
    await execute(pipeline);
  }

  /** In one transaction, so that readers never see a part of a room. */
  async #replaceRoom(commands: Redis, room: string): Promise<void> {
    const key = this.#keys.entries(this.#node, room);
    const transaction = commands.multi().unlink(key);
    for (const entries of slices(this.#local.in(room), SOCKETS_PER_COMMAND)) {
      transaction.hset(key, ...entries.flatMap(writeEntry));
    }
    transaction.pexpire(key, KEEP_MS);
    this.#updateRoomList(transaction, room);
    await execute(transaction);
  }

  /** Persists entries before publishing them, so that a node that misses the message still finds them in Redis. */
  #updateRoom(pipeline: ChainableCommander, room: string, ids: readonly string[]): void {
    const keys = this.#keys;
    const node = this.#node;
    const key = keys.entries(node, room);
    for (const batch of slices(ids, SOCKETS_PER_COMMAND)) {
      const present = batch.flatMap((id_socket) => this.#local.get(room, id_socket) ?? []);
      const gone = batch.filter((id_socket) => !this.#local.get(room, id_socket));
      if (present.length > 0) pipeline.hset(key, ...present.flatMap(writeEntry)).pexpire(key, KEEP_MS);
      if (gone.length > 0) pipeline.hdel(key, ...gone.map(toText));
      pipeline.publish(keys.roomChannel(room), writeRoomMessage({ node, present, gone }));
    }
    this.#updateRoomList(pipeline, room);
  }

  #updateRoomList(pipeline: ChainableCommander, room: string): void {
    const rooms = this.#keys.rooms(this.#node);
    if (this.#local.has(room)) pipeline.sadd(rooms, toText(room)).pexpire(rooms, KEEP_MS);
    else pipeline.srem(rooms, toText(room));
  }
}

async function execute(pipeline: ChainableCommander): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
