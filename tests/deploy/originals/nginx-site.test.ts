import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, say, shownTexts, type Visitor, visit } from '../../support/browser.js';
import { skipWithout } from '../../support/programs.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { endAllServers, type ServerProcess, startServer } from '../../support/server-process.js';
import { until } from '../../support/until.js';
import { atPort, Nginx } from '../nginx-server.js';

/** `server_name` of the site. Browsers reach it at port 80, which they map to the port of the test. */
const HOST = 'chat.jobsity.ikoabo.com';

describe('the nginx site of the chat server', skipWithout('nginx', 'chromium', 'redis-server'), () => {
  let redis: RedisServer;
  let server: ServerProcess;
  let nginx: Nginx;
  let browser: Browser;
  let DATA_DIR: string;

  beforeAll(async () => {
    redis = await startRedis();
    DATA_DIR = await mkdtemp(path.join(tmpdir(), 'changeroom-nginx-site-'));
    server = await startServer({ DATA_DIR, INSTANCES: '2', REDIS_URL: redis.url });
    const site = readFileSync('tests/deploy/originals/chat-server-nginx-site.txt', 'utf8');
    nginx = await Nginx.start((port) => {
      const { port: upstream } = new URL(server.url);
      return atPort(site.replace('localhost:8002', `localhost:${upstream}`), port);
    });
    browser = await launchBrowser(
      `--host-resolver-rules=MAP ${HOST}:80 127.0.0.1:${new URL(nginx.url).port}`,
    );
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await nginx?.stop();
    await endAllServers();
    await redis?.stop();
    await rm(DATA_DIR, { recursive: true, force: true });
  });

  const open = (room: string): Promise<Visitor> => visit(browser, `http://${HOST}/r/${room}`);

  test('pages behind the nginx site show messages of each other over WebSockets', async () => {
    const [ada, bob] = await Promise.all([open('lobby'), open('lobby')]);
    await say(ada.page, 'behind the site');
    for (const { page } of [ada, bob])
      await until('the message', async () => (await shownTexts(page)).includes('behind the site'));
    const upgrades = async () =>
      (await nginx.passedOn()).filter(
        ({ url, status }) => url.includes('transport=websocket') && status === 101,
      );
    // nginx logs a WebSocket when it ends.
    for (const { context } of [ada, bob]) await context.close();
    await until('both upgrades in the log', async () => (await upgrades()).length >= 2);
    // Browsers say so of every page over http: that is not of this machine.
    const isAboutHttp = (text: string) => text.includes("the URL's origin was untrustworthy");
    expect([...ada.complaints, ...bob.complaints].filter((text) => !isAboutHttp(text))).toEqual([]);
  });

  test('the nginx site passes on REST, long-polling and event streams', async () => {
    const { page, context } = await open('mixed');
    const received = await page.evaluate(async () => {
      const texts: { status: number; stream: string; polled: string } = { status: 0, stream: '', polled: '' };
      const stream = await fetch('/api/rooms/mixed/events');
      const reader = stream.body!.getReader();
      const address = '/primus/?EIO=4&transport=polling';
      // Several sessions, so that both processes of the server have one.
      const sessions = await Promise.all(
        [0, 1, 2, 3].map(async () => {
          const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1));
          const session = `${address}&sid=${sid}`;
          await fetch(session, { method: 'POST', body: '4{"type":"joinRoom","room":"mixed"}' });
          return session;
        }),
      );
      const posted = await fetch('/api/rooms/mixed/messages', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"body":"by REST"}',
      });
      texts.status = posted.status;
      const decoder = new TextDecoder();
      while (!texts.stream.includes('by REST')) texts.stream += decoder.decode((await reader.read()).value);
      for (const session of sessions) {
        let polled = '';
        while (!polled.includes('by REST')) {
          const poll = await fetch(session);
          if (!poll.ok) throw new Error(`a poll was answered with ${poll.status}`);
          polled += await poll.text();
        }
        texts.polled += polled;
      }
      return texts;
    });
    expect(received.status).toBe(201);
    expect(received.polled.match(/by REST/g)!.length).toBeGreaterThanOrEqual(4);
    await context.close();
  });

  test('room names with spaces and accents pass the nginx site, which decodes addresses', async () => {
    const { page, context } = await open('caf%C3%A9%20b');
    await say(page, 'espresso');
    await until('the message', async () => (await shownTexts(page)).includes('espresso'));
    const read = await fetch(`${server.url}/api/rooms/caf%C3%A9%20b/messages`);
    expect(await read.text()).toContain('espresso');
    await context.close();
  });

  test('the server behind the nginx site sees the host of the page', async () => {
    const { page, context } = await open('seen');
    const text = await page.evaluate(() => fetch('/api/openapi.json').then((response) => response.text()));
    expect(JSON.parse(text).servers[0].url).toBe(`http://${HOST}`);
    await context.close();
  });
});
