import type { Backoff } from './backoff.js';
import { type ConnectionState, isCompatible, type RefusalReason, refusalOf } from './connection-state.js';
import { type ClientFrame, PROTOCOL_VERSION, type ServerFrame } from './frames.js';
import type { Transport, TransportListener } from './transport.js';

export interface ConnectionDependencies {
  open: (listener: TransportListener) => Transport;
  backoff: Backoff;
  now: () => number;
  stateChanged: (state: ConnectionState) => void;
  received: (frame: ServerFrame) => void;
}

/** Milliseconds for an attempt to succeed. */
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * A connection that is reopened when it is lost: after a delay with backoff and jitter, or after the time that the
 * server names. Frames that are sent without a connection are dropped: senders learn of the loss by the state.
 */
export class Connection {
  readonly #dependencies: ConnectionDependencies;
  #state: ConnectionState = { name: 'closed' };
  #transport: Transport | null = null;
  /** Why the server refused the last socket; until one is accepted. */
  #reason: RefusalReason | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(dependencies: ConnectionDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#state.name === 'open';
  }

  /** Does nothing while connected or connecting. */
  open(): void {
    if (this.isOpen || this.#state.name === 'connecting') return;
    this.#drop();
    this.#timer = setTimeout(() => this.#lost(), CONNECT_TIMEOUT_MS);
    this.#setState({ name: 'connecting' });
    this.#transport = this.#dependencies.open({
      opened: () => {
        clearTimeout(this.#timer);
        this.#reason = undefined;
        this.#dependencies.backoff.reset();
        this.#setState({ name: 'open' });
      },
      received: (frame) => this.#received(frame),
      closed: () => this.#lost(),
    });
  }

  send(frame: ClientFrame): void {
    if (this.isOpen) this.#transport?.send(frame);
  }

  /** Makes the next attempt now instead of waiting for it. */
  retryNow(): void {
    if (this.#state.name !== 'waiting') return;
    this.#dependencies.backoff.reset();
    this.open();
  }

  /** The device has lost its network or is connected to one again. */
  setOnline(isOnline: boolean): void {
    if (isOnline && this.#state.name === 'offline') this.open();
    const isActive = ['connecting', 'open', 'waiting'].includes(this.#state.name);
    if (!isOnline && isActive) this.#end({ name: 'offline' });
  }

  /** Closes the connection and opens another one after a delay. */
  reopenAfter(delayMs: number): void {
    const until = this.#dependencies.now() + delayMs;
    this.#end({ name: 'waiting', until, reason: this.#reason });
    this.#timer = setTimeout(() => this.open(), delayMs);
  }

  /** Does nothing if the connection is closed already. */
  close(): void {
    if (this.#state.name !== 'closed') this.#end({ name: 'closed' });
  }

  #received(frame: ServerFrame): void {
    const refusal = refusalOf(frame);
    if (refusal) {
      this.#reason = refusal.reason;
      this.reopenAfter(refusal.retryAfterMs);
      return;
    }
    if (frame.type === 'welcome' && !isCompatible(frame.protocol, PROTOCOL_VERSION)) {
      const versions = { serverVersion: frame.protocol, clientVersion: PROTOCOL_VERSION };
      this.#end({ name: 'incompatible', ...versions });
      return;
    }
    this.#dependencies.received(frame);
  }

  #lost(): void {
    this.reopenAfter(this.#dependencies.backoff.next());
  }

  #end(state: ConnectionState): void {
    this.#drop();
    this.#setState(state);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const transport = this.#transport;
    this.#transport = null;
    transport?.close();
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#dependencies.stateChanged(state);
  }
}
