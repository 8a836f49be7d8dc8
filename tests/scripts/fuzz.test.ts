import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Random } from '../../scripts/fuzz/random.js';
import { amqp } from '../../scripts/fuzz/surfaces/amqp.js';
import { bodies } from '../../scripts/fuzz/surfaces/bodies.js';
import { rawHttp } from '../../scripts/fuzz/surfaces/raw-http.js';
import { reql } from '../../scripts/fuzz/surfaces/reql.js';
import { rest } from '../../scripts/fuzz/surfaces/rest.js';
import { tokens } from '../../scripts/fuzz/surfaces/tokens.js';
import { websocket } from '../../scripts/fuzz/surfaces/websocket.js';
import type { Target } from '../../scripts/fuzz/target.js';
import { childEnvironment } from '../support/child-environment.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';

const SEED = 20;

/** Runs the command. @returns its output and exit code */
function fuzz(args: string[], env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const command = ['node_modules/tsx/dist/cli.mjs', 'scripts/fuzz/fuzz.ts', ...args];
  return new Promise((resolve) => {
    const options = { env: childEnvironment({ ...env }), maxBuffer: 2 ** 26 };
    execFile(process.execPath, command, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    );
  });
}

describe('npm run fuzz', () => {
  test('npm run fuzz has no findings for HTTP, markup, sockets, tokens and ReQL', async () => {
    const { code, output } = await fuzz(['--seed', `${SEED}`, '--inputs', '6000', '--minutes', '1']);
    expect(output).toContain(', 0 findings, seed 20');
    expect(code).toBe(0);
    for (const { name } of [rawHttp, rest, bodies, websocket, reql, tokens])
      expect(output).toMatch(new RegExp(`[1-9]\\d* ${name}`));
    expect(output).toContain(`skipped "${amqp.name}"`);
  }, 150_000);

  describe('with a broker', skipWithout('rabbitmq-server'), () => {
    let broker: RabbitmqServer;
    beforeAll(async () => {
      broker = await startRabbitmq();
    });
    afterAll(() => broker?.stop());

    test('npm run fuzz has no findings for answers of bots', async () => {
      const args = ['--seed', `${SEED}`, '--inputs', '300', '--minutes', '1', '--surface', amqp.name];
      const { code, output } = await fuzz(args, { AMQP_URL: broker.url });
      expect(output).toMatch(new RegExp(`[1-9]\\d* ${amqp.name}`));
      expect(output).toContain(', 0 findings');
      expect(code).toBe(0);
    }, 150_000);
  });
});

describe('a fuzz surface', () => {
  let failing: Server;
  let target: Target;
  beforeAll(async () => {
    failing = createHttpServer((_request, response) => response.writeHead(500).end('{}'));
    const sockets = new WebSocketServer({ server: failing });
    sockets.on('connection', (socket) => socket.send('4{"type":"error","code":"internal"}'));
    // Completes the handshake and answers the first query with an internal error.
    const database = createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('SUCCESS\0');
        socket.once('data', () => {
          const body = Buffer.from('{"t":18,"e":1000000,"r":["fault"],"b":[]}');
          const header = Buffer.alloc(12);
          header.writeBigUInt64LE(1n, 0);
          header.writeUInt32LE(body.length, 8);
          socket.write(Buffer.concat([header, body]));
        });
      });
      socket.on('error', () => {});
    });
    for (const server of [failing, database]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    const { port } = failing.address() as AddressInfo;
    const databasePort = (database.address() as AddressInfo).port;
    target = { url: `http://127.0.0.1:${port}`, port, databasePort } as Target;
  });
  afterAll(() => failing?.close());

  for (const surface of [rawHttp, rest, bodies, websocket, reql, tokens]) {
    test(`the surface "${surface.name}" reports the input when the server fails`, async () => {
      const random = new Random(2);
      const attack = async () => {
        // A handshake without queries has no error response.
        for (let i = 0; i < 20; i += 1) await surface.attack(random, target);
      };
      await expect(attack()).rejects.toMatchObject({ input: expect.anything() });
    });
  }
});
