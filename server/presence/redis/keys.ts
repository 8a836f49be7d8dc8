/**
 * The names of everything in Redis. Each process (node) writes keys of its own and reads those of the others:
 *
 *     <prefix>:nodes               sorted set: node → end of its lease, in milliseconds of Redis' clock
 *     <prefix>:rooms:<node>        set: rooms in which the node has entries
 *     <prefix>:in:<node>:<room>    hash: id_socket → [id_user, name]
 *
 * Entries are worth as much as their node's lease. So a heartbeat is one command however many rooms there are, and
 * the entries of a process that was killed are void all at once. All keys expire as well, should nobody clean up.
 */
export class Keys {
  readonly #prefix: string;
  readonly #channel: string;

  /** @param database its number; channels, unlike keys, are common to all databases of a server */
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

  /** What the keys of all the node's entries begin with; the room as in `rooms` follows. */
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

/** JSON keeps apart what UTF-8 would not: lone surrogates. And no name is special, not even `__proto__`. */
export function toText(name: string): string {
  return JSON.stringify(name);
}

export function fromText(text: string): string {
  return JSON.parse(text) as string;
}
