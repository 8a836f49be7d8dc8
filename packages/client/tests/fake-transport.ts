import type { ClientFrame, ServerFrame } from '../src/frames.js';
import type { OpenTransport, TransportListener, TransportOptions } from '../src/transport.js';

/** A transport without a network: the test plays the server. */
export interface FakeTransport {
  url: string;
  options: TransportOptions;
  /** Frames that the client sent. */
  sent: ClientFrame[];
  isClosed: boolean;
  /** The connection is established. */
  open(): void;
  receive(frame: ServerFrame): void;
  /** The connection is lost. */
  lose(): void;
}

export function fakeTransports(): { open: OpenTransport; all: FakeTransport[]; last: () => FakeTransport } {
  const all: FakeTransport[] = [];
  const open: OpenTransport = (url, options, listener) => {
    const transport = createTransport(url, options, listener);
    all.push(transport);
    return {
      session: { id: `session ${all.length}`, transport: 'fake' },
      send: (frame) => transport.sent.push(frame),
      close: () => {
        transport.isClosed = true;
      },
    };
  };
  const last = () => {
    const transport = all.at(-1);
    if (!transport) throw new Error('no transport was opened');
    return transport;
  };
  return { open, all, last };
}

function createTransport(url: string, options: TransportOptions, listener: TransportListener): FakeTransport {
  const transport: FakeTransport = {
    url,
    options,
    sent: [],
    isClosed: false,
    open: () => transport.isClosed || listener.opened(),
    receive: (frame) => transport.isClosed || listener.received(frame),
    lose: () => {
      if (transport.isClosed) return;
      transport.isClosed = true;
      listener.closed();
    },
  };
  return transport;
}

export const welcome = (protocol = '1.0') =>
  ({ type: 'welcome', protocol, id_socket: 's', user: { id_user: 'ann', name: 'Ann' } }) as const;
