import type { ChatClient } from './chat-client.js';
import { EventStore } from './event-store.js';
import type { ServerFrame, ViewMessage } from './frames.js';
import { comparePositions } from './position.js';
import { RequestError } from './request-error.js';

type Client = Pick<ChatClient, 'connection' | 'request' | 'send' | 'subscribe' | 'user'>;

/** Numbers the views of this program: frames name their view. */
let views = 0;

/**
 * A search that stays open: the newest messages that match, of all rooms that the user can read, as they are written, edited
 * and deleted. It is opened again after the connection was lost.
 */
export class LiveView {
  readonly #client: Client;
  readonly #view: string;
  readonly #messages = new Map<string, ViewMessage>();
  readonly #store = new EventStore<null>();
  readonly #unsubscribe: () => void;
  #names: Readonly<Record<string, string>> = {};
  #isLive = false;
  #error: RequestError | null = null;
  #isClosed = false;

  /** @param q the search, such as `deploy in:lobby` */
  constructor(
    client: Client,
    readonly q: string,
  ) {
    views += 1;
    this.#view = `view ${views}`;
    this.#client = client;
    this.#unsubscribe = client.subscribe((event) => {
      if (event.type === 'frame') this.#receive(event.frame);
      else if (event.type === 'disconnected') this.#setLive(false);
    });
    if (client.connection.name === 'open' && client.user) void this.#open();
  }

  /** Newest first. */
  get messages(): readonly ViewMessage[] {
    return [...this.#messages.values()].sort((a, b) => comparePositions(b.message, a.message));
  }

  /** Current names of authors by `id_user`, where they differ from those in the messages. */
  get names(): Readonly<Record<string, string>> {
    return this.#names;
  }

  /** False while the messages may be out of date. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Why the server refused the view, such as `bad-query` or `too-many-views`; null if it did not. */
  get error(): RequestError | null {
    return this.#error;
  }

  /** Calls back after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#client.send({ type: 'closeView', view: this.#view });
  }

  async #open(): Promise<void> {
    try {
      await this.#client.request({ type: 'openView', view: this.#view, q: this.q });
    } catch (error) {
      // After a lost connection, the next `welcome` opens the view.
      if (!(error instanceof RequestError)) return;
      this.#error = error;
      this.#setLive(false);
    }
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === 'welcome') void this.#open();
    if (!('view' in frame) || frame.view !== this.#view) return;
    if (frame.type === 'viewState') this.#isLive = frame.live;
    else if (frame.type === 'viewRemoved') this.#messages.delete(frame.id);
    else if (frame.type === 'viewMessage') {
      const { message, marks, names } = frame;
      this.#messages.set(message.id, { message, marks });
      this.#names = { ...this.#names, ...names };
    } else {
      this.#messages.clear();
      for (const found of frame.results) this.#messages.set(found.message.id, found);
      this.#names = frame.names ?? {};
      this.#isLive = frame.live;
      this.#error = null;
    }
    this.#store.dispatch(null);
  }

  #setLive(isLive: boolean): void {
    this.#isLive = isLive;
    this.#store.dispatch(null);
  }
}
