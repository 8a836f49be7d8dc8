/**
 * Clients that misuse a server, each with another address: `hostile-clients.ts URL COUNT [KIND]`. `KIND` selects the
 * kinds whose names contain it. Runs until SIGTERM, then prints the number of attempts of each kind.
 */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

const [, , url = '', count = '1000', kind = ''] = process.argv;
const { port } = new URL(url);
/** Milliseconds between two attempts of one client. */
const PACE_MS = 200;

const attempts = new Map<string, number>();
const addressOf = (i: number) => `203.0.${Math.floor(i / 250)}.${1 + (i % 250)}`;
const pause = () => new Promise((resolve) => setTimeout(resolve, PACE_MS));

type Attempt = (address: string, round: number) => Promise<void>;

/** A WebSocket that sends frames until the server closes it. With `isDeaf` it does not read. */
function socketWith(frames: (round: number) => object[], isDeaf = false): Attempt {
  return (address) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/primus/?EIO=4&transport=websocket`, {
        headers: { 'x-forwarded-for': address },
      });
      let round = 0;
      const timer = setInterval(() => {
        if (socket.readyState !== WebSocket.OPEN) return;
        for (const frame of frames(round)) socket.send(`4${JSON.stringify(frame)}`);
        round += 1;
      }, PACE_MS);
      socket.on('open', () => isDeaf && socket.pause());
      socket.on('message', (data) => String(data) === '2' && socket.send('3'));
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve();
      });
    });
}

/** A request whose answer is read. Path and body depend on the round. */
function http(method: string, path: (round: number) => string, body?: (round: number) => object): Attempt {
  return (address, round) =>
    new Promise((resolve) => {
      const text = body ? JSON.stringify(body(round)) : '';
      const headers = { 'x-forwarded-for': address, ...(body && { 'content-type': 'application/json' }) };
      const outgoing = request({ host: '127.0.0.1', port, method, path: path(round), headers }, (answer) =>
        answer.resume().on('close', () => resolve()),
      );
      outgoing.on('error', () => resolve());
      outgoing.end(text);
    });
}

/** Bytes over TCP. The connection remains open until the server closes it. */
function raw(text: (address: string) => string, isDeaf = false): Attempt {
  return (address) =>
    new Promise((resolve) => {
      const socket: Socket = connect(Number(port), '127.0.0.1', () => socket.write(text(address)));
      if (isDeaf) socket.pause();
      else socket.resume();
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
}

const history = {
  type: 'loadHistory',
  room: 'lobby',
  before: { sent: 4_000_000_000_000, id: 'z' },
  limit: 100,
};
const many = (frame: (i: number) => object, times = 20) => Array.from({ length: times }, (_, i) => frame(i));
const long = (round: number) => `http://a/${')'.repeat(3_900)}${round}`;

const kinds: Record<string, Attempt> = {
  'floods of messages': socketWith((round) =>
    many((i) => ({ type: 'createMessage', message: { room: 'lobby', body: long(round * 20 + i) } })),
  ),
  'history that is not read': socketWith(
    () => [{ type: 'joinRoom', room: 'lobby' }, ...many(() => history)],
    true,
  ),
  'joins of many rooms': socketWith((round) =>
    many((i) => ({ type: 'joinRoom', room: `hostile ${round} ${i} ${Math.random()}` })),
  ),
  renames: http(
    'PUT',
    () => '/api/me',
    (round) => ({ name: `Hostile ${round}` }),
  ),
  'new rooms': http(
    'POST',
    () => '/api/rooms',
    (round) => ({ name: `hostile ${round} ${Math.random()}` }),
  ),
  pages: http('GET', () => '/r/lobby'),
  'invented sessions': http('GET', (round) => `/primus/?EIO=4&transport=polling&sid=invented${round}`),
  'event streams that are not read': raw(
    (address) => `GET /api/rooms/lobby/events HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n\r\n`,
    true,
  ),
  'bodies without an end': raw(
    (address) =>
      `POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"body":"',
  ),
  'invalid targets and upgrades': raw(
    (address) =>
      `GET //a@[ HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
  ),
};

process.on('SIGTERM', () => {
  for (const [kind, number] of attempts) console.log(`${String(number).padStart(8)} ${kind}`);
  process.exit(0);
});

const names = Object.keys(kinds).filter((name) => name.includes(kind));
for (let i = 0; i < Number(count); i += 1) void misuse(names[i % names.length]!, addressOf(i));

async function misuse(kind: string, address: string): Promise<void> {
  for (let round = 0; ; round += 1) {
    attempts.set(kind, (attempts.get(kind) ?? 0) + 1);
    await kinds[kind]!(address, round);
    await pause();
  }
}
