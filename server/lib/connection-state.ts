import type { ConnectionStatus } from './connection-status.js';
import { reasonOf } from './error-reason.js';

type LogLine = (fields: object, message: string) => void;

/** The levels of a log that connections use. */
export type ConnectionLog = Record<'debug' | 'info' | 'warn', LogLine>;

/**
 * The status of a connection to another server. Logs when it changes: a failure is a warning once, and again when its
 * reason is another one; repetitions are logged at the level `debug`.
 */
export class ConnectionState {
  readonly #name: string;
  readonly #log: ConnectionLog;
  #status: ConnectionStatus = { state: 'connecting', since: new Date() };

  /** @param name what log lines call the server: `broker` in `broker connection lost` */
  constructor(name: string, log: ConnectionLog) {
    this.#name = name;
    this.#log = log;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The server can be reached. @param fields what the log line has besides */
  up(fields: object = {}): void {
    if (this.#status.state === 'up') return;
    this.#status = { state: 'up', since: new Date() };
    this.#log.info(fields, `${this.#name} connected`);
  }

  /** The connection was lost, or an attempt to open it failed. */
  down(error: unknown, fields: object = {}): void {
    const before = this.#status;
    const reason = reasonOf(error);
    const since = before.state === 'down' ? before.since : new Date();
    this.#status = { state: 'down', since, reason };
    const level = before.state === 'down' && before.reason === reason ? 'debug' : 'warn';
    const event = before.state === 'up' ? 'connection lost' : 'unavailable';
    this.#log[level]({ reason, ...fields }, `${this.#name} ${event}`);
  }

  /** The connection was closed on purpose, which is not logged. */
  stopped(): void {
    this.#status = { state: 'down', since: new Date(), reason: 'stopped' };
  }
}
