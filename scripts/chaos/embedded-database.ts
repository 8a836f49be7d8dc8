import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import rethinkdb from 'rethinkdb';
import type { DriverConnection } from '../../server/database/connection/reql.js';
import { ROOT } from '../../server/runtime/project-root.js';
import { startTcpProxy, type TcpProxy } from '../../tests/support/tcp-proxy.js';
import type { ChaosDatabase } from './chaos-database.js';
import { type DiskOptions, startDisk } from './disk.js';
import type { DurationRange, Fault } from './faults.js';

const DELAY_MS = 300;

/** Starts the embedded database in a process of its own on a small disk, and a TCP proxy to it for each server. */
export async function startEmbeddedDatabase(
  db: string,
  servers: number,
  diskOptions: DiskOptions,
): Promise<ChaosDatabase> {
  const disk = await startDisk(diskOptions);
  const directory = path.join(disk.directory, 'database');
  let child = await launch(directory, 0);
  const { port } = child;
  const proxies: TcpProxy[] = [];
  for (let i = 0; i < servers; i += 1) proxies.push(await startTcpProxy(port));

  const onConnection = (
    name: string,
    duration: DurationRange,
    begin: (proxy: TcpProxy) => () => void,
  ): Fault => ({
    name: `${name} the connections of a server to the database`,
    duration,
    begin: async (pick) => {
      const end = begin(proxies[pick(proxies.length)]!);
      return async () => end();
    },
  });
  const faults: Fault[] = [
    ...disk.faults,
    onConnection('cut', [500, 4_000], (proxy) => {
      proxy.cut();
      return () => proxy.mend();
    }),
    onConnection('freeze', [1_000, 8_000], (proxy) => {
      proxy.partition();
      return () => proxy.mend();
    }),
    onConnection('delay', [2_000, 6_000], (proxy) => {
      proxy.delay(DELAY_MS);
      return () => proxy.delay(0);
    }),
    {
      name: 'freeze the database process (SIGSTOP)',
      duration: [500, 6_000],
      begin: async () => {
        child.process.kill('SIGSTOP');
        return async () => void child.process.kill('SIGCONT');
      },
    },
    {
      name: 'kill the database process',
      duration: [0, 2_000],
      begin: async () => {
        await kill(child.process);
        return async () => {
          child = await launch(directory, port);
        };
      },
    },
  ];
  return {
    kind: 'the embedded database',
    urls: proxies.map((proxy) => `rethinkdb://127.0.0.1:${proxy.port}/${db}`),
    lane: { name: 'database', faults, pause: [500, 2_500] },
    connect: async () => {
      const connection = await rethinkdb.connect({ host: '127.0.0.1', port, db, timeout: 5 });
      connection.on('error', () => {});
      return connection as DriverConnection;
    },
    stop: async () => {
      for (const proxy of proxies) await proxy.stop();
      await kill(child.process);
      await disk.stop();
    },
  };
}

async function launch(directory: string, port: number): Promise<{ process: ChildProcess; port: number }> {
  const program = path.join(ROOT, 'packages/embedded-rethinkdb/bin/embedded-rethinkdb.js');
  const child = spawn(process.execPath, [program, '--directory', directory, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Also when the run ends early.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('close', () => process.off('exit', end));
  for await (const line of createInterface(child.stdout)) {
    const listening = / listens at rethinkdb:\/\/\S+:(\d+),/.exec(line);
    if (listening) return { process: child, port: Number(listening[1]) };
  }
  throw new Error('the embedded database did not start');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'exit');
  child.kill('SIGKILL');
  await closed;
}
