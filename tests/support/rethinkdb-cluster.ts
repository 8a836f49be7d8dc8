import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import rethinkdb from 'rethinkdb';
import type { DatabaseHost } from '../../server/config/database-url.js';
import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import { freePort } from './free-port.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import { until } from './until.js';

/** Faults of a host. `isolate`: cut off from the other hosts, but still reachable for drivers. */
export const HOST_FAULTS = ['kill', 'freeze', 'cutOff', 'isolate'] as const;
export type HostFault = (typeof HOST_FAULTS)[number];

/** RethinkDB servers of one cluster. Drivers reach each of them through a proxy, and so do the other servers. */
export interface RethinkdbCluster {
  /** The proxies' ends for drivers. */
  hosts: DatabaseHost[];
  /** Does this to one host. */
  break(host: number, fault: HostFault): Promise<void>;
  /** Undoes it, and resolves when the host is part of the cluster again. */
  heal(host: number): Promise<void>;
  /** A driver's connection past the proxies, to a host that works. */
  connect(db?: string): Promise<DriverConnection>;
  stop(): Promise<void>;
}

/** Options of a suite that needs a RethinkDB server program: without one it is skipped, with the reason. */
export function skipWithoutRethinkdb(): { skip?: boolean; meta?: { skipReason: string } } {
  if (process.env.RETHINKDB_BIN) return {};
  return { skip: true, meta: { skipReason: 'RETHINKDB_BIN does not name a RethinkDB server program' } };
}

interface Member {
  name: string;
  directory: string;
  ports: { driver: number; cluster: number; client: number };
  drivers: TcpProxy;
  /** Where the other servers reach it. */
  peers: TcpProxy;
  process: ChildProcess | null;
  broken: HostFault | null;
}

/**
 * Starts a cluster.
 * @param program the server's program
 * @param heartbeatSeconds after which the servers take another one for dead, at least 2; RethinkDB's default is 10
 */
export async function startRethinkdbCluster(
  program: string,
  size: number,
  heartbeatSeconds: number,
): Promise<RethinkdbCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'changeroom-rethinkdb-'));
  const members: Member[] = [];
  const launch = async (member: Member) => {
    const others = members.filter((other) => other !== member && other.process);
    member.process = await launchServer(program, member, others);
  };
  const connect = async (db?: string) => {
    const member = members.find(({ process, broken }) => process && !broken);
    if (!member) throw new Error('no host works');
    const connection = await rethinkdb.connect({ host: '127.0.0.1', port: member.ports.driver, db });
    connection.on('error', () => {});
    return connection as DriverConnection;
  };
  /** Resolves when all servers know of one another. */
  const whole = async () => {
    const connection = await connect();
    try {
      const count = r.db('rethinkdb').table('server_status').count();
      await until('a whole cluster', async () => (await count.run(connection)) === size, 60_000);
    } finally {
      await connection.close();
    }
  };
  for (let i = 0; i < size; i += 1) {
    const ports = { driver: await freePort(), cluster: await freePort(), client: await freePort() };
    const drivers = await startTcpProxy(ports.driver);
    const peers = await startTcpProxy(ports.cluster);
    const directory = path.join(folder, `host${i}`);
    members.push({ name: `host${i}`, directory, ports, drivers, peers, process: null, broken: null });
    await launch(members[i]!);
  }
  await whole();
  const connection = await connect();
  const system: string = 'rethinkdb';
  const config = r.db(system).table<{ id: string; heartbeat_timeout_secs: number }>('cluster_config');
  await config.get('heartbeat').update({ heartbeat_timeout_secs: heartbeatSeconds }).run(connection);
  await connection.close();

  const isolate = (member: Member) => {
    for (const other of members) {
      if (other === member) other.peers.partition();
      else other.peers.partition([member.ports.client]);
    }
  };
  return {
    hosts: members.map(({ drivers }) => ({ host: '127.0.0.1', port: drivers.port })),
    break: async (host, fault) => {
      const member = members[host]!;
      member.broken = fault;
      if (fault === 'kill') {
        // RethinkDB 2.4 crashes when a connection to another server opens and closes at once (auto_reconnect.cc forgets
        // the address after an error that it takes for permanent): the port must refuse.
        await member.peers.shut();
        await endServer(member);
      }
      if (fault === 'freeze') member.process!.kill('SIGSTOP');
      if (fault === 'cutOff') member.drivers.partition();
      if (fault === 'isolate' || fault === 'cutOff') isolate(member);
    },
    heal: async (host) => {
      const member = members[host]!;
      member.process?.kill('SIGCONT');
      member.drivers.mend();
      for (const { peers } of members) peers.mend();
      if (!member.process) {
        await launch(member);
        await member.peers.reopen();
      }
      member.broken = null;
      await whole();
    },
    connect,
    stop: async () => {
      for (const member of members) {
        await endServer(member);
        await member.drivers.stop();
        await member.peers.stop();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @throws Error with its output when it does not come up */
async function launchServer(program: string, member: Member, others: Member[]): Promise<ChildProcess> {
  const { name, directory, ports, peers } = member;
  const settings = {
    directory,
    'server-name': name,
    'driver-port': ports.driver,
    'cluster-port': ports.cluster,
    'client-port': ports.client,
    'canonical-address': `127.0.0.1:${peers.port}`,
    'cache-size': 64,
    cores: 1,
  };
  const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const joins = others.flatMap((other) => ['--join', `127.0.0.1:${other.peers.port}`]);
  const child = spawn(program, [...args, ...joins, '--no-http-admin', '--no-update-check'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test process that gives up half-way leaves nothing behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  let output = '';
  const ready = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
      if (/Server ready/.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const ended = once(child, 'close').then(() => {
    // `endServer` forgets the process first.
    if (member.process === child) console.error(`the database server ${name} ended by itself: ${output}`);
    throw new Error(`${program} ended: ${output}`);
  });
  ended.catch(() => {});
  await Promise.race([ready, ended]);
  return child;
}

async function endServer(member: Member): Promise<void> {
  const child = member.process;
  member.process = null;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
