import pLimit from 'p-limit';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';

/** Delay after which a request to an unavailable service is worth retrying. */
export const RETRY_DELAY_MS = 5_000;

const MAX_RESPONSE_BYTES = 256 * 1024;
/** Limits of concurrent and queued requests, so that a flood of tokens does not become a flood of requests. */
const MAX_CONCURRENT_REQUESTS = 20;
const MAX_QUEUED_REQUESTS = 1_000;
/** Delay after which the queue may have room again. */
const BUSY_RETRY_DELAY_MS = 1_000;

export interface AuthHttpClientOptions {
  /** Maximum duration of a request in milliseconds, and of its time in the queue. */
  timeoutMs?: number;
}

/** HTTP client of an external auth service. Distinguishes a refusal, which is an answer, from an unavailable service. */
export class AuthHttpClient {
  readonly #name: string;
  readonly #url: string;
  readonly #log: Log;
  readonly #timeoutMs: number;
  #status: ConnectionStatus = { state: 'connecting', since: new Date() };
  readonly #queue = pLimit(MAX_CONCURRENT_REQUESTS);

  /** @param name of the service, in log lines and errors */
  constructor(name: string, url: string, log: Log, { timeoutMs = 5_000 }: AuthHttpClientOptions = {}) {
    this.#name = name;
    this.#url = url;
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /**
   * Sends a GET request. Does not follow redirects, which would send the token to another server.
   * @param parse parses the response; `body` is undefined unless it is JSON. An error that it throws counts as unavailable
   * @throws ChatError `auth-unavailable`, also if the queue is full or the request was queued for too long
   */
  async get<T>(headers: Record<string, string>, parse: (status: number, body: unknown) => T): Promise<T> {
    if (this.#queue.pendingCount >= MAX_QUEUED_REQUESTS) throw this.#busyError();
    const deadline = performance.now() + this.#timeoutMs;
    return this.#queue(() => {
      if (performance.now() >= deadline) throw this.#busyError();
      return this.#send(headers, parse);
    });
  }

  async #send<T>(headers: Record<string, string>, parse: (status: number, body: unknown) => T): Promise<T> {
    try {
      const response = await fetch(this.#url, {
        headers: { accept: 'application/json', ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const result = parse(response.status, parseJson(await textOf(response)));
      this.#setState('up');
      return result;
    } catch (error) {
      throw this.unavailableError(error);
    }
  }

  /** Marks the service as down. @returns the error for the user; the reason is written to the log only */
  unavailableError(reason: unknown, retryAfterMs = RETRY_DELAY_MS): ChatError {
    this.#setState('down', describe(reason));
    return new ChatError('auth-unavailable', `the ${this.#name} is unavailable`, { retryAfterMs });
  }

  #busyError(): ChatError {
    const retryAfterMs = BUSY_RETRY_DELAY_MS;
    return new ChatError('auth-unavailable', `too many requests to the ${this.#name} are queued`, {
      retryAfterMs,
    });
  }

  /** Logs changes of the state only. */
  #setState(state: 'up' | 'down', reason?: string): void {
    const before = this.#status.state;
    if (state === before) return;
    this.#status = { state, since: new Date(), ...(reason !== undefined && { reason }) };
    if (state === 'down') this.#log.warn({ reason }, `auth: ${this.#name} unavailable`);
    else if (before === 'down') this.#log.info(`auth: ${this.#name} available again`);
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) throw new Error(`the response has more than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` puts the reason of a failure into `cause`. */
function describe(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { cause } = reason as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? reason.message;
}
