import { WebSocket } from 'ws';
import type { ServerFrame } from '../../server/protocol/frames.js';
import { until } from './until.js';

type Typed<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/**
 * A raw client of the socket protocol, written independently of packages/client: engine.io's protocol (EIO=4) over one
 * WebSocket. It sends any frame or bytes, records all frames, does not reconnect, and can stop reading.
 */
export class SocketClient {
  /** All received frames, in order. */
  readonly frames: ServerFrame[] = [];
  readonly #socket: WebSocket;
  #closeCode: number | null = null;
  #refs = 0;
  #listener: (frame: ServerFrame) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('close', (code) => {
      this.#closeCode = code;
    });
    socket.on('error', () => {});
  }

  /** Resolves when frames can be sent, or the connection is closed already. */
  static async connect(
    url: string,
    headers: Record<string, string> = {},
    query: Record<string, string> = {},
  ): Promise<SocketClient> {
    const parameters = new URLSearchParams({ EIO: '4', transport: 'websocket', ...query });
    const address = `${url.replace(/^http/, 'ws')}/primus/?${parameters}`;
    const socket = new WebSocket(address, { headers, perMessageDeflate: false });
    const client = new SocketClient(socket);
    await until('the socket is open', () => client.closed !== null || socket.readyState === WebSocket.OPEN);
    return client;
  }

  /**
   * Resolves when the server has authenticated the socket, or refused to.
   * @param url the address of the page
   * @param query of the handshake
   * @throws Error if the socket is closed
   */
  static async open(
    url: string,
    headers: Record<string, string> = {},
    query: Record<string, string> = {},
  ): Promise<SocketClient> {
    const client = await SocketClient.connect(url, headers, query);
    await until('the socket is answered', () => client.closed !== null || client.frames.length > 0);
    const [first] = client.frames;
    if (first?.type === 'error' && first.code === 'too-many-sockets')
      await until('the refused socket is closed', () => client.closed !== null);
    if (client.closed !== null) throw new Error(`the socket was closed with code ${client.closed}`);
    return client;
  }

  /** Close code of the WebSocket; null while it is open. */
  get closed(): number | null {
    return this.#closeCode;
  }

  /** Calls back for each frame from now on. */
  onFrame(listener: (frame: ServerFrame) => void): void {
    this.#listener = listener;
  }

  send(frame: object): void {
    this.sendText(JSON.stringify(frame));
  }

  /** Sends a text that need not be JSON. */
  sendText(text: string): void {
    this.#socket.send(`4${text}`);
  }

  /** Sends a binary packet, which is not a valid frame. */
  sendBytes(bytes: Buffer): void {
    this.#socket.send(bytes);
  }

  /** Sends a frame with a `ref` and resolves with the frame that answers it. */
  async ask<T extends ServerFrame['type']>(frame: {
    type: string;
    [field: string]: unknown;
  }): Promise<Typed<T>> {
    this.#refs += 1;
    const ref = `r${this.#refs}`;
    this.send({ ...frame, ref });
    return until(`an answer to ${frame.type}`, () =>
      this.frames.find((f) => 'ref' in f && f.ref === ref),
    ) as Promise<Typed<T>>;
  }

  /** The last frame of a type. */
  latest<T extends ServerFrame['type']>(type: T): Typed<T> | undefined {
    return this.frames.findLast((frame): frame is Typed<T> => frame.type === type);
  }

  close(): void {
    this.#socket.close();
  }

  /** Closes the connection without a closing handshake, as a failing network does. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  #receive(packet: string): void {
    if (packet === '2') this.#socket.send('3');
    if (!packet.startsWith('4')) return;
    const data: unknown = JSON.parse(packet.slice(1));
    if (typeof data === 'string') {
      if (data.startsWith('primus::ping::')) this.sendText(JSON.stringify(data.replace('ping', 'pong')));
      return;
    }
    const frame = data as ServerFrame;
    this.frames.push(frame);
    this.#listener(frame);
  }
}
