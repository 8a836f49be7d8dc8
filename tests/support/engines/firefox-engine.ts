import { programPath } from '../programs.js';
import type { Engine, EngineBrowser } from './engine.js';

/** Firefox as Debian builds it, over WebDriver BiDi: Playwright needs a build of its own. */
export const FIREFOX: Engine = { name: 'Firefox', programs: ['firefox'], start };

async function start(): Promise<EngineBrowser> {
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: programPath('firefox'),
    extraPrefsFirefox: { 'ui.systemUsesDarkTheme': 1, 'layout.css.prefers-color-scheme.content-override': 0 },
  });
  return {
    openPage: async ({ hasScripts }) => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      if (!hasScripts) await page.setJavaScriptEnabled(false);
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
