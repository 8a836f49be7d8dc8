import { Backoff } from './backoff.js';
import { type ConnectionLog, ConnectionState } from './connection-state.js';
import type { ConnectionStatus } from './connection-status.js';

/** Opens and closes the links of a ReconnectingConnection. A link that was lost is not used again. */
export interface ConnectionDriver<Link> {
  /**
   * Opens a link. Every step must have a timeout.
   * @param onLost reports that the link was lost; only the first call counts. After a call, the driver has closed the
   *   link itself. A link that is lost before the promise resolves counts as not opened.
   * @throws Error with the reason why the server cannot be used
   */
  open(onLost: (reason: Error) => void): Promise<Link>;
  /** Closes a link that is not lost. */
  close(link: Link): void | Promise<void>;
}

export interface ConnectionListener<Link> {
  /** The link can be used. */
  up?(link: Link): void;
  /** The link was lost (`wasUp`), or an attempt failed. A further attempt follows. Not called by `stop()`. */
  down?(reason: string, wasUp: boolean): void;
}

export interface ReconnectingConnectionOptions {
  /** Name of the server in log lines: `broker` in `broker connection lost`. */
  name: string;
  log: ConnectionLog;
  /** Milliseconds between two attempts, at most. */
  maxDelayMs: number;
}

const FIRST_DELAY_MS = 100;

/** A connection to another server: opened by `start()`, and opened again with backoff when it fails or is lost. */
export class ReconnectingConnection<Link> {
  readonly #driver: ConnectionDriver<Link>;
  readonly #listener: ConnectionListener<Link>;
  readonly #maxDelayMs: number;
  readonly #state: ConnectionState;
  readonly #backoff: Backoff;
  #link: Link | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    driver: ConnectionDriver<Link>,
    { name, log, maxDelayMs }: ReconnectingConnectionOptions,
    listener: ConnectionListener<Link> = {},
  ) {
    this.#driver = driver;
    this.#listener = listener;
    this.#maxDelayMs = maxDelayMs;
    this.#state = new ConnectionState(name, log);
    this.#backoff = new Backoff(FIRST_DELAY_MS, maxDelayMs);
  }

  get status(): ConnectionStatus {
    return this.#state.status;
  }

  /** The open link; null while the connection is not up. */
  get link(): Link | null {
    return this.#link;
  }

  start(): void {
    void this.#connect();
  }

  /** Closes the link and opens no further one. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    const link = this.#link;
    this.#link = null;
    this.#state.stopped();
    if (link !== null) await this.#driver.close(link);
  }

  async #connect(): Promise<void> {
    const attempt: { link?: Link; lossReason?: Error } = {};
    let link: Link;
    try {
      link = await this.#driver.open((reason) => {
        if (attempt.lossReason) return;
        attempt.lossReason = reason;
        if (attempt.link !== undefined && this.#link === attempt.link) this.#down(reason);
      });
      if (attempt.lossReason) throw attempt.lossReason;
    } catch (error) {
      this.#down(error);
      return;
    }
    if (this.#isStopped) return void (await this.#driver.close(link));
    attempt.link = link;
    this.#link = link;
    this.#state.up();
    this.#listener.up?.(link);
  }

  #down(error: unknown): void {
    this.#link = null;
    if (this.#isStopped) return;
    const { state, since } = this.status;
    const wasUp = state === 'up';
    // Links that are lost right after they were opened, again and again, do not shorten the delays.
    if (wasUp && Date.now() - since.getTime() > this.#maxDelayMs) this.#backoff.reset();
    const delayMs = Math.round(this.#backoff.next());
    this.#state.down(error, { retryInMs: delayMs });
    this.#retry = setTimeout(() => void this.#connect(), delayMs);
    // An attempt to connect alone does not keep a process running.
    this.#retry.unref();
    this.#listener.down?.(this.status.reason ?? '', wasUp);
  }
}
