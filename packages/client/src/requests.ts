import type { ClientFrame, ServerFrame } from './frames.js';
import { ConnectionError, RequestError } from './request-error.js';

interface Pending {
  resolve: (answer: ServerFrame) => void;
  reject: (error: Error) => void;
}

/** Client frames that are answered. */
export type RequestFrame = Exclude<ClientFrame, { type: 'typing' }>;

/** Frames that change messages of a room. */
export type ChangeFrame = ClientFrame<
  'editMessage' | 'deleteMessage' | 'addReaction' | 'removeReaction' | 'pinMessage' | 'unpinMessage'
>;

/** Matches answers to requests by their `ref`. */
export class Requests {
  readonly #send: (frame: ClientFrame) => void;
  readonly #pending = new Map<string, Pending>();
  #count = 0;

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  /** A `ref` that this client has not used before. */
  nextRef(): string {
    this.#count += 1;
    return `request ${this.#count}`;
  }

  /**
   * Sends a frame and waits for its answer.
   * @throws RequestError if the server refuses it
   * @throws ConnectionError if the connection is lost before the answer
   */
  send(frame: RequestFrame): Promise<ServerFrame> {
    const ref = this.nextRef();
    return new Promise((resolve, reject) => {
      this.#pending.set(ref, { resolve, reject });
      this.#send({ ...frame, ref });
    });
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'error' && frame.code === 'too-many-frames') {
      // The server drops frames for a while, also those that were sent before.
      this.#rejectAll(errorOf(frame));
      return;
    }
    const ref = 'ref' in frame ? String(frame.ref) : '';
    const pending = this.#pending.get(ref);
    this.#pending.delete(ref);
    if (frame.type === 'error') pending?.reject(errorOf(frame));
    else pending?.resolve(frame);
  }

  disconnected(): void {
    this.#rejectAll(new ConnectionError('The connection was lost. Try again.'));
  }

  #rejectAll(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}

function errorOf({ code, message, field, limit, retryAfterMs }: ServerFrame<'error'>): RequestError {
  return new RequestError(code, message, { field, limit, retryAfterMs });
}
