import { connect, type Socket } from 'node:net';
import type { Random } from '../random.js';
import { answered, Finding, type Surface } from '../surface.js';
import type { Target } from '../target.js';

// RethinkDB's wire protocol: https://rethinkdb.com/docs/writing-drivers/
const V0_4 = 0x400c2d20;
const V1_0 = 0x34c2bdc3;
const JSON_PROTOCOL = 0x7e6970c7;
const QUERY = { START: 1, CONTINUE: 2, STOP: 3, NOREPLY_WAIT: 4, SERVER_INFO: 5 };
const INTERNAL_ERROR = 1_000_000;
/** The highest number of a term in ql2.proto. */
const LAST_TERM = 193;
const QUERIES = 256;
/** The ReQL term of a table. */
const TABLE = [15, [[14, ['test']], 'fuzz']];

function termOf(random: Random, depth = 4): unknown {
  if (depth === 0 || random.chance(0.2)) return random.chance(0.3) ? TABLE : random.json(1);
  if (random.chance(0.05)) return [69, [[2, [1, 2]], termOf(random, depth - 1)]];
  if (random.chance(0.1)) return [10, [random.pick([1, 2, 3])]];
  const term: unknown[] = [1 + random.below(LAST_TERM)];
  term.push(random.chance(0.95) ? random.list(4, () => termOf(random, depth - 1)) : random.json(1));
  if (random.chance(0.2))
    term.push(Object.fromEntries(random.list(2, () => [random.pick(OPTIONS), termOf(random, 1)])));
  return term;
}

const OPTIONS = [
  'index',
  'durability',
  'return_changes',
  'conflict',
  'squash',
  'include_states',
  'left_bound',
  'multi',
];

function frame(token: number, body: Buffer, length = body.length): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(BigInt(token), 0);
  header.writeUInt32LE(length, 8);
  return Buffer.concat([header, body]);
}

function queryOf(random: Random): Buffer {
  const type = random.chance(0.9) ? QUERY.START : random.below(7);
  const body = Buffer.from(JSON.stringify(random.chance(0.97) ? [type, termOf(random), {}] : random.json()));
  return random.chance(0.05) ? random.mutate(body) : body;
}

/** The port of the embedded database: malformed handshakes, frames and terms. */
export const reql: Surface = {
  name: 'ReQL handshakes and terms',
  async attack(random, target) {
    if (random.chance(0.1)) {
      const input = handshakeOf(random);
      await answered(knock(target, input), input);
      return 1;
    }
    const bodies = Array.from({ length: QUERIES }, () => queryOf(random));
    await answered(ask(target, bodies), bodies.map(String).join('\n'));
    return QUERIES;
  },
};

function handshakeOf(random: Random): Buffer {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(random.pick([V1_0, V0_4, 0x5f75e83e, 0x3f61ba36, random.below(2 ** 32)]));
  const text = random.chance(0.5)
    ? `${JSON.stringify({ protocol_version: 0, authentication_method: 'SCRAM-SHA-256', authentication: random.json(1) })}\0`
    : random.text();
  return random.mutate(Buffer.concat([magic, Buffer.from(text), random.bytes(100)]));
}

/** Resolves when the server closes the connection. */
function knock({ databasePort }: Target, input: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(databasePort, '127.0.0.1', () => socket.end(input));
    socket.resume();
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
}

/** Sends queries concurrently. Resolves when each has a response, or when the server closes the connection. */
function ask({ databasePort }: Target, bodies: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(databasePort, '127.0.0.1', () => socket.write(greeting()));
    const unanswered = new Set(bodies.keys());
    let received = Buffer.alloc(0);
    let isGreeted = false;
    const done = () => {
      socket.destroy();
      resolve();
    };
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!isGreeted) {
        const end = received.indexOf(0);
        if (end < 0) return;
        isGreeted = true;
        received = received.subarray(end + 1);
        sendAll(socket, bodies);
      }
      while (received.length >= 12 && received.length >= 12 + received.readUInt32LE(8)) {
        const token = Number(received.readBigUInt64LE(0));
        const end = 12 + received.readUInt32LE(8);
        const response = JSON.parse(received.toString('utf8', 12, end)) as { e?: number; r: unknown[] };
        received = received.subarray(end);
        unanswered.delete(token - 1);
        if (response.e === INTERNAL_ERROR)
          return reject(new Finding(`internal error: ${response.r[0]}`, bodies[token - 1] ?? ''));
      }
      if (unanswered.size === 0) done();
    });
  });
}

function greeting(): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(V0_4, 0);
  bytes.writeUInt32LE(JSON_PROTOCOL, 8);
  return bytes;
}

function sendAll(socket: Socket, bodies: readonly Buffer[]): void {
  for (const [i, body] of bodies.entries()) socket.write(frame(i + 1, body));
}
