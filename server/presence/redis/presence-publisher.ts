import type { Typist } from '../../protocol/presence.js';
import type { Clock } from '../clock.js';
import { KEEP_MS } from './node-lease.js';
import type { OwnEntries } from './own-entries.js';
import type { RedisLink } from './redis-link.js';

/**
 * Collects the changes of this process and writes them to Redis. Keeps only which sockets changed, and has one batch in
 * flight: a slow Redis gets fewer and larger batches, never a queue. A failure drops the link; the next link begins with
 * an announcement of all entries.
 */
export class PresencePublisher {
  readonly #own: OwnEntries;
  readonly #options: { clock: Clock; sendMs: number };
  #link: RedisLink | null = null;
  #changed = new Map<string, Set<string>>();
  #typing = new Map<string, { room: string; user: Typist }>();
  #mustAnnounce = false;
  /** The batch in flight. */
  #sending: Promise<void> | null = null;
  #cancelSending: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;

  /** @param options `sendMs`: milliseconds over which changes are collected */
  constructor(own: OwnEntries, options: { clock: Clock; sendMs: number }) {
    this.#own = own;
    this.#options = options;
  }

  /** The entry of a socket of this process was added, changed or removed. */
  addChange(room: string, id_socket: string): void {
    // Without a link, the next announcement has the change.
    if (!this.#link) return;
    const ids = this.#changed.get(room) ?? new Set();
    this.#changed.set(room, ids.add(id_socket));
    this.#scheduleSend();
  }

  addTyping(room: string, user: Typist): void {
    // A typing event has expired when the link is open again.
    if (!this.#link) return;
    this.#typing.set(typingKey(room, user.id_user), { room, user });
    this.#scheduleSend();
  }

  removeTyping(room: string, id_user: string): void {
    this.#typing.delete(typingKey(room, id_user));
  }

  /**
   * Announces all entries over a new link, and writes changes from then on. Resolves when the announcement was written
   * or the link is lost.
   */
  async open(link: RedisLink): Promise<void> {
    this.#link = link;
    this.#mustAnnounce = true;
    this.#send(link);
    this.#scheduleRenewal();
    await this.#sending;
  }

  /** Writes all entries again, because other nodes may ignore this one. */
  announceAgain(): void {
    if (!this.#link) return;
    this.#mustAnnounce = true;
    this.#scheduleSend();
  }

  /** Sends nothing more. Resolves when no batch is in flight. */
  async close(): Promise<void> {
    this.#link = null;
    this.#changed = new Map();
    this.#typing.clear();
    this.#cancelSending?.();
    this.#cancelSending = null;
    this.#cancelRenewal?.();
    const sending = this.#sending;
    this.#sending = null;
    await sending;
  }

  #scheduleSend(): void {
    const link = this.#link;
    if (!link || this.#sending || this.#cancelSending) return;
    if (this.#changed.size + this.#typing.size === 0 && !this.#mustAnnounce) return;
    this.#cancelSending = this.#options.clock.after(this.#options.sendMs, () => {
      this.#cancelSending = null;
      this.#send(link);
    });
  }

  #send(link: RedisLink): void {
    const sending = this.#write(link).catch((error) => link.drop(error));
    this.#sending = sending;
    void sending.then(() => {
      if (this.#sending !== sending) return;
      this.#sending = null;
      this.#scheduleSend();
    });
  }

  async #write({ commands }: RedisLink): Promise<void> {
    const changed = this.#changed;
    const typing = this.#typing;
    const mustAnnounce = this.#mustAnnounce;
    this.#changed = new Map();
    this.#typing = new Map();
    this.#mustAnnounce = false;
    await Promise.all([
      this.#own.publishTyping(commands, [...typing.values()]),
      mustAnnounce ? this.#own.announce(commands) : this.#own.update(commands, changed),
    ]);
  }

  /** Writes unchanged entries again before they expire, which also repairs entries that were lost unnoticed. */
  #scheduleRenewal(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.#options.clock.after(KEEP_MS / 3, () => {
      this.announceAgain();
      this.#scheduleRenewal();
    });
  }
}

function typingKey(room: string, id_user: string): string {
  return JSON.stringify([room, id_user]);
}
