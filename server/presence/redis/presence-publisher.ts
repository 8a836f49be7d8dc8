import type { Typist } from '../../protocol/presence.js';
import type { Clock } from '../clock.js';
import { KEEP_MS } from './node-lease.js';
import type { OwnEntries } from './own-entries.js';
import type { RedisLink } from './redis-link.js';

/**
 * Gathers what changes in this process and has it written. Only which sockets changed is kept, and one batch is on
 * its way at a time: a slow Redis gets fewer and larger batches, never a queue. What fails drops the link; the next
 * link begins with an announcement of all there is.
 */
export class PresencePublisher {
  readonly #own: OwnEntries;
  readonly #options: { clock: Clock; sendMs: number };
  #link: RedisLink | null = null;
  #changed = new Map<string, Set<string>>();
  #typing = new Map<string, { room: string; user: Typist }>();
  #mustAnnounce = false;
  /** What is on its way. */
  #sending: Promise<void> | null = null;
  #cancelSending: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;

  /** @param sendMs milliseconds for which changes are gathered */
  constructor(own: OwnEntries, options: { clock: Clock; sendMs: number }) {
    this.#own = own;
    this.#options = options;
  }

  /** The socket's entry in the room is new, different or gone. */
  noteChange(room: string, id_socket: string): void {
    if (!this.#link) return; // all there is will be announced
    const ids = this.#changed.get(room) ?? new Set();
    this.#changed.set(room, ids.add(id_socket));
    this.#sendSoon();
  }

  noteTyping(room: string, user: Typist): void {
    if (!this.#link) return; // it means nothing any more when the link is back
    this.#typing.set(typingKey(room, user.id_user), { room, user });
    this.#sendSoon();
  }

  forgetTyping(room: string, id_user: string): void {
    this.#typing.delete(typingKey(room, id_user));
  }

  /** Announces all entries over a new link, and from now on what changes. Resolves when that was done or the link is lost. */
  async open(link: RedisLink): Promise<void> {
    this.#link = link;
    this.#mustAnnounce = true;
    this.#send(link);
    this.#renewLater();
    await this.#sending;
  }

  /** Others may have given this node up: tells them all there is. */
  announceAgain(): void {
    if (!this.#link) return;
    this.#mustAnnounce = true;
    this.#sendSoon();
  }

  /** Sends nothing more. Resolves when nothing is on its way. */
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

  #sendSoon(): void {
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
      this.#sendSoon();
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
      this.#own.tellTyping(commands, [...typing.values()]),
      mustAnnounce ? this.#own.announce(commands) : this.#own.update(commands, changed),
    ]);
  }

  /** Keeps what does not change from expiring; and whatever went wrong unnoticed is right again after it. */
  #renewLater(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.#options.clock.after(KEEP_MS / 3, () => {
      this.announceAgain();
      this.#renewLater();
    });
  }
}

function typingKey(room: string, id_user: string): string {
  return JSON.stringify([room, id_user]);
}
