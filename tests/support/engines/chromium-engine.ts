import { launchBrowser } from '../browser.js';
import type { Engine, EngineBrowser } from './engine.js';

export const CHROMIUM: Engine = { name: 'Chromium', programs: ['chromium'], start };

async function start(): Promise<EngineBrowser> {
  const browser = await launchBrowser();
  return {
    openPage: async ({ hasScripts }) => {
      const context = await browser.newContext({ colorScheme: 'dark', javaScriptEnabled: hasScripts });
      const page = await context.newPage();
      return {
        goto: async (url) => {
          await page.goto(url);
        },
        evaluate: (expression) => page.evaluate(expression),
        type: (text) => page.keyboard.type(text),
        press: (key) => page.keyboard.press(key),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
