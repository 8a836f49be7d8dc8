import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
afterEach(() => app?.stop());

async function numbers(): Promise<Map<string, number>> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('the metrics count sockets, rooms and feeds, and measure the latency of messages', async () => {
  app = await startTestApp();
  const before = await numbers();
  const client = await SocketClient.open(app.url);
  await client.ask({ type: 'joinRoom', room: 'measured' });
  await client.ask({ type: 'createMessage', message: { room: 'measured', body: 'x' } });
  await until('it is delivered', () => client.latest('deliverMessage'));
  const after = await numbers();
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(after.get('changeroom_sockets')).toBe(1);
  expect(after.get('changeroom_rooms')).toBe(1);
  expect(after.get('changeroom_feeds')).toBe(1);
  expect(after.get('changeroom_database_up')).toBe(1);
  expect(grown('changeroom_insert_seconds_count')).toBe(1);
  expect(grown('changeroom_delivery_seconds_count')).toBe(1);
  expect(grown('changeroom_feeds_opened_total{again="false"}')).toBeGreaterThan(0);
  expect(after.get('changeroom_process_cpu_seconds_total')).toBeGreaterThan(0);
  client.close();
});

test('the metrics need their token if one is set', async () => {
  const secret = 'a secret of sixteen characters';
  app = await startTestApp({ env: { METRICS_TOKEN: secret.replaceAll(' ', '-') } });
  expect((await fetch(`${app.url}/metrics`)).status).toBe(401);
  const headers = { authorization: `Bearer ${secret.replaceAll(' ', '-')}` };
  expect((await fetch(`${app.url}/metrics`, { headers })).status).toBe(200);
});

test('the metrics contain every metric of the dashboard', async () => {
  // The address of a broker, so that its metrics exist.
  app = await startTestApp({ env: { AMQP_URL: 'amqp://127.0.0.1:1' } });
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const dashboard = await readFile(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
  const shown = new Set(dashboard.match(/\bchangeroom_[a-z0-9_]+/g));
  expect(shown.size).toBeGreaterThan(10);
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const isKnown = (name: string) => known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, ''));
  expect([...shown].filter((name) => !isKnown(name))).toEqual([]);
});
