import { requestApi } from './api-request.js';
import { AuthorNames } from './author-names.js';
import { Backoff } from './backoff.js';
import { type ChatClientOptions, transportOptions } from './client-options.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { EventStore } from './event-store.js';
import type { Author, ClientFrame, ListedRoom, RoomInfo, ServerFrame } from './frames.js';
import { GuestToken } from './guest-token.js';
import { Outbox, type Unsent } from './outbox.js';
import { ConnectionError, isAuthenticationError, RequestError } from './request-error.js';
import { type RequestFrame, Requests } from './requests.js';
import { Room } from './room.js';
import type { RoomInitialState } from './room-initial-state.js';
import { RoomList } from './room-list.js';
import { openTransport } from './transport.js';

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
  readonly #roomList = new RoomList();
  readonly #guest: GuestToken;
  #user: Author | null = null;
  #isAuthenticating = false;
  #wasOpen = false;

  constructor(options: ChatClientOptions) {
    const { storage = null, open = openTransport, random = Math.random, now = Date.now } = options;
    const { min = 1_500, max = 30_000 } = options.reconnectDelayMs ?? {};
    this.#options = options;
    this.#now = now;
    this.outbox = new Outbox(storage);
    this.#guest = new GuestToken(options.guestStorage ?? null, options.url);
    this.#requests = new Requests((frame) => this.send(frame));
    this.#connection = new Connection({
      open: (listener) => open(options.url, transportOptions(options, this.#guest.value), listener),
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

  /**
   * The rooms of the server by name, as far as they are loaded: those that were created, and those that have messages.
   * `users` is the number of people at the time of loading.
   */
  get rooms(): readonly ListedRoom[] {
    return this.#roomList.rooms;
  }

  /** Further rooms can be loaded. */
  get hasMoreRooms(): boolean {
    return this.#roomList.next !== null;
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
        id_user: () => this.#user?.id_user ?? null,
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

  /** Loads the next page of `rooms`, or the first one again. @throws RequestError, ConnectionError */
  async loadMoreRooms(): Promise<void> {
    await this.request({ type: 'listRooms', after: this.#roomList.next });
  }

  /**
   * Creates a room and makes the user its first member. Rooms can be joined without being created.
   * @throws RequestError such as `room-exists`, `bad-room`; ConnectionError
   */
  createRoom(room: Pick<RoomInfo, 'name'> & Partial<Pick<RoomInfo, 'topic' | 'access'>>): Promise<RoomInfo> {
    return this.callApi('POST', '/api/rooms', room);
  }

  /** Changes the name of the user. `user` has the new name a moment later. @throws RequestError, ConnectionError */
  async rename(name: string): Promise<void> {
    await this.request({ type: 'identityChange', name });
  }

  /**
   * Sends a request to the REST API as the user of this client.
   * @param path such as `/api/rooms/lobby/members`
   * @throws ConnectionError if the server cannot be reached, RequestError if it refuses the request
   */
  async callApi<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const request = { method, ...(await this.authorised(path)) };
    return (await requestApi<Answer>(body ? { ...request, body } : request)).answer;
  }

  /**
   * The address of a path of the server, and the bearer token of the user; null where a cookie authenticates. For requests that
   * `callApi` cannot send.
   */
  async authorised(path: string): Promise<{ url: string; token: string | null }> {
    const { token, url } = this.#options;
    const value = typeof token === 'function' ? await token() : token;
    return { url: addressOf(url, path), token: value ?? this.#guest.value };
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
    // The server reads frames once it has authenticated the handshake: joining need not wait for `welcome`.
    else if (isOpen) for (const room of this.#rooms.values()) room.start();
    if (this.#wasOpen && !isOpen) {
      this.#isAuthenticating = false;
      this.#requests.disconnected();
      for (const room of this.#rooms.values()) room.disconnected();
      this.#store.dispatch({ type: 'disconnected' });
    }
    this.#wasOpen = isOpen;
  }

  #received(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#welcomed(frame);
    // A room that refused the user may be entered now.
    if (frame.type === 'memberJoined' && frame.user.id_user === this.#user?.id_user)
      this.#rooms.get(frame.room)?.start();
    if (frame.type === 'identityChanged' && frame.user.id_user === this.#user?.id_user)
      this.#user = frame.user;
    if (frame.type === 'error' && frame.ref === undefined && isAuthenticationError(frame.code)) {
      // Sent for a new socket before the server has read its token.
      if (this.#isAuthenticating) return;
      // The session has ended: a new one begins with a new token, and rooms join again.
      if (this.#options.token !== undefined) void this.#tryToAuthenticate();
      else if (this.#guest.value !== null) this.#becomeNewGuest();
    }
    this.#roomList.receive(frame);
    this.#names.receive(frame);
    this.#requests.receive(frame);
    for (const room of this.#rooms.values()) room.receive(frame);
  }

  #welcomed({ user, token }: ServerFrame<'welcome'>): void {
    this.#user = user;
    if (token !== undefined && this.#options.token === undefined) this.#guest.set(token);
  }

  /** The server does not know the guest any more, because its secret has changed. */
  #becomeNewGuest(): void {
    this.#guest.set(null);
    this.#connection.reopenAfter(0);
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

/** The address of an operation. The option `url` may be that of a WebSocket, or end with a slash. */
const addressOf = (url: string, path: string) => url.replace(/^ws/, 'http').replace(/\/+$/, '') + path;
