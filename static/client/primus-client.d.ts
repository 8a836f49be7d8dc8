/** The browser's side of Primus, which scripts/build/primus-client.ts takes from the server's package. */
declare module 'primus-client' {
  interface Options {
    /** Open by `open()` only. */
    manual?: boolean;
    /** When to reconnect: after a lost connection, when the network is back, when connecting takes too long. */
    strategy?: string;
    /** Milliseconds. The first delay is `min`; each further one is longer by `factor` and a random part. */
    reconnect?: { min: number; max: number; factor: number; retries: number; 'reconnect timeout': number };
    /** Milliseconds without a Primus ping; false where engine.io's own heartbeat is enough. */
    pingTimeout?: number | false;
    /** Milliseconds for the first connection. */
    timeout?: number;
  }

  export default class Primus {
    constructor(url: string, options: Options);
    on(event: 'open' | 'close' | 'end' | 'offline' | 'online' | 'reconnect', listener: () => void): this;
    on(event: 'data', listener: (data: unknown) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'reconnect scheduled', listener: (attempt: { scheduled: number }) => void): this;
    open(): this;
    end(): this;
    write(data: unknown): boolean;
    readonly online: boolean;
    readonly recovery: { reset(): void };
  }
}
