/**
 * The names of all keys and channels in Redis. Each process (node) writes keys of its own and reads those of the others:
 *
 *     <prefix>:nodes               sorted set: node → end of its lease, in milliseconds of the clock of Redis
 *     <prefix>:rooms:<node>        set: rooms in which the node has entries
 *     <prefix>:in:<node>:<room>    hash: id_socket → [id_user, name]
 *
 * Entries are valid as long as the lease of their node. So a heartbeat is one command, whatever the number of rooms, and
 * all entries of a process that was killed become invalid together. All keys expire as well.
 */
export class Keys {
  readonly #prefix: string;
  readonly #channel: string;

  /** @param database the number of the Redis database: channels, unlike keys, are shared by all databases of a server */
  constructor(prefix: string, database: number) {
    this.#prefix = prefix;
    this.#channel = `${prefix}/${database}`;
  }

  get nodes(): string {
    return `${this.#prefix}:nodes`;
  }

  rooms(node: string): string {
    return `${this.#prefix}:rooms:${node}`;
  }

  entries(node: string, room: string): string {
    return this.entriesOf(node) + toText(room);
  }

  /** The prefix of the keys of all the node's entries; the room follows, written as in `rooms`. */
  entriesOf(node: string): string {
    return `${this.#prefix}:in:${node}:`;
  }

  get nodesChannel(): string {
    return `${this.#channel}:nodes`;
  }

  roomChannel(room: string): string {
    return `${this.#channel}:room:${toText(room)}`;
  }

  typingChannel(room: string): string {
    return `${this.#channel}:typing:${toText(room)}`;
  }
}

/** As JSON, which keeps lone surrogates apart (UTF-8 does not) and gives no name a special meaning, as `__proto__`. */
export function toText(name: string): string {
  return JSON.stringify(name);
}

export function fromText(text: string): string {
  return JSON.parse(text) as string;
}
