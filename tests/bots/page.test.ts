import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeContexts, say, sharedBrowser, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { type BotProcess, startBots } from './bot-process.js';
import { type Chat, reached, startChat } from './chat.js';

describe('bots on the page', skipWithout('chromium'), () => {
  describe('with a broker', skipWithout('rabbitmq-server'), () => {
    let broker: RabbitmqServer;
    let chat: Chat;
    let bots: BotProcess;
    let browser: Browser;

    beforeAll(async () => {
      [broker, browser] = await Promise.all([startRabbitmq(), sharedBrowser()]);
      chat = await startChat(broker.url, { overrides: { bots: { maxRetryMs: 200 } } });
      await reached(chat);
      bots = await startBots(['roll'], chat.env);
    });
    afterAll(async () => {
      await bots?.end();
      await closeContexts();
      await chat?.stop();
      await broker?.stop();
    });

    const rolled = (page: Page, dice: string) =>
      page.locator('.message', { hasText: `rolls ${dice}` }).waitFor();

    test('a page shows replies of bots, a notice while the broker is stopped, and replies afterwards', async () => {
      const { page, context, complaints } = await visit(browser, `${chat.url}/r/dice`);
      await say(page, '/roll 2d6');
      await rolled(page, '2d6');
      const reply = page.locator('.message', { hasText: 'rolls 2d6' });
      expect(await reply.locator('.author').textContent()).toBe('Dice');
      expect(await reply.locator('.badge').textContent()).toBe('bot');

      await broker.shutDown();
      await say(page, '/roll 3d6');
      const notice = page.getByText(/bots are unavailable/i);
      await notice.waitFor();
      await page.locator('.message:not(.unsent)', { hasText: '/roll 3d6' }).waitFor();

      await broker.restart();
      await rolled(page, '3d6');
      await notice.waitFor({ state: 'hidden' });
      await say(page, '/roll 4d6');
      await rolled(page, '4d6');
      expect(complaints).toEqual([]);
      await context.close();
    });
  });
});
