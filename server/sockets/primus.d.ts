declare module 'primus' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
  import type { Socket } from 'engine.io';

  /** One browser's connection, seen from the server. */
  export class Spark extends EventEmitter {
    readonly id: string;
    readonly headers: IncomingHttpHeaders;
    readonly address: { ip: string; port: number };
    readonly query: Record<string, string | undefined>;
    readonly request: IncomingMessage;
    /** The engine.io socket below. */
    readonly socket: Socket;
    write(data: unknown): boolean;
    end(data?: unknown, options?: { reconnect?: boolean }): void;
  }

  export interface PrimusOptions {
    transformer: 'engine.io';
    pathname: string;
    parser: 'JSON';
    /** Bytes; a longer frame ends the connection. */
    maxLength: number;
    pingInterval?: number;
    /** Options of the engine.io server. */
    transport?: object;
    iknowclusterwillbreakconnections?: boolean;
    iknowhttpsisbetter?: boolean;
  }

  export default class Primus extends EventEmitter {
    constructor(server: Server, options: PrimusOptions);
    /** Removes a middleware that Primus has by itself. */
    remove(middleware: 'cors' | 'primus.js' | 'spec'): this;
    /** The engine.io server. */
    readonly transformer: {
      service: {
        generateId: (request: IncomingMessage) => string;
        /** The open sessions by their ids. */
        readonly clients: Record<string, unknown>;
      };
    };
    /** How many sparks there are. */
    readonly connected: number;
    authorize(
      check: (request: IncomingMessage, done: (error?: Error & { statusCode?: number }) => void) => void,
    ): void;
    forEach(each: (spark: Spark) => void): void;
    destroy(options?: { close?: boolean; reconnect?: boolean; timeout?: number }, done?: () => void): void;
  }
}
