import { AuthorNames } from './author-names.js';
import { Backoff } from './backoff.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { EventStore } from './event-store.js';
import type { Author, ClientFrame, ServerFrame } from './frames.js';
import { Outbox, type OutboxStorage, type Unsent } from './outbox.js';
import { ConnectionError, isAuthenticationError, RequestError } from './request-error.js';
import { type RequestFrame, Requests } from './requests.js';
import { Room, type RoomInitialState } from './room.js';
import { type OpenTransport, openTransport, type TransportOptions } from './transport.js';

export interface ChatClientOptions extends Partial<TransportOptions> {
  /** Address of the server, such as `https://chat.example.com`. */
  url: string;
  /** A bearer token, for servers with `AUTH=jwt` or `AUTH=accounts`. A function is called for each authentication. */
  token?: string | (() => string | Promise<string>);
  /** Keeps unsent messages while the application restarts. */
  storage?: OutboxStorage | null;
  /** Bounds of the delay between two attempts to connect, in milliseconds. Default: 1,500 and 30,000. */
  reconnectDelayMs?: { min: number; max: number };
  /** Replaces the transport, for tests. */
  open?: OpenTransport;
  random?: () => number;
  now?: () => number;
}

/**
 * `disconnected`: an open connection was lost or closed; rooms have forgotten presence and typing users.
 * `changed`: the state of a room changed without a frame, such as its outbox.
 */
export type ClientEvent =
  | { type: 'connection'; state: ConnectionState }
  | { type: 'disconnected' }
  | { type: 'frame'; frame: ServerFrame }
  | { type: 'changed' };

/**
 * A chat client over one socket, which it reopens whenever it is lost. Data flows in one direction: events update the
 * state of client and rooms first, then subscribers read the state.
 */
export class ChatClient {
  readonly outbox: Outbox;
  readonly #options: ChatClientOptions;
  readonly #now: () => number;
  readonly #store = new EventStore<ClientEvent>();
  readonly #names = new AuthorNames();
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #rooms = new Map<string, Room>();
  #user: Author | null = null;
  #isAuthenticating = false;
  #wasOpen = false;

  constructor(options: ChatClientOptions) {
    const { storage = null, open = openTransport, random = Math.random, now = Date.now } = options;
    const { min = 1_500, max = 30_000 } = options.reconnectDelayMs ?? {};
    this.#options = options;
    this.#now = now;
    this.outbox = new Outbox(storage);
    this.#requests = new Requests((frame) => this.send(frame));
    this.#connection = new Connection({
      open: (listener) => open(options.url, transportOptions(options), listener),
      backoff: new Backoff({ minMs: min, maxMs: max, random }),
      now,
      stateChanged: (state) => this.#store.dispatch({ type: 'connection', state }),
      received: (frame) => this.#store.dispatch({ type: 'frame', frame }),
    });
    this.#store.subscribe((event) => this.#update(event));
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  /** The user of the socket; null before the first authentication. */
  get user(): Author | null {
    return this.#user;
  }

  /** Connects, and stays connected until `close`. */
  connect(): void {
    this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }

  /** Makes the next attempt to connect now instead of waiting for it. */
  retryNow(): void {
    this.#connection.retryNow();
  }

  /** For the events `online` and `offline` of browsers. */
  setOnline(isOnline: boolean): void {
    this.#connection.setOnline(isOnline);
  }

  /** Joins a room as soon as there is a connection. @returns the same object for the same room */
  join(name: string, initial?: RoomInitialState): Room {
    const joined = this.#rooms.get(name);
    if (joined) return joined;
    const room = new Room(
      {
        room: name,
        names: this.#names,
        outbox: this.outbox,
        requests: this.#requests,
        send: (frame) => this.send(frame),
        changed: () => this.#store.dispatch({ type: 'changed' }),
        schedule: (callback, delayMs) => {
          setTimeout(callback, delayMs);
        },
        now: this.#now,
      },
      initial,
    );
    this.#rooms.set(name, room);
    if (this.#connection.isOpen && this.#user) room.start();
    return room;
  }

  /** Leaves a room. Its unsent messages stay in the outbox. */
  leave(name: string): void {
    this.#rooms.get(name)?.disconnected();
    if (this.#rooms.delete(name)) this.send({ type: 'leaveRoom', room: name });
  }

  /**
   * Takes over unsent messages of another outbox, such as that of a tab that was closed. They are sent once the client is
   * in their rooms. Messages that are in this outbox already, or exceed `MAX_UNSENT_MESSAGES`, are ignored.
   */
  adopt(messages: readonly Unsent[]): void {
    this.outbox.adopt(messages);
    for (const room of this.#rooms.values()) room.sendUnsent();
  }

  /** Sends a frame; drops it without a connection. */
  send(frame: ClientFrame): void {
    this.#connection.send(frame);
  }

  /**
   * Sends a frame and waits for its answer.
   * @throws RequestError if the server refuses it
   * @throws ConnectionError if there is no connection, or it is lost before the answer
   */
  async request(frame: RequestFrame): Promise<ServerFrame> {
    if (!this.#connection.isOpen) throw new ConnectionError('The connection is lost. Try again in a moment.');
    return this.#requests.send(frame);
  }

  /**
   * Authenticates with a token of the option `token`: to be called before the previous one expires.
   * @throws RequestError if the server refuses the token
   * @throws ConnectionError if the connection is lost before the answer
   */
  async authenticate(): Promise<void> {
    const { token } = this.#options;
    if (token === undefined) throw new TypeError('The option token is missing');
    const value = typeof token === 'function' ? await token() : token;
    await this.request({ type: 'authenticate', token: value });
  }

  /**
   * Calls back after each event, when client and rooms are up to date.
   * @returns a function that ends the subscription
   */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#store.subscribe(listener);
  }

  #update(event: ClientEvent): void {
    if (event.type === 'connection') this.#connectionChanged(event.state);
    else if (event.type === 'frame') this.#received(event.frame);
  }

  #connectionChanged({ name }: ConnectionState): void {
    const isOpen = name === 'open';
    if (isOpen && this.#options.token !== undefined) void this.#tryToAuthenticate();
    if (this.#wasOpen && !isOpen) {
      this.#isAuthenticating = false;
      this.#requests.disconnected();
      for (const room of this.#rooms.values()) room.disconnected();
      this.#store.dispatch({ type: 'disconnected' });
    }
    this.#wasOpen = isOpen;
  }

  #received(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#user = frame.user;
    if (frame.type === 'identityChanged' && frame.user.id_user === this.#user?.id_user)
      this.#user = frame.user;
    if (frame.type === 'error' && frame.ref === undefined && isAuthenticationError(frame.code)) {
      // Sent for a new socket before the server has read its token.
      if (this.#isAuthenticating) return;
      // The session has ended: a new one begins with a new token, and rooms join again.
      if (this.#options.token !== undefined) void this.#tryToAuthenticate();
    }
    this.#names.receive(frame);
    this.#requests.receive(frame);
    for (const room of this.#rooms.values()) room.receive(frame);
  }

  /** Rooms show why the server refuses a token. If no token can be got, another attempt follows. */
  async #tryToAuthenticate(): Promise<void> {
    this.#isAuthenticating = true;
    try {
      await this.authenticate();
    } catch (error) {
      const isAnswered = error instanceof RequestError || error instanceof ConnectionError;
      if (!isAnswered) this.#connection.reopenAfter(TOKEN_RETRY_DELAY_MS);
    }
    this.#isAuthenticating = false;
  }
}

/** Milliseconds until another attempt to get a token. */
const TOKEN_RETRY_DELAY_MS = 10_000;

function transportOptions({ path, transports, query, headers }: ChatClientOptions): TransportOptions {
  return {
    path: path ?? '/primus',
    transports: transports ?? ['polling', 'websocket'],
    query: query ?? {},
    headers: headers ?? {},
  };
}
