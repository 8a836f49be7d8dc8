import type { Redis } from 'ioredis';

type ChannelListener = (text: string) => void;

/** Channels in one command. */
const BATCH_SIZE = 500;

/** The channels to which a link is subscribed, each with one listener. */
export class Channels {
  readonly #subscriber: Redis;
  readonly #listeners = new Map<string, ChannelListener>();

  constructor(subscriber: Redis) {
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string, text: string) => this.#listeners.get(channel)?.(text));
  }

  /** Resolves when all further messages will be received. @throws Error when the link is lost */
  async subscribe(
    channels: readonly (readonly [channel: string, listener: ChannelListener])[],
  ): Promise<void> {
    for (let i = 0; i < channels.length; i += BATCH_SIZE) {
      const batch = channels.slice(i, i + BATCH_SIZE);
      for (const [channel, listener] of batch) this.#listeners.set(channel, listener);
      await this.#subscriber.subscribe(...batch.map(([channel]) => channel));
    }
  }

  /** May be followed by `subscribe` at once: Redis executes commands in order. @throws Error when the link is lost */
  async unsubscribe(channel: string): Promise<void> {
    this.#listeners.delete(channel);
    await this.#subscriber.unsubscribe(channel);
  }
}
