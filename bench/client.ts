import { WebSocket } from 'ws';

/** The encoding of frames for a server. */
export interface Protocol {
  path: string;
  /** Packets that a client sends after the `open` packet of the server. */
  hello: string[];
  encode(frame: { type: string; [field: string]: unknown }): string;
  /** The frame's JSON text in a packet, or null for other packets. */
  decode(packet: string): string | null;
  answer(packet: string): string | null;
  /** The packet after which frames may be sent. */
  isReady(packet: string): boolean;
}

const answerPing = (packet: string) => (packet === '2' ? '3' : null);

/** Primus over engine.io: a frame is an engine.io message. */
export const primus: Protocol = {
  path: '/primus/?EIO=4&transport=websocket',
  hello: [],
  encode: (frame) => `4${JSON.stringify(frame)}`,
  decode: (packet) => (packet.startsWith('4{') ? packet.slice(1) : null),
  answer: (packet) =>
    packet.startsWith('4"primus::ping') ? packet.replace('ping', 'pong') : answerPing(packet),
  isReady: (packet) => packet.startsWith('4{"type":"welcome"'),
};

/** Socket.IO: a frame is an event. */
export const socketIo: Protocol = {
  path: '/socket.io/?EIO=4&transport=websocket',
  hello: ['40'],
  encode: ({ type, ...fields }) => `42${JSON.stringify([type, fields])}`,
  decode: (packet) => (packet.startsWith('42["frame",') ? packet.slice(11, -1) : null),
  answer: answerPing,
  isReady: (packet) => packet.startsWith('40'),
};

/** One reader. Counts deliveries without parsing them, so that the benchmark does not measure the load generator. */
export class Client {
  readonly #socket: WebSocket;
  readonly #protocol: Protocol;
  deliveries = 0;
  /** Called with each delivery. */
  onEach: () => void = () => {};
  /** Called with each acknowledgement. */
  onAck: () => void = () => {};
  #onDelivery: () => void = () => {};
  #onSnapshot: () => void = () => {};
  #onReady: () => void = () => {};

  private constructor(socket: WebSocket, protocol: Protocol) {
    this.#socket = socket;
    this.#protocol = protocol;
    socket.on('message', (data: Buffer) => this.#receive(data.toString('latin1')));
  }

  static async open(url: string, protocol: Protocol): Promise<Client> {
    const socket = new WebSocket(url.replace(/^http/, 'ws') + protocol.path, { perMessageDeflate: false });
    const client = new Client(socket, protocol);
    await new Promise<void>((resolve, reject) => {
      client.#onReady = resolve;
      socket.once('open', () => {
        for (const packet of protocol.hello) socket.send(packet);
      });
      socket.once('error', reject);
    });
    return client;
  }

  join(room: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onSnapshot = resolve;
      this.#socket.send(this.#protocol.encode({ type: 'joinRoom', room, ref: 1 }));
    });
  }

  say(room: string, body: string): void {
    this.#socket.send(this.#protocol.encode({ type: 'createMessage', message: { room, body } }));
  }

  /** Resolves when `count` deliveries have been received in total. */
  delivered(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onDelivery = () => {
        if (this.deliveries >= count) resolve();
      };
      this.#onDelivery();
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive(packet: string): void {
    if (this.#protocol.isReady(packet)) this.#onReady();
    const answer = this.#protocol.answer(packet);
    if (answer) this.#socket.send(answer);
    const frame = this.#protocol.decode(packet);
    if (frame?.startsWith('{"type":"deliverMessage"')) {
      this.deliveries += 1;
      this.onEach();
      this.#onDelivery();
    } else if (frame?.startsWith('{"type":"ack"')) this.onAck();
    else if (frame?.startsWith('{"type":"roomSnapshot"')) this.#onSnapshot();
  }
}
