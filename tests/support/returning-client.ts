import { createRequire } from 'node:module';
import type { ServerFrame } from '../../server/protocol/frames.js';
import { until } from './until.js';

/** What is used of Primus' client, the same that pages have. */
interface PrimusClient {
  on(event: 'open' | 'close' | 'data' | 'error', listener: (data: unknown) => void): this;
  write(data: object): boolean;
  end(): void;
  socket: { id: string; transport: { name: string }; close(): void } | null;
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
  /** It does not come back any more. */
  isEnded = false;
  private readonly client: PrimusClient;
  private readonly answers = new Map<unknown, ServerFrame>();
  private refs = 0;

  /**
   * @param websockets false: long-polling alone
   * @param cookie of a guest; the client is the same guest after each reconnect
   */
  constructor(
    url: string,
    readonly room: string,
    { websockets, cookie }: { websockets: boolean; cookie?: string },
  ) {
    const transport = cookie ? { extraHeaders: { cookie } } : {};
    const reconnect = { min: 50, max: 500, factor: 1.5, retries: Number.POSITIVE_INFINITY };
    const strategy = 'disconnect,online,timeout';
    this.client = new Client(url, { websockets, reconnect, strategy, pingTimeout: false, transport });
    this.client.on('open', () => {
      this.connections += 1;
      this.join();
    });
    this.client.on('close', () => {
      this.isJoined = false;
    });
    this.client.on('data', (data) => {
      const frame = data as ServerFrame;
      this.frames.push(frame);
      if (frame.type === 'roomSnapshot') this.isJoined = true;
      if ('ref' in frame) this.answers.set(frame.ref, frame);
    });
    this.client.on('error', () => {});
  }

  /** Asks to enter the room, again where the first request was refused. */
  join(): void {
    this.client.write({ type: 'joinRoom', room: this.room });
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

  /** Sends a frame and resolves with what answers it; null when it is not in its room, or the connection is lost. */
  async ask(frame: { type: string; [field: string]: unknown }): Promise<ServerFrame | null> {
    const { connections } = this;
    this.refs += 1;
    const ref = `r${this.refs}`;
    const isLost = () => !this.isJoined || this.connections !== connections;
    if (isLost()) return null;
    this.client.write({ ...frame, ref });
    await until(`an answer to ${frame.type}`, () => this.answers.has(ref) || isLost(), 20_000);
    return this.answers.get(ref) ?? null;
  }

  /** Writes a message. @throws Error when it is not acknowledged */
  async say(body: string): Promise<void> {
    const answer = await this.ask({ type: 'createMessage', message: { room: this.room, body } });
    if (answer?.type !== 'ack') throw new Error(`${body} was answered with ${JSON.stringify(answer)}`);
  }

  /** Loses the connection. */
  drop(): void {
    this.client.socket?.close();
  }

  end(): void {
    this.isEnded = true;
    this.client.end();
  }
}
