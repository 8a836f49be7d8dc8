import type { Typist } from '../../protocol/presence.js';
import type { Clock } from '../clock.js';
import { Channels } from './channels.js';
import type { Keys } from './keys.js';
import { NodeLease } from './node-lease.js';
import type { RedisLink } from './redis-link.js';
import { RemoteNodes } from './remote-nodes.js';
import { readTypingMessage } from './wire.js';

export interface PresenceSessionOptions {
  link: RedisLink;
  keys: Keys;
  clock: Clock;
  /** This node. */
  node: string;
  heartbeatMs: number;
  /** Nodes that were alive before the previous link was lost. */
  missing: Iterable<string>;
  /** A user types in a room whose typing channel is subscribed, in another process. */
  onTyping(room: string, user: Typist): void;
  /** The lease of this node has expired, so others ignore its entries. */
  onLeaseLost(): void;
}

/** Presence over one link, for the lifetime of the link. */
export class PresenceSession {
  readonly link: RedisLink;
  readonly remoteNodes: RemoteNodes;
  readonly #options: PresenceSessionOptions;
  readonly #channels: Channels;
  readonly #lease: NodeLease;

  constructor(options: PresenceSessionOptions) {
    const { link, keys, clock, node, heartbeatMs, missing } = options;
    this.link = link;
    this.#options = options;
    this.#channels = new Channels(link.subscriber);
    this.remoteNodes = new RemoteNodes({
      link,
      channels: this.#channels,
      keys,
      clock,
      node,
      missing,
      graceMs: heartbeatMs,
    });
    this.#lease = new NodeLease(link, { clock, keys, node, heartbeatMs }, (isHeld, living) => {
      this.remoteNodes.update(living);
      if (!isHeld) options.onLeaseLost();
    });
  }

  /**
   * Subscribes to the other nodes, and takes a lease.
   * @param typingRooms rooms whose typing channels are subscribed too
   * @throws Error when the link is lost
   */
  async open(typingRooms: readonly string[]): Promise<void> {
    await this.remoteNodes.open();
    await this.#channels.subscribe(typingRooms.map((room) => this.#typingChannel(room)));
    await this.#lease.start();
  }

  close(): void {
    this.#lease.stop();
    this.remoteNodes.close();
  }

  // A failure here is a failure of the link, which is detected and handled elsewhere.

  subscribeTyping(room: string): void {
    this.#channels.subscribe([this.#typingChannel(room)]).catch(() => {});
  }

  unsubscribeTyping(room: string): void {
    this.#channels.unsubscribe(this.#options.keys.typingChannel(room)).catch(() => {});
  }

  #typingChannel(room: string): [channel: string, listener: (text: string) => void] {
    const { keys, node, onTyping } = this.#options;
    const listener = (text: string) => {
      const message = readTypingMessage(text);
      // Local events were already delivered locally.
      if (message && message.node !== node) onTyping(room, message.user);
    };
    return [keys.typingChannel(room), listener];
  }
}
