import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { endAllServers } from '../support/server-process.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { type ClusterEnvironment, prepareEnvironment, ServerCluster } from './server-cluster.js';

describe('/metrics of several processes', skipWithout('redis-server'), () => {
  let environment: ClusterEnvironment;

  beforeEach(async () => {
    environment = await prepareEnvironment();
  });
  afterEach(async () => {
    await endAllServers();
    await environment.remove();
  });

  /** Values of a metric by process. */
  async function read(url: string, name: string): Promise<Map<string, number>> {
    const text = await (await fetch(`${url}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^changeroom_${name}\\{process="(\\w+)"\\} (\\S+)$`, 'gm'));
    return new Map([...samples].map(([, name = '', value]) => [name, Number(value)]));
  }
  const sum = (values: Map<string, number>) => [...values.values()].reduce((total, one) => total + one, 0);

  test('/metrics has the metrics of all processes, whichever worker is requested', async () => {
    const cluster = await ServerCluster.start(environment.env);
    await cluster.processIds();
    const workers = [...cluster.listening.keys()].map(String).sort();
    const sockets = await Promise.all(Array.from({ length: 6 }, () => SocketClient.open(cluster.url)));
    await Promise.all(sockets.map((socket) => socket.ask({ type: 'joinRoom', room: 'lobby' })));

    // Connections are distributed to the workers in turn.
    for (const _ of workers) {
      const counted = await read(cluster.url, 'sockets');
      expect([...counted.keys()].sort()).toEqual(workers);
      expect(sum(counted)).toBe(6);
      expect(sum(await read(cluster.url, 'present'))).toBe(6);
    }
    const cpu = await read(cluster.url, 'process_cpu_seconds_total');
    expect([...cpu.keys()].sort()).toEqual([...workers, 'primary']);
    expect(Math.min(...cpu.values())).toBeGreaterThan(0);
    for (const socket of sockets) socket.close();
  });

  test('/metrics of several processes is valid Prometheus text: each metric once, its type before its values', async () => {
    const cluster = await ServerCluster.start(environment.env);
    const text = await (await fetch(`${cluster.url}/metrics`)).text();
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
    expect(types).toContain('changeroom_insert_seconds');
    expect(types).toContain('changeroom_nodejs_version_info');
    let type = '';
    for (const line of text.split('\n').filter((line) => line && !line.startsWith('# HELP'))) {
      if (line.startsWith('#')) type = line.split(' ')[2]!;
      else expect(line.startsWith(type)).toBe(true);
    }
  });

  test('/metrics leaves out a worker that does not respond', async () => {
    const cluster = await ServerCluster.start(environment.env);
    await cluster.processIds();
    const [frozen, pid] = [...cluster.listening][0]!;
    process.kill(pid, 'SIGSTOP');
    try {
      // A connection that the frozen worker receives is given up.
      const ask = () => fetch(`${cluster.url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const text = await until(
        'a response',
        () =>
          ask().then(
            (answer) => answer.text(),
            () => null,
          ),
        20_000,
      );
      const samples = text.matchAll(/^changeroom_sockets\{process="(\w+)"\}/gm);
      const others = [...cluster.listening.keys()].filter((worker) => worker !== frozen).map(String);
      expect([...samples].map(([, name]) => name).sort()).toEqual(others.sort());
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('/metrics includes the replacement of a killed worker', async () => {
    const cluster = await ServerCluster.start(environment.env);
    const before = [...(await read(cluster.url, 'sockets')).keys()];
    cluster.kill(Number(before[0]));
    await until('the replacement is listening', async () => {
      const now = await read(cluster.url, 'sockets').catch(() => new Map());
      return now.size === 4 && !now.has(before[0]!);
    });
  });
});
