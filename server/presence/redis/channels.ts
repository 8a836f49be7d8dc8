import type { Redis } from 'ioredis';

/** Takes the text of a message. */
type Reader = (text: string) => void;

/** Channels in one command. */
const AT_ONCE = 500;

/** The channels that a link listens to, each with the one who reads it. */
export class Channels {
  readonly #subscriber: Redis;
  readonly #readers = new Map<string, Reader>();

  constructor(subscriber: Redis) {
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string, text: string) => this.#readers.get(channel)?.(text));
  }

  /** Resolves when nothing more will be missed. @throws Error when the link fails */
  async listen(readers: readonly (readonly [channel: string, read: Reader])[]): Promise<void> {
    for (let i = 0; i < readers.length; i += AT_ONCE) {
      const some = readers.slice(i, i + AT_ONCE);
      for (const [channel, read] of some) this.#readers.set(channel, read);
      await this.#subscriber.subscribe(...some.map(([channel]) => channel));
    }
  }

  /** Redis carries commands out in order: who listens again at once, listens. @throws Error when the link fails */
  async leave(channel: string): Promise<void> {
    this.#readers.delete(channel);
    await this.#subscriber.unsubscribe(channel);
  }
}
