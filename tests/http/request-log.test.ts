import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import express from 'express';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { requestLog } from '../../server/http/middleware/request-log.js';
import { until } from '../support/until.js';

const lines: Record<string, unknown>[] = [];
const sink = new Writable({
  write(chunk, _encoding, done) {
    lines.push(JSON.parse(String(chunk)));
    done();
  },
});
const app = express()
  .use(requestLog(pino({ level: 'debug' }, sink)))
  .get('/fails', (_req, res) => void res.status(500).end())
  .get('/works', (_req, res) => void res.end());
const server = createServer(app).listen(0, '127.0.0.1');
afterEach(() => void server.close());

test('requests get an id and are logged without their query', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = await fetch(`${url}/works?token=secret`, { headers: { connection: 'close' } });
  const given = await fetch(`${url}/fails`, {
    headers: { 'x-request-id': 'from-the-proxy', connection: 'close' },
  });
  const bad = await fetch(`${url}/works`, { headers: { 'x-request-id': 'a b{}', connection: 'close' } });
  expect(own.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(given.headers.get('x-request-id')).toBe('from-the-proxy');
  expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  await until('three lines', () => lines.length === 3);
  expect(lines[0]).toMatchObject({ level: 20, method: 'GET', path: '/works', status: 200 });
  expect(lines[1]).toMatchObject({ level: 40, path: '/fails', status: 500, requestId: 'from-the-proxy' });
  expect(JSON.stringify(lines)).not.toContain('secret');
});
