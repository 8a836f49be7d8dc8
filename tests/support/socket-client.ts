import { WebSocket } from 'ws';
import type { ServerFrame } from '../../server/protocol/frames.js';
import { until } from './until.js';

type Typed<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** A browser's socket without the browser: engine.io's protocol (EIO=4) over a WebSocket, Primus' pings answered. */
export class SocketClient {
  /** Every frame that came, in order. */
  readonly frames: ServerFrame[] = [];
  /** WebSocket close code, once it is closed. */
  closed: number | null = null;
  private refs = 0;
  private listener: (frame: ServerFrame) => void = () => {};

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.receive(String(data)));
    socket.on('close', (code) => {
      this.closed = code;
    });
    socket.on('error', () => {});
  }

  /** Resolves when frames can be sent, or the connection is closed already. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<SocketClient> {
    const address = `${url.replace(/^http/, 'ws')}/primus/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address, { headers, perMessageDeflate: false });
    const client = new SocketClient(socket);
    await until('the socket is open', () => client.closed !== null || socket.readyState === WebSocket.OPEN);
    return client;
  }

  /**
   * Resolves with the identity that the server gave the socket, or with the error that it sent instead.
   * @param url the page's address
   */
  static async open(url: string, headers: Record<string, string> = {}): Promise<SocketClient> {
    const client = await SocketClient.connect(url, headers);
    await until('the socket is answered', () => client.closed !== null || client.frames.length > 0);
    const [first] = client.frames;
    if (first?.type === 'error' && first.code === 'too-many-sockets')
      await until('the refused socket is closed', () => client.closed !== null);
    if (client.closed !== null) throw new Error(`the socket was closed with code ${client.closed}`);
    return client;
  }

  /** Calls back for every frame from now on. */
  onFrame(listener: (frame: ServerFrame) => void): void {
    this.listener = listener;
  }

  send(frame: object): void {
    this.sendText(JSON.stringify(frame));
  }

  /** Sends what need not be JSON. */
  sendText(text: string): void {
    this.socket.send(`4${text}`);
  }

  /** Sends a binary packet, which no frame is. */
  sendBytes(bytes: Buffer): void {
    this.socket.send(bytes);
  }

  /** Sends a frame with a `ref` and resolves with the frame that answers it. */
  async ask<T extends ServerFrame['type']>(frame: {
    type: string;
    [field: string]: unknown;
  }): Promise<Typed<T>> {
    this.refs += 1;
    const ref = `r${this.refs}`;
    this.send({ ...frame, ref });
    return until(`an answer to ${frame.type}`, () =>
      this.frames.find((f) => 'ref' in f && f.ref === ref),
    ) as Promise<Typed<T>>;
  }

  /** The last frame of a type, if one came. */
  latest<T extends ServerFrame['type']>(type: T): Typed<T> | undefined {
    return this.frames.findLast((frame): frame is Typed<T> => frame.type === type);
  }

  close(): void {
    this.socket.close();
  }

  /** Cuts the connection as a failing network does. */
  cut(): void {
    this.socket.terminate();
  }

  /** Stops reading. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.socket.resume();
  }

  private receive(packet: string): void {
    if (packet === '2') this.socket.send('3');
    if (!packet.startsWith('4')) return;
    const data: unknown = JSON.parse(packet.slice(1));
    if (typeof data === 'string') {
      if (data.startsWith('primus::ping::')) this.sendText(JSON.stringify(data.replace('ping', 'pong')));
      return;
    }
    this.frames.push(data as ServerFrame);
    this.listener(data as ServerFrame);
  }
}
