import { connect } from 'node:net';
import type { Random } from '../random.js';
import { answered, Finding, type Surface } from '../surface.js';

/** Concurrent connections. */
const BATCH = 32;

const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PRI',
  'get',
  '',
];
const PATHS = [
  '/',
  '/r/',
  '/ui/',
  '/api/rooms/',
  '/primus/',
  '/static/',
  '/rooms',
  '/name',
  '/metrics',
  '/healthz',
];
const TARGETS = [
  '*',
  '//',
  '//a@[',
  '/\\',
  'http://[',
  'http://a:99999/primus/',
  'https://user:pw@host/',
  'a:b',
  '%',
  '/%',
  '/%ff',
  '/r/%00',
  '/r/%2e%2e',
  '/primus/?EIO=4&transport=polling',
  '/primus/?EIO=3&transport=websocket',
  '/primus/?EIO=4&transport=polling&sid=invented',
  '/primus/primus.js',
  '/api/rooms/fuzz/events?limit=0',
  `/${'a'.repeat(20_000)}`,
];
const HEADERS: [name: string, values: string[]][] = [
  ['Host', ['localhost', '', '[', 'a:99999', 'a@b', 'a, b', 'ÿ']],
  ['Upgrade', ['websocket', 'h2c', 'WebSocket, h2c', 'x']],
  ['Connection', ['Upgrade', 'close', 'keep-alive, Upgrade', 'x']],
  ['Sec-WebSocket-Key', ['dGhlIHNhbXBsZSBub25jZQ==', 'x', '']],
  ['Sec-WebSocket-Version', ['13', '12', 'x']],
  ['Content-Length', ['0', '5', '-1', '99999999999999999999', '1e3']],
  ['Transfer-Encoding', ['chunked', 'gzip, chunked', 'x']],
  ['Content-Type', ['application/json', 'text/plain; charset=x', 'application/x-www-form-urlencoded', 'x']],
  ['Content-Encoding', ['gzip', 'x']],
  ['Cookie', ['changeroom_guest=x', 'changeroom_guest=%', '=;=;', 'changeroom_token=x']],
  ['Authorization', ['Bearer', 'Bearer x', 'Bearer e30.x', 'Bearer \u00ff', 'Basic x', 'x']],
  ['Origin', ['null', 'http://[', 'http://evil.example', '']],
  ['Accept', ['text/html', 'text/event-stream', '*/*;q=2', ',,,']],
  ['Last-Event-ID', ['x.1', 'x.99999999999999999999', '.']],
  ['X-Forwarded-For', ['1.2.3.4', 'x', '1.2.3.4, [', '']],
  ['X-Forwarded-Proto', ['https', 'x']],
  ['X-Forwarded-Host', ['[', 'a b']],
  ['X-Request-Id', ['x', '\u00ff']],
  ['Range', ['bytes=0-', 'bytes=9-1']],
  ['If-None-Match', ['*', '"x"']],
  ['Expect', ['100-continue', 'x']],
];

function targetOf(random: Random): string {
  if (random.chance(0.4)) return random.pick(TARGETS);
  const segment = random.chance(0.5) ? random.segment() : random.text().replace(/\s/g, '');
  const query = random.chance(0.3)
    ? `?${random.pick(['before', 'after', 'limit', 'sid', 'id', 'id_user', 'edit'])}=${segment}`
    : '';
  const rest = random.pick(['', '/messages', '/events', '/users', '/members', '/join', '/read']);
  return `${random.pick(PATHS)}${segment}${rest}${query}`;
}

/** A complete, truncated or changed request. */
export function request(random: Random): Buffer {
  const lines = [
    `${random.pick(METHODS)} ${targetOf(random)} HTTP/1.${random.chance(0.9) ? 1 : random.below(10)}`,
  ];
  if (random.chance(0.9)) lines.push('Host: localhost');
  for (let i = random.below(6); i > 0; i -= 1) {
    const [name, values] = random.pick(HEADERS);
    lines.push(`${name}: ${random.chance(0.8) ? random.pick(values) : random.text()}`);
  }
  const body = random.chance(0.3) ? JSON.stringify(random.json()) : '';
  const whole = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  return random.chance(0.3) ? random.mutate(whole) : whole;
}

/** Bytes over TCP: malformed request lines, headers, upgrades and bodies. */
export const rawHttp: Surface = {
  name: 'raw HTTP and upgrades',
  async attack(random, target) {
    const inputs = Array.from({ length: BATCH }, () => request(random));
    await Promise.all(inputs.map((input) => answered(send(target.port, input), input)));
    return BATCH;
  },
};

/** Resolves when the server answers or closes the connection. */
function send(port: number, input: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(input));
    const done = () => {
      socket.destroy();
      resolve();
    };
    socket.on('data', (chunk) => {
      const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(chunk.toString('latin1')) ?? [];
      if (status !== undefined && Number(status) >= 500) {
        socket.destroy();
        reject(new Finding(`status ${status}`, input));
      } else done();
    });
    // A reset is also an answer. A crash is detected by the end of the process.
    socket.on('error', done);
    socket.on('close', done);
  });
}
