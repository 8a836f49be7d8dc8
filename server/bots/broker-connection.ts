import { Backoff } from '../lib/backoff.js';
import type { Log } from '../telemetry/logger.js';
import { type BrokerLink, type LinkEvents, openBrokerLink } from './broker-link.js';
import type { Topology } from './topology.js';

export interface BrokerStatus {
  state: 'connecting' | 'up' | 'down';
  /** Of this state. */
  since: Date;
}

export interface BrokerConnectionOptions {
  url: string;
  topology: Topology;
  log: Log;
  /** Milliseconds between attempts, at most. */
  longestWaitMs: number;
}

export interface ConnectionEvents extends Omit<LinkEvents, 'lost'> {
  opened(link: BrokerLink): void;
  lost(): void;
}

/** The link to the broker: opened at `start()`, and again with backoff whenever it is lost. */
export class BrokerConnection {
  readonly #options: BrokerConnectionOptions;
  readonly #events: ConnectionEvents;
  #current: BrokerLink | null = null;
  #state: BrokerStatus = { state: 'connecting', since: new Date() };
  /** Why it is down, as it was logged. */
  #reason = '';
  readonly #backoff: Backoff;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: BrokerConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#backoff = new Backoff(100, options.longestWaitMs);
  }

  get status(): BrokerStatus {
    return this.#state;
  }

  /** The link that can be used, if there is one. */
  get link(): BrokerLink | null {
    return this.#current;
  }

  start(): void {
    void this.#connect();
  }

  /** Ends the link for good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#current?.drop(new Error('stopped'));
  }

  async #connect(): Promise<void> {
    const { url, topology, log } = this.#options;
    try {
      const link = await openBrokerLink(url, topology, {
        ...this.#events,
        // While it is being opened, openLink itself fails.
        lost: (reason) => this.#current && this.#lost(reason),
      });
      if (link.isLost) throw new Error('the connection was closed');
      if (this.#isStopped) return void link.drop(new Error('stopped'));
      this.#current = link;
      this.#state = { state: 'up', since: new Date() };
      log.info('bots: connected to the broker');
      this.#events.opened(link);
    } catch (error) {
      this.#lost(error as Error);
    }
  }

  #lost(error: Error): void {
    this.#current = null;
    if (this.#isStopped) return;
    const { state, since } = this.#state;
    // A link that is lost as soon as it is there, again and again, is no reason to hurry.
    if (state === 'up' && Date.now() - since.getTime() > this.#options.longestWaitMs) this.#backoff.reset();
    const wait = this.#backoff.next();
    const reason = describe(error);
    // A failure is news, and so is another one; that it goes on is not.
    const level = state === 'down' && reason === this.#reason ? 'debug' : 'warn';
    this.#reason = reason;
    this.#options.log[level]({ reason, retryInMs: Math.round(wait) }, 'bots: the broker is away');
    if (state !== 'down') this.#state = { state: 'down', since: new Date() };
    this.#retry = setTimeout(() => void this.#connect(), wait);
    this.#retry.unref();
    this.#events.lost();
  }
}

/** A code of the system, or what the broker says, as of a queue that is there with another durability. */
function describe(error: Error & { code?: string | number }): string {
  // Refused from RabbitMQ 4.3 on, where its configuration does not say otherwise.
  if (error.message.includes('transient_nonexcl_queues'))
    return 'this broker allows no transient queues: set AMQP_DURABLE=true, for the server and for bots';
  return typeof error.code === 'string' ? error.code : error.message.split('\n')[0]!.slice(0, 300);
}
