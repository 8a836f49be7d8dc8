import { programPath } from '../programs.js';
import type { Engine, EngineBrowser } from './engine.js';

/** Firefox as Debian builds it, over WebDriver BiDi: Playwright needs a build of its own. */
export const FIREFOX: Engine = { name: 'Firefox', programs: ['firefox'], start };

async function start(): Promise<EngineBrowser> {
  const { default: puppeteer } = await import('puppeteer-core');
  return {
    openPage: async ({ hasScripts }) => {
      const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: programPath('firefox'),
        extraPrefsFirefox: {
          'javascript.enabled': hasScripts,
          'layout.css.prefers-color-scheme.content-override': 0,
        },
      });
      const page = await browser.newPage();
      return {
        goto: async (url) => {
          await page.goto(url);
        },
        evaluate: (expression) => page.evaluate(expression),
        type: (text) => page.keyboard.type(text),
        press: (key) => page.keyboard.press(key),
        close: () => browser.close(),
      };
    },
    close: async () => {},
  };
}
