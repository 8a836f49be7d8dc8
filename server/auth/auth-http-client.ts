import pLimit from 'p-limit';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';

/** Milliseconds until whoever did not answer is worth asking again. */
export const RETRY_MS = 5_000;

const MAX_ANSWER = 256 * 1024;
/** Calls at once, so that a flood of tokens here is no flood of requests there, and calls that wait for their turn. */
const MAX_CALLS = 20;
const MAX_WAITING = 1_000;
/** Milliseconds after which there may be room again. */
const BUSY_RETRY_MS = 1_000;

export interface RemoteStatus {
  state: 'up' | 'down' | 'connecting';
  since: Date;
}

export interface AuthHttpClientOptions {
  /** Milliseconds that an answer may take. */
  timeoutMs?: number;
}

/** Somebody outside who is asked by HTTP. Tells a refusal, which is an answer, from being away. */
export class AuthHttpClient {
  readonly #name: string;
  readonly #url: string;
  readonly #log: Log;
  #status: RemoteStatus = { state: 'connecting', since: new Date() };
  readonly #timeoutMs: number;
  readonly #turns = pLimit(MAX_CALLS);

  constructor(
    /** As the log and errors call it. */
    name: string,
    url: string,
    log: Log,
    { timeoutMs = 5_000 }: AuthHttpClientOptions = {},
  ) {
    this.#name = name;
    this.#url = url;
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  get status(): RemoteStatus {
    return this.#status;
  }

  /**
   * Sends a GET request. `read` makes something of the answer, whose body is undefined if it is not JSON; by throwing
   * it says that this is no answer. Redirections are none either: a token goes to nobody else.
   * @throws ChatError `auth-unavailable`, also where too many calls wait already, or waiting takes as long as an answer may
   */
  async get<T>(headers: Record<string, string>, read: (status: number, body: unknown) => T): Promise<T> {
    if (this.#turns.pendingCount >= MAX_WAITING) throw this.#busy();
    const deadline = performance.now() + this.#timeoutMs;
    return this.#turns(() => {
      if (performance.now() >= deadline) throw this.#busy();
      return this.#call(headers, read);
    });
  }

  async #call<T>(headers: Record<string, string>, read: (status: number, body: unknown) => T): Promise<T> {
    try {
      const response = await fetch(this.#url, {
        headers: { accept: 'application/json', ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const result = read(response.status, parse(await textOf(response)));
      this.#setState('up');
      return result;
    } catch (error) {
      throw this.unavailableError(error);
    }
  }

  /** The error for the user; the reason is for the log alone. */
  unavailableError(reason: unknown, retryAfterMs = RETRY_MS): ChatError {
    this.#setState('down', describe(reason));
    return new ChatError('auth-unavailable', `${this.#name} cannot be asked at the moment`, { retryAfterMs });
  }

  #busy(): ChatError {
    const retryAfterMs = BUSY_RETRY_MS;
    return new ChatError('auth-unavailable', `too many calls to ${this.#name} wait for an answer`, {
      retryAfterMs,
    });
  }

  /** Logs when it changes, not with every request. */
  #setState(state: 'up' | 'down', reason?: string): void {
    const before = this.#status.state;
    if (state === before) return;
    this.#status = { state, since: new Date() };
    if (state === 'down') this.#log.warn({ reason }, `auth: ${this.#name} is away`);
    else if (before === 'down') this.#log.info(`auth: ${this.#name} is back`);
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER) throw new Error(`the answer has more than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides in `cause` why it failed. */
function describe(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { cause } = reason as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? reason.message;
}
