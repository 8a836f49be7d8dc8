import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Connection, r } from '../tests/support/driver.js';
import { until } from '../tests/support/until.js';

const START_MS = 30_000;

/** A RethinkDB server of its own, on free ports and in a temporary directory. */
export class RethinkDbProcess {
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(
    child: ChildProcess,
    directory: string,
    readonly port: number,
  ) {
    this.#child = child;
    this.#directory = directory;
  }

  static async start(program: string): Promise<RethinkDbProcess> {
    const directory = await mkdtemp(path.join(tmpdir(), 'conformance-'));
    const [port, clusterPort] = [await freePort(), await freePort()];
    const options = ['--no-http-admin', '--no-update-check', '--bind', '127.0.0.1'];
    const ports = ['--driver-port', String(port), '--cluster-port', String(clusterPort)];
    const child = spawn(program, [...options, ...ports, '--directory', path.join(directory, 'data')], {
      stdio: 'ignore',
    });
    const server = new RethinkDbProcess(child, directory, port);
    const probe = await until(
      'RethinkDB accepts connections',
      () => server.connect().catch(() => null),
      START_MS,
    );
    await probe.close();
    return server;
  }

  async connect(): Promise<Connection> {
    const connection = await r.connect({ port: this.port });
    connection.on('error', () => {});
    return connection;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill();
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
