import { connect, type Socket } from 'node:net';
import { until } from './until.js';

/** The bytes received until the server closed the connection. */
export interface RawAnswer {
  /** 0 where no answer came. */
  status: number;
  /** By names in lower case. */
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends bytes as they are and reads until the server closes the connection. The client keeps its side open and goes on to
 * write, as only that shows that the server has not merely ended its own side.
 * @throws Error after 5 s with what had come until then
 */
export function exchange(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  return send(url, bytes, 'close');
}

/** The same up to the end of what the server sends: nginx goes on to read for a while. */
export function ask(url: string, bytes: string): Promise<RawAnswer> {
  return send(url, bytes, 'end');
}

async function send(url: string, bytes: string | Buffer, last: 'close' | 'end'): Promise<RawAnswer> {
  const socket = openRaw(url);
  let text = '';
  let isOver = false;
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on(last, () => {
    isOver = true;
  });
  socket.once('end', () => {
    const writing = setInterval(() => socket.write('x'), 20);
    socket.once('close', () => clearInterval(writing));
  });
  socket.write(bytes);
  try {
    await until('the server closes the connection', () => isOver, 5_000);
  } catch (error) {
    throw new Error(`${(error as Error).message}; received: ${JSON.stringify(text.slice(0, 200))}`);
  } finally {
    socket.destroy();
  }
  return parse(text);
}

/** A connection that stays open when the server ends its side. */
export function openRaw(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect({ host: hostname, port: Number(port), allowHalfOpen: true });
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
  });
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  };
}
