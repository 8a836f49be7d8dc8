import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a local port that can be cut like a network. */
export interface TcpProxy {
  port: number;
  /** Breaks every connection, and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
  /** Keeps every connection open and lets nothing through, either way: a half-open line. Ended by `cut`. */
  freeze(): void;
  /**
   * From the moment on which a connection sends something with this text, its answers are held back. Resolves then.
   * @returns lets them through
   */
  holdAnswersTo(text: string): Promise<() => void>;
  stop(): Promise<void>;
}

export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let trap: { text: string; caught: (release: () => void) => void } | null = null;

  const hold = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((near) => {
    if (isCut) {
      near.on('error', () => {});
      near.destroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    hold(near, far);
    hold(far, near);
    near.on('data', (data) => {
      if (!trap || !data.includes(trap.text)) return;
      far.unpipe(near);
      trap.caught(() => far.pipe(near));
      trap = null;
    });
    near.pipe(far);
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    mend: () => {
      isCut = false;
    },
    freeze: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    holdAnswersTo: (text) =>
      new Promise((caught) => {
        trap = { text, caught };
      }),
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
