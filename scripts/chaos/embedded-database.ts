import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import rethinkdb from 'rethinkdb';
import type { DriverConnection } from '../../server/database/connection/reql.js';
import { startTcpProxy, type TcpProxy } from '../../tests/support/tcp-proxy.js';
import type { ChaosDatabase } from './chaos-database.js';
import { type DiskOptions, startDisk } from './disk.js';
import type { Fault } from './faults.js';

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
  const lines: TcpProxy[] = [];
  for (let i = 0; i < servers; i += 1) lines.push(await startTcpProxy(port));

  const onLine = (name: string, lasts: Fault['lasts'], begin: (line: TcpProxy) => () => void): Fault => ({
    name: `${name} the line of a server to the database`,
    lasts,
    begin: async (pick) => {
      const end = begin(lines[pick(lines.length)]!);
      return async () => end();
    },
  });
  const faults: Fault[] = [
    ...disk.faults,
    onLine('cut', [500, 4_000], (line) => {
      line.cut();
      return () => line.mend();
    }),
    onLine('freeze', [1_000, 8_000], (line) => {
      line.partition();
      return () => line.mend();
    }),
    onLine('delay', [2_000, 6_000], (line) => {
      line.delay(DELAY_MS);
      return () => line.delay(0);
    }),
    {
      name: 'stop the process of the database for a while (SIGSTOP)',
      lasts: [500, 6_000],
      begin: async () => {
        child.process.kill('SIGSTOP');
        return async () => void child.process.kill('SIGCONT');
      },
    },
    {
      name: 'kill the process of the database',
      lasts: [0, 2_000],
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
    urls: lines.map((line) => `rethinkdb://127.0.0.1:${line.port}/${db}`),
    lane: { name: 'database', faults, pauses: [500, 2_500] },
    connect: async () => {
      const connection = await rethinkdb.connect({ host: '127.0.0.1', port, db, timeout: 5 });
      connection.on('error', () => {});
      return connection as DriverConnection;
    },
    stop: async () => {
      for (const line of lines) await line.stop();
      await kill(child.process);
      await disk.stop();
    },
  };
}

async function launch(directory: string, port: number): Promise<{ process: ChildProcess; port: number }> {
  const program = path.join(import.meta.dirname, 'embedded-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A run that gives up half-way leaves nothing behind.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('close', () => process.off('exit', end));
  for await (const line of createInterface(child.stdout)) {
    const listening = /^listening on (\d+)$/.exec(line);
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
