import type { GuestStorage } from './guest-token.js';
import type { OutboxStorage } from './outbox.js';
import type { OpenTransport, TransportOptions } from './transport.js';

export interface ChatClientOptions extends Partial<TransportOptions> {
  /** Address of the server, such as `https://chat.example.com`. */
  url: string;
  /** A bearer token, for servers with `AUTH=jwt` or `AUTH=accounts`. A function is called for each authentication. */
  token?: string | (() => string | Promise<string>);
  /**
   * Keeps the identity of a guest who has no cookie: on pages of other origins, and in Node. Without it, the guest is another
   * one after a restart of the application.
   */
  guestStorage?: GuestStorage | null;
  /** Keeps unsent messages while the application restarts. */
  storage?: OutboxStorage | null;
  /** Bounds of the delay between two attempts to connect, in milliseconds. Default: 1,500 and 30,000. */
  reconnectDelayMs?: { min: number; max: number };
  /** Replaces the transport, for tests. */
  open?: OpenTransport;
  random?: () => number;
  now?: () => number;
}

/** @param guestToken of a guest without a cookie; sent with the handshake, which decides about the user */
export function transportOptions(
  { path, token, transports, query, headers }: ChatClientOptions,
  guestToken: string | null,
): TransportOptions {
  return {
    path: path ?? '/primus',
    // Long-polling needs session affinity in front of several machines, by a cookie that pages of other origins do not send.
    transports: transports ?? ['websocket', 'polling'],
    query: { ...(token === undefined && guestToken !== null && { token: guestToken }), ...query },
    headers: headers ?? {},
  };
}
