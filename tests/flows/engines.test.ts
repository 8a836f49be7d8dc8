import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { CHROMIUM } from '../support/engines/chromium-engine.js';
import type { EngineBrowser, EnginePage } from '../support/engines/engine.js';
import { FIREFOX } from '../support/engines/firefox-engine.js';
import { WEBKIT } from '../support/engines/webkit-engine.js';
import { skipWithout } from '../support/programs.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const OLD_MESSAGES = Array.from({ length: 150 }, (_, i) => `line ${i}`);
/** Browsers and their sessions start slowly while other tests run. */
const PATIENCE_MS = 20_000;

let database: TestDatabase;
let console: r.Connection;
let app: TestApp;
/** The address of the server for browsers: it stays the same when the server starts again. */
let line: TcpProxy;
let address: string;

beforeAll(async () => {
  database = await openDatabase();
  console = await database.connect();
  app = await start();
  line = await startTcpProxy(Number(new URL(app.url).port));
  address = `http://127.0.0.1:${line.port}`;
});

afterAll(async () => {
  await line?.stop();
  await app?.stop();
  await database?.stop();
});

/** With the same secret and port each time, so that guests keep their names and the page finds the server again. */
function start(port = '0'): Promise<TestApp> {
  return startTestApp({ database, env: { SESSION_SECRET: 'the same after a restart', PORT: port } });
}

const insert = (room: string, ...bodies: string[]) =>
  r
    .table('messages')
    .insert(bodies.map((body, i) => ({ room, body, sent: new Date(1.7e12 + i) })))
    .run(console);

const rowsOf = (room: string) => r.table('messages').filter({ room });

describe.each([CHROMIUM, FIREFOX, WEBKIT])(
  'the main flows in $name',
  ({ name, programs, start: startBrowser }) => {
    describe(`a page of ${name}`, skipWithout(...programs), () => {
      let browser: EngineBrowser;
      let page: EnginePage;

      beforeAll(async () => {
        browser = await startBrowser();
      });

      afterAll(() => browser?.close());

      const room = (flow: string) => `${flow}-${name.toLowerCase()}`;

      const see = (what: string, expression: string) =>
        until(`${name}: ${what}`, () => page.evaluate(expression), PATIENCE_MS);

      const isLive = () => see('the page is live', `document.body.dataset.state === 'live'`);

      const texts = `[...document.querySelectorAll('.message:not(.unsent) .body')].map((body) => body.textContent.replace('(edited)', '').trim())`;

      const shows = (...bodies: string[]) =>
        see(
          `the messages ${bodies}`,
          `JSON.stringify(${texts}) === ${JSON.stringify(JSON.stringify(bodies))}`,
        );

      async function say(text: string): Promise<void> {
        await page.evaluate(`document.querySelector('#body').focus()`);
        await page.type(text);
        await page.press('Enter');
      }

      const click = (selector: string) =>
        page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);

      async function enter(flow: string): Promise<string> {
        await page.goto(`${address}/r/${room(flow)}`);
        await isLive();
        return room(flow);
      }

      describe('with scripts', () => {
        beforeAll(async () => {
          page = await browser.openPage({ hasScripts: true });
        });

        afterAll(() => page?.close());

        test(`${name} sends and receives, edits and deletes messages`, async () => {
          const here = await enter('talk');
          await say('hello');
          await shows('hello');
          await insert(here, 'from a driver');
          await shows('from a driver', 'hello');
          await page.evaluate(`document.querySelector('#body').focus()`);
          await page.press('ArrowUp');
          await see('the editor', `document.querySelector('.editor textarea') === document.activeElement`);
          await page.type(' again');
          await page.press('Enter');
          await shows('from a driver', 'hello again');
          await rowsOf(here).filter({ body: 'from a driver' }).update({ body: 'edited there' }).run(console);
          await shows('edited there', 'hello again');
          await rowsOf(here).filter({ body: 'edited there' }).delete().run(console);
          await shows('hello again');
          await page.evaluate(`document.querySelector('.message.own').focus()`);
          await see('the actions', `document.querySelector('[data-action="delete"]') !== null`);
          await click('.message.own [data-action="delete"]');
          await click('.message.own [data-action="confirm"]');
          await shows();
          expect(await rowsOf(here).count().run(console)).toBe(0);
        });

        test(`${name} loads older messages when the reader scrolls up, which stay in place`, async () => {
          await insert(room('history'), ...OLD_MESSAGES);
          await enter('history');
          expect(await page.evaluate(`${texts}.length`)).toBe(100);
          await page.evaluate(`(() => {
          const log = document.getElementById('log');
          log.scrollTop = -(log.scrollHeight - log.clientHeight - 300);
          window.seen = [...document.querySelectorAll('.message')].find((row) => row.getBoundingClientRect().top > 200);
          window.place = window.seen.getBoundingClientRect().top;
        })()`);
          await see('the first message', `${texts}[0] === 'line 0'`);
          expect(
            await page.evaluate(`Math.abs(window.seen.getBoundingClientRect().top - window.place)`),
          ).toBeLessThan(2);
        });

        test(`${name} keeps messages while the network is lost, and then shows those that it missed`, async () => {
          const here = await enter('offline');
          line.cut();
          await see('the loss', `document.body.dataset.state !== 'live'`);
          await say('kept');
          await see('an unsent message', `document.querySelectorAll('.message.unsent').length === 1`);
          await insert(here, 'missed');
          line.mend();
          await click('#retry');
          await isLive();
          await shows('missed', 'kept');
        });

        test(`${name} continues when the server has started again`, async () => {
          const here = await enter('restart');
          await say('before');
          await shows('before');
          const { port } = new URL(app.url);
          await app.stop();
          await see('the loss', `document.body.dataset.state !== 'live'`);
          await insert(here, 'missed');
          app = await start(port);
          await click('#retry');
          await isLive();
          await say('after');
          await shows('missed', 'before', 'after');
          expect(await page.evaluate(`document.querySelectorAll('.message.own').length`)).toBe(2);
        });

        test(`${name} shows light text on a dark page if the system is dark`, async () => {
          await enter('theme');
          const brightness = (property: string) =>
            page.evaluate(
              `getComputedStyle(document.body).${property}.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)`,
            );
          expect(await brightness('backgroundColor')).toBeLessThan(200);
          expect(await brightness('color')).toBeGreaterThan(500);
        });
      });

      describe('without scripts', () => {
        beforeAll(async () => {
          page = await browser.openPage({ hasScripts: false });
        });

        afterAll(() => page?.close());

        test(`${name} without scripts shows messages and posts new ones by a form`, async () => {
          const here = room('form');
          await insert(here, 'already there');
          await page.goto(`${address}/r/${here}`);
          await page.evaluate(`document.querySelector('#body').focus()`);
          await page.type('by a form');
          await page.evaluate(`document.querySelector('#send').focus()`);
          await page.press('Enter');
          await until('the row', async () => (await rowsOf(here).count().run(console)) === 2, PATIENCE_MS);
          const log = `document.querySelector('#log-frame').contentDocument`;
          await until(
            `${name}: both messages`,
            () => page.evaluate(`${log}.querySelectorAll('.body').length === 2`).catch(() => false), // while it navigates
          );
          expect(await page.evaluate('document.body.dataset.state')).not.toBe('live');
        });
      });
    });
  },
);
