import {
  ChatClient,
  type Message,
  openTransport,
  type Position,
  type Room,
  type ServerFrame,
  type Transport,
} from 'changeroom-client';
import { until } from './until.js';

export interface ReturningClientOptions {
  /** False: long-polling only. */
  websockets: boolean;
  /** Cookie of a guest: the client is the same guest after each reconnect. */
  cookie?: string;
}

/** A client that returns to its room after each lost connection, as a page does. Records all frames. */
export class ReturningClient {
  readonly room: string;
  readonly frames: ServerFrame[] = [];
  readonly #client: ChatClient;
  readonly #room: Room;
  readonly #answers = new Map<unknown, ServerFrame>();
  #connections = 0;
  #isEnded = false;
  #refs = 0;
  #transport: Transport | null = null;
  #lose: () => void = () => {};

  constructor(url: string, room: string, { websockets, cookie }: ReturningClientOptions) {
    this.room = room;
    this.#client = new ChatClient({
      url,
      transports: websockets ? ['polling', 'websocket'] : ['polling'],
      headers: cookie ? { cookie } : {},
      reconnectDelayMs: { min: 100, max: 500 },
      open: (...parameters) => {
        const transport = openTransport(...parameters);
        const [, , listener] = parameters;
        this.#transport = transport;
        this.#lose = () => {
          transport.close();
          listener.closed();
        };
        return transport;
      },
    });
    this.#client.subscribe((event) => {
      if (event.type === 'connection' && event.state.name === 'open') this.#connections += 1;
      if (event.type === 'frame') this.#record(event.frame);
    });
    this.#room = this.#client.join(room);
    this.#client.connect();
  }

  /** Number of connections since the start. */
  get connections(): number {
    return this.#connections;
  }

  /** The client is in the room over its current connection. */
  get isJoined(): boolean {
    return this.#room.status === 'live' || this.#room.status === 'stale';
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Joins the room again after the server refused the first request. */
  join(): void {
    this.#client.send({ type: 'joinRoom', room: this.room });
  }

  /** Id of the session, while there is one. */
  get sid(): string | undefined {
    return this.#session?.id;
  }

  get transport(): string | undefined {
    return this.#session?.transport;
  }

  /**
   * The messages of the client's room from the newest back to the first gap, and the position from which they have to
   * equal the table; null: from the beginning.
   */
  get window(): { messages: readonly Message[]; from: Position | null } {
    const { messages, gaps, isComplete } = this.#room;
    const gap = messages.findLastIndex(({ id }) => gaps.has(id));
    const window = messages.slice(Math.max(0, gap));
    return { messages: window, from: gap < 0 && isComplete ? null : (window[0] ?? null) };
  }

  /** Bodies of all messages that the room delivered or a snapshot contained. */
  get bodies(): Set<string> {
    const bodies = this.frames.flatMap((frame) => {
      if (frame.type === 'deliverMessage') return [frame.message.body];
      return frame.type === 'roomSnapshot' ? frame.messages.map(({ body }) => body) : [];
    });
    return new Set(bodies);
  }

  /** Sends a frame. @returns the answer; null if the client is not in its room, or loses the connection */
  async ask(frame: { type: string; [field: string]: unknown }): Promise<ServerFrame | null> {
    const { connections } = this;
    this.#refs += 1;
    const ref = `r${this.#refs}`;
    const isLost = () => !this.isJoined || this.#connections !== connections;
    if (isLost()) return null;
    // Tests also send frames that the types do not allow.
    this.#client.send({ ...frame, ref } as never);
    await until(`an answer to ${frame.type}`, () => this.#answers.has(ref) || isLost());
    return this.#answers.get(ref) ?? null;
  }

  /** Writes a message. @throws Error if it is not acknowledged */
  async say(body: string): Promise<void> {
    const answer = await this.ask({ type: 'createMessage', message: { room: this.room, body } });
    if (answer?.type !== 'ack') throw new Error(`${body} was answered with ${JSON.stringify(answer)}`);
  }

  /** Loses the connection. */
  drop(): void {
    this.#lose();
  }

  end(): void {
    this.#isEnded = true;
    this.#client.close();
  }

  get #session() {
    return this.#client.connection.name === 'open' ? (this.#transport?.session ?? null) : null;
  }

  #record(frame: ServerFrame): void {
    this.frames.push(frame);
    if ('ref' in frame) this.#answers.set(frame.ref, frame);
  }
}
