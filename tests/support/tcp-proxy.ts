import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A way to a local port that can be cut like a network. */
export interface TcpProxy {
  port: number;
  /** Breaks every connection, and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
  /** Keeps every connection open and lets nothing through, either way: a half-open line. Ended by `cut`. */
  freeze(): void;
  /** Breaks every connection, and does not listen until `reopen`: as where no program has the port. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  /**
   * Lets nothing through like a network that is partitioned, on open connections and on new ones, until `mend`; then
   * everything arrives.
   * @param from connections from these ports alone
   */
  partition(from?: readonly number[]): void;
  /** Delays every answer by this number of milliseconds; 0 ends the delay. */
  delay(ms: number): void;
  /**
   * Lets one connection, the next (0) or a later one (1, …), pass this number of bytes from the server. Then nothing passes
   * in either direction, and it stays open.
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
  let delayMs = 0;
  /** Connections that lead nowhere, by the port they come from. */
  let isLost: (port: number | undefined) => boolean = () => false;
  /** The near end of each connection, and the port it comes from. */
  const sources = new Map<Socket, number | undefined>();
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
    sources.set(near, near.remotePort);
    near.on('close', () => sources.delete(near));
    if (isLost(near.remotePort)) {
      near.pause().on('error', () => {});
      near.once('mend', () => pass(near));
      return;
    }
    pass(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const pass = (near: Socket) => {
    const far = connect(to, '127.0.0.1');
    far.on('error', () => near.resetAndDestroy());
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
      far.unpipe(back);
      trap.caught(() => far.pipe(back));
      trap = null;
    });
    const back = new Transform({
      transform: (chunk, _encoding, done) => {
        if (delayMs === 0) done(null, chunk);
        else setTimeout(() => done(null, chunk), delayMs);
      },
    });
    back.pipe(near);
    let isPassing = false;
    const passOn = () => {
      if (isPassing) return;
      isPassing = true;
      near.pipe(far);
      far.pipe(back);
    };
    near.on('mend', passOn);
    near.on('partition', () => {
      isPassing = false;
      for (const socket of [near, far]) socket.unpipe().pause();
    });
    passOn();
  };

  const { port } = server.address() as { port: number };
  const breakAll = () => {
    for (const socket of [...sockets, ...sources.keys()]) socket.resetAndDestroy();
  };
  const cut = () => {
    isCut = true;
    breakAll();
  };
  return {
    port,
    cut,
    shut: async () => {
      const closed = once(server, 'close');
      server.close();
      breakAll();
      await closed;
    },
    reopen: async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    mend: () => {
      isCut = false;
      isLost = () => false;
      for (const socket of sources.keys()) socket.emit('mend');
    },
    partition: (from) => {
      isLost = from ? (port) => port !== undefined && from.includes(port) : () => true;
      for (const [near, port] of sources) if (isLost(port)) near.emit('partition');
    },
    delay: (ms) => {
      delayMs = ms;
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
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes everything on until the far end has sent this number of bytes. */
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
