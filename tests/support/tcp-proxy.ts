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
   * Lets the connection that is opened next (0) or after it (1, …) pass so many bytes from the server, and then nothing
   * more, either way; it stays open.
   */
  silenceAfter(connection: number, bytes: number): void;
  /** Bytes that each connection has brought from the server, in the order in which they were opened. */
  readonly received: readonly number[];
  /** How many connections are open. */
  readonly open: number;
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
  const received: number[] = [];
  let silence: { connection: number; bytes: number } | null = null;
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
    const connection = received.push(0) - 1;
    far.on('data', (data) => {
      received[connection]! += data.length;
    });
    if (silence?.connection === connection) {
      passUntil(near, far, silence.bytes);
      return;
    }
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
    silenceAfter: (connection, bytes) => {
      silence = { connection: received.length + connection, bytes };
    },
    received,
    get open() {
      return sockets.size / 2;
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

/** Passes everything on until the far end has sent so many bytes. */
function passUntil(near: Socket, far: Socket, bytes: number): void {
  let left = bytes;
  const end = () => {
    for (const socket of [near, far]) socket.removeAllListeners('data').resume();
  };
  if (left === 0) {
    end();
    return;
  }
  near.on('data', (data) => void far.write(data));
  far.on('data', (data) => {
    near.write(data.subarray(0, left));
    left = Math.max(0, left - data.length);
    if (left === 0) end();
  });
}
