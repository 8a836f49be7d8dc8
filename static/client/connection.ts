import Primus from 'primus-client';
import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.js';
import type { AwayReason, ConnectionState } from './status.js';

export interface ConnectionListener {
  opened(): void;
  closed(): void;
  received(frame: ServerFrame): void;
  stateChanged(state: ConnectionState): void;
}

/** The page's socket. Primus brings it back; a browser that was sent away comes back when it was asked to. */
export class Connection {
  state: ConnectionState = { name: 'connecting' };
  /** Why the server has sent this browser away; until it is back. */
  #reason: AwayReason | undefined;
  readonly #primus: Primus;
  #return: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    private readonly listener: ConnectionListener,
  ) {
    this.#primus = new Primus(url, {
      manual: true,
      strategy: 'disconnect,online,timeout',
      // Everybody loses the connection at the same moment when a server stops; they must not return at the same one.
      reconnect: {
        min: 500 + Math.random() * 1000,
        max: 30_000,
        factor: 2,
        retries: Number.POSITIVE_INFINITY,
        'reconnect timeout': 15_000,
      },
      pingTimeout: false,
      timeout: 15_000,
    });
    this.#listen();
  }

  open(): void {
    this.#primus.open();
  }

  /** What is sent without a connection is gone: whoever sends learns by `closed` that there will be no answer. */
  send(frame: ClientFrame): void {
    if (this.state.name === 'open') this.#primus.write(frame);
  }

  /** Does not wait any longer for the next attempt. */
  retryNow(): void {
    if (this.state.name !== 'waiting') return;
    clearTimeout(this.#return);
    this.#primus.recovery.reset();
    this.#setState({ name: 'connecting' });
    this.#primus.open();
  }

  /** Closes the socket and opens it anew after so many milliseconds. */
  returnAfter(ms: number): void {
    clearTimeout(this.#return);
    this.#setState({ name: 'waiting', until: Date.now() + ms, reason: this.#reason });
    this.#primus.end();
    this.#return = setTimeout(() => this.retryNow(), ms);
  }

  #listen(): void {
    const { listener } = this;
    this.#primus
      .on('open', () => {
        this.#reason = undefined;
        this.#setState({ name: 'open' });
        listener.opened();
      })
      .on('close', () => listener.closed())
      .on('data', (data) => {
        const frame = data as ServerFrame;
        const away = sentAway(frame);
        if (!away) return listener.received(frame);
        this.#reason = away.reason;
        this.returnAfter(away.ms);
      })
      .on('reconnect scheduled', ({ scheduled }) => {
        this.#setState({ name: 'waiting', until: Date.now() + scheduled, reason: this.#reason });
      })
      .on('reconnect', () => this.#setState({ name: 'connecting' }))
      .on('offline', () => this.#setState({ name: 'offline' }))
      // Ended by the server without a word of when to return.
      .on('end', () => {
        if (this.state.name === 'open') this.returnAfter(1_000 + Math.random() * 4_000);
      })
      // Without a listener it would be thrown; what follows from it is told by the other events.
      .on('error', () => {});
  }

  #setState(state: ConnectionState): void {
    this.state = state;
    this.listener.stateChanged(state);
  }
}

/** Milliseconds until another attempt, where the server does not say. */
const RETRY = 10_000;

/** Whether a frame says that this socket is of no use, and when to open another one. */
function sentAway(frame: ServerFrame): { reason: AwayReason; ms: number } | null {
  if (frame.type === 'goingAway') return { reason: 'restart', ms: frame.retryAfterMs };
  if (frame.type !== 'error' || frame.ref !== undefined) return null;
  const { code, retryAfterMs: ms = RETRY } = frame;
  return code === 'too-many-sockets' || code === 'auth-unavailable' ? { reason: code, ms } : null;
}
