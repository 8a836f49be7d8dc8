import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedOptions, startEmbedded } from '../../src/index.js';
import { type Connection, r } from './driver.js';

export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly directory: string;
  /** The faults that the database has reported; empty in a test that passes. */
  readonly faults: Error[];
  connect(): Promise<Connection>;
  stop(): Promise<void>;
}

/** A database for one test file, in a temporary directory by default. */
export async function startTestServer(options: Partial<EmbeddedOptions> = {}): Promise<TestServer> {
  const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'embedded-')));
  const faults: Error[] = [];
  const place = options.memory ? {} : { directory };
  const { host, port, stop } = await startEmbedded({ ...place, onFault: (e) => faults.push(e), ...options });
  const connections: Connection[] = [];
  return {
    host,
    port,
    directory,
    faults,
    connect: async () => {
      const connection = await r.connect({ host, port, password: options.password ?? '' });
      connection.on('error', () => {});
      connections.push(connection);
      return connection;
    },
    stop: async () => {
      for (const connection of connections) await connection.close({ noreplyWait: false }).catch(() => {});
      await stop();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
