import { ChatClient, type Room, type ServerFrame } from 'changeroom-client';

/** Milliseconds between two messages of one client. */
const MESSAGE_INTERVAL_MS = 500;

/** A user of a room, from an address of its own. Measures how long acknowledgement and delivery of its messages take. */
export class OrdinaryClient {
  /** Milliseconds until the acknowledgement of each message. */
  readonly acks: number[] = [];
  /** Milliseconds until the delivery of each message to its sender, so that one clock measures both. */
  readonly deliveries: number[] = [];
  readonly #client: ChatClient;
  readonly #room: Room;
  readonly #unacknowledged = new Map<string, number>();
  readonly #undelivered = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #isLost = false;
  #isClosed = false;

  private constructor(url: string, address: string) {
    const headers = { 'x-forwarded-for': address };
    this.#client = new ChatClient({ url, transports: ['websocket'], headers });
    this.#room = this.#client.join('ordinary');
  }

  /** Resolves when the client is in its room. */
  static async open(url: string, address: string): Promise<OrdinaryClient> {
    const client = new OrdinaryClient(url, address);
    await client.#enter();
    return client;
  }

  /** The connection was lost, which ends the measurement of this client. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Number of messages that are not acknowledged or not delivered. */
  get unanswered(): number {
    return Math.max(this.#unacknowledged.size, this.#undelivered.size);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#isClosed = true;
    this.#client.close();
  }

  async #enter(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#client.subscribe((event) => {
        if (event.type === 'disconnected') this.#disconnected();
        if (event.type !== 'frame') return;
        this.#receive(event.frame);
        if (event.frame.type === 'roomSnapshot') resolve();
      });
      this.#client.connect();
    });
    this.#timer = setInterval(() => this.#post(), MESSAGE_INTERVAL_MS);
  }

  #post(): void {
    const id = this.#room.post(`an ordinary message at ${performance.now()}`);
    for (const waiting of [this.#unacknowledged, this.#undelivered]) waiting.set(id, performance.now());
  }

  #disconnected(): void {
    if (this.#isClosed) return;
    this.#isLost = true;
    this.close();
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === 'ack') measure(this.#unacknowledged, String(frame.ref), this.acks);
    if (frame.type === 'deliverMessage') measure(this.#undelivered, frame.message.id, this.deliveries);
  }
}

function measure(waiting: Map<string, number>, id: string, times: number[]): void {
  const since = waiting.get(id);
  if (since === undefined) return;
  waiting.delete(id);
  times.push(performance.now() - since);
}
