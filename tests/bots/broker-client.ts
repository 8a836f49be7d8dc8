import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';
import type { Command } from '../../server/bots/command.js';

export interface Delivered {
  content: string;
  headers: Record<string, unknown>;
  messageId: string | undefined;
}

/** A client of the broker: a minimal bot, or an operator. */
export class BrokerClient {
  readonly #model: ChannelModel;

  constructor(
    model: ChannelModel,
    readonly channel: ConfirmChannel,
  ) {
    this.#model = model;
  }

  static async open(url: string): Promise<BrokerClient> {
    const model = await connect(url);
    model.on('error', () => {});
    const channel = await model.createConfirmChannel();
    channel.on('error', () => {});
    return new BrokerClient(model, channel);
  }

  /** Consumes a queue. @returns the deliveries; grows */
  async read(queue: string): Promise<Delivered[]> {
    const delivered: Delivered[] = [];
    const take = ({ content, properties }: { content: Buffer; properties: Options.Publish }) =>
      delivered.push({
        content: content.toString(),
        headers: (properties.headers ?? {}) as Record<string, unknown>,
        messageId: properties.messageId,
      });
    await this.channel.consume(queue, (one) => one && take(one), { noAck: true });
    return delivered;
  }

  /** Resolves when the broker has confirmed the message. Objects are sent as JSON. */
  send(queue: string, content: string | object, options: Options.Publish = {}): Promise<void> {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    return new Promise((resolve, reject) => {
      this.channel.sendToQueue(queue, bytes, options, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Messages that wait in a queue. */
  async depth(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async close(): Promise<void> {
    await this.#model.close().catch(() => {});
  }
}

export const commandOf = ({ content }: Delivered) => JSON.parse(content) as Command;
