import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { endAllServers } from '../support/server-process.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { type Ground, prepareGround, Several } from './several.js';

describe('/metrics of several processes', skipWithout('redis-server'), () => {
  let ground: Ground;

  beforeEach(async () => {
    ground = await prepareGround();
  });
  afterEach(async () => {
    await endAllServers();
    await ground.remove();
  });

  /** Values of a metric by process. */
  async function read(url: string, name: string): Promise<Map<string, number>> {
    const text = await (await fetch(`${url}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^changeroom_${name}\\{process="(\\w+)"\\} (\\S+)$`, 'gm'));
    return new Map([...samples].map(([, name = '', value]) => [name, Number(value)]));
  }
  const sum = (values: Map<string, number>) => [...values.values()].reduce((total, one) => total + one, 0);

  test('has the numbers of each, whichever is asked', async () => {
    const several = await Several.start(ground.env);
    await several.processIds();
    const workers = [...several.serving.keys()].map(String).sort();
    const sockets = await Promise.all(Array.from({ length: 6 }, () => SocketClient.open(several.url)));
    await Promise.all(sockets.map((socket) => socket.ask({ type: 'joinRoom', room: 'lobby' })));

    // One after the other, the workers are asked.
    for (const _ of workers) {
      const counted = await read(several.url, 'sockets');
      expect([...counted.keys()].sort()).toEqual(workers);
      expect(sum(counted)).toBe(6);
      expect(sum(await read(several.url, 'present'))).toBe(6);
    }
    const cpu = await read(several.url, 'process_cpu_seconds_total');
    expect([...cpu.keys()].sort()).toEqual([...workers, 'primary']);
    expect(Math.min(...cpu.values())).toBeGreaterThan(0);
    for (const socket of sockets) socket.close();
  });

  test('is written as Prometheus reads it: each metric once, with its type before its values', async () => {
    const several = await Several.start(ground.env);
    const text = await (await fetch(`${several.url}/metrics`)).text();
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

  test('leaves out one that does not answer', async () => {
    const several = await Several.start(ground.env);
    await several.processIds();
    const [stuck, pid] = [...several.serving][0]!;
    process.kill(pid, 'SIGSTOP');
    try {
      // One of the connections is the stuck worker's, and is given up.
      const ask = () => fetch(`${several.url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const text = await until(
        'an answer',
        () =>
          ask().then(
            (answer) => answer.text(),
            () => null,
          ),
        20_000,
      );
      const samples = text.matchAll(/^changeroom_sockets\{process="(\w+)"\}/gm);
      const others = [...several.serving.keys()].filter((worker) => worker !== stuck).map(String);
      expect([...samples].map(([, name]) => name).sort()).toEqual(others.sort());
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('goes on when one is killed', async () => {
    const several = await Several.start(ground.env);
    const before = [...(await read(several.url, 'sockets')).keys()];
    several.kill(Number(before[0]));
    await until('another is in its place', async () => {
      const now = await read(several.url, 'sockets').catch(() => new Map());
      return now.size === 4 && !now.has(before[0]!);
    });
  });
});
