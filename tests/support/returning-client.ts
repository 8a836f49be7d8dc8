import { createRequire } from 'node:module';
import type { ServerFrame } from '../../server/sockets/frames.js';
import { until } from './until.js';

/** What is used of Primus' client, the same that pages have. */
interface PrimusClient {
  on(event: 'open' | 'close' | 'data' | 'error', listener: (data: unknown) => void): this;
  write(data: object): boolean;
  end(): void;
  socket: { id: string; transport: { name: string } } | null;
}

const { createSocket } = createRequire(import.meta.url)('primus') as {
  createSocket(options: object): new (url: string, options: object) => PrimusClient;
};
const Client = createSocket({ transformer: 'engine.io', pathname: '/primus', parser: 'JSON' });

/** A socket that comes back when it is lost, as a page's does, and enters its room again. */
export class ReturningClient {
  readonly frames: ServerFrame[] = [];
  /** How often it was connected. */
  connections = 0;
  /** Is in the room over its present connection. */
  isJoined = false;
  private readonly client: PrimusClient;
  private readonly acks = new Set<unknown>();

  /** @param websockets false: long-polling alone */
  constructor(
    url: string,
    readonly room: string,
    { websockets }: { websockets: boolean },
  ) {
    const reconnect = { min: 50, max: 500, factor: 1.5, retries: Number.POSITIVE_INFINITY };
    const strategy = 'disconnect,online,timeout';
    this.client = new Client(url, { websockets, reconnect, strategy, pingTimeout: false });
    this.client.on('open', () => {
      this.connections += 1;
      this.client.write({ type: 'joinRoom', room });
    });
    this.client.on('close', () => {
      this.isJoined = false;
    });
    this.client.on('data', (data) => {
      const frame = data as ServerFrame;
      this.frames.push(frame);
      if (frame.type === 'roomSnapshot') this.isJoined = true;
      if (frame.type === 'ack') this.acks.add(frame.ref);
    });
    this.client.on('error', () => {});
  }

  /** The id of its session, while there is one. */
  get sid(): string | undefined {
    return this.client.socket?.id;
  }

  get transport(): string | undefined {
    return this.client.socket?.transport.name;
  }

  /** The bodies of all messages that it was shown, by the room's feed or by a snapshot. */
  get bodies(): Set<string> {
    const bodies = this.frames.flatMap((frame) => {
      if (frame.type === 'deliverMessage') return [frame.message.body];
      return frame.type === 'roomSnapshot' ? frame.messages.map(({ body }) => body) : [];
    });
    return new Set(bodies);
  }

  /** Writes a message and waits until it is acknowledged. */
  async say(body: string): Promise<void> {
    this.client.write({ type: 'createMessage', ref: body, message: { room: this.room, body } });
    await until(`an acknowledgement of ${body}`, () => this.acks.has(body));
  }

  end(): void {
    this.client.end();
  }
}
