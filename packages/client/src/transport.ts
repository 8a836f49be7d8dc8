import { Socket } from 'engine.io-client';
import type { ClientFrame, ServerFrame } from './frames.js';

export interface TransportOptions {
  /** Path of the sockets at the server. */
  path: string;
  /**
   * In this order. With `polling` first, a connection is upgraded to a WebSocket; with `websocket` first, polling follows if
   * no WebSocket can be opened. Without `websocket` the client stays at long-polling.
   */
  transports: ('polling' | 'websocket')[];
  /** Parameters of the address. */
  query: Record<string, string>;
  /** Headers of requests. Node only: browsers do not let scripts set them on WebSockets. */
  headers: Record<string, string>;
}

export interface TransportListener {
  opened(): void;
  received(frame: ServerFrame): void;
  /** Called once. The transport is of no use any more. */
  closed(): void;
}

/** One connection to a server. A new one is opened for each attempt. */
export interface Transport {
  /** Id and transport of the engine.io session, for diagnostics; null before it is open. */
  readonly session: { id: string; transport: string } | null;
  send(frame: ClientFrame): void;
  /** The listener is not called any more. */
  close(): void;
}

export type OpenTransport = (
  url: string,
  options: TransportOptions,
  listener: TransportListener,
) => Transport;

/**
 * Opens a connection with the wire protocol of Primus 8 over engine.io: each message is JSON, and strings that begin
 * with `primus::` belong to Primus. engine.io-client detects a dead connection by the pings of the server, whose
 * interval and timeout come with the handshake.
 */
export const openTransport: OpenTransport = (url, { headers, ...options }, listener) => {
  const socket = new Socket(url, {
    ...options,
    extraHeaders: headers,
    timestampRequests: true,
    tryAllTransports: options.transports[0] === 'websocket',
  });
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  socket.on('open', () => isOver || listener.opened());
  socket.on('message', (text) => {
    if (isOver) return;
    const data = parse(text);
    if (typeof data === 'string') answerPrimus(socket, data);
    else if (isFrame(data)) listener.received(data);
  });
  socket.on('close', () => {
    if (isOver) return;
    end();
    listener.closed();
  });
  // Without a listener the error would be thrown. `close` follows it.
  socket.on('error', () => {});
  return {
    get session() {
      return socket.id === undefined ? null : { id: socket.id, transport: socket.transport.name };
    },
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => {
      end();
      socket.close();
    },
  };
};

/** Primus closes sockets that do not answer its pings, as proxies may answer those of engine.io. */
function answerPrimus(socket: Socket, text: string): void {
  const ping = 'primus::ping::';
  if (text.startsWith(ping)) socket.send(JSON.stringify(`primus::pong::${text.slice(ping.length)}`));
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}

/** A server of the same major version sends frames of the declared form only, or of types that are ignored. */
function isFrame(data: unknown): data is ServerFrame {
  return typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string';
}
