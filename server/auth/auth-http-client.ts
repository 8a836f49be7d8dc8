import pLimit from 'p-limit';
import { ConnectionState } from '../lib/connection-state.js';
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

/** A function where the URL is found by another request. */
export type ServiceUrl = string | (() => Promise<string>);

export interface AuthHttpClientOptions {
  /** Maximum duration of a request in milliseconds, and of its time in the queue. */
  timeoutMs?: number;
}

/** HTTP client of an external auth service. Distinguishes a refusal, which is an answer, from an unavailable service. */
export class AuthHttpClient {
  readonly #name: string;
  readonly #url: ServiceUrl;
  readonly #timeoutMs: number;
  readonly #state: ConnectionState;
  readonly #queue = pLimit(MAX_CONCURRENT_REQUESTS);

  /** @param name of the service, in log lines and errors */
  constructor(name: string, url: ServiceUrl, log: Log, { timeoutMs = 5_000 }: AuthHttpClientOptions = {}) {
    this.#name = name;
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#state = new ConnectionState(name, log);
  }

  get status(): ConnectionStatus {
    return this.#state.status;
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
      const url = typeof this.#url === 'string' ? this.#url : await this.#url();
      const response = await fetch(url, {
        headers: { accept: 'application/json', ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const result = parse(response.status, parseJson(await textOf(response)));
      this.#state.up();
      return result;
    } catch (error) {
      throw this.unavailableError(error);
    }
  }

  /** Marks the service as down. @returns the error for the user; the reason is written to the log only */
  unavailableError(reason: unknown, retryAfterMs = RETRY_DELAY_MS): ChatError {
    // Requests may fail often and for different reasons: the first reason is logged.
    if (this.status.state !== 'down') this.#state.down(reason);
    return new ChatError('auth-unavailable', `the ${this.#name} is unavailable`, { retryAfterMs });
  }

  #busyError(): ChatError {
    const retryAfterMs = BUSY_RETRY_DELAY_MS;
    return new ChatError('auth-unavailable', `too many requests to the ${this.#name} are queued`, {
      retryAfterMs,
    });
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
