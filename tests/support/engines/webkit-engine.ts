import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../child-environment.js';
import { freePort } from '../free-port.js';
import { programPath } from '../programs.js';
import { until } from '../until.js';
import type { Engine, EngineBrowser } from './engine.js';
import { openDisplay } from './virtual-display.js';
import { WebDriverSession } from './webdriver-session.js';

/** WebKitGTK's MiniBrowser in a virtual display: it has no headless mode. */
export const WEBKIT: Engine = { name: 'WebKit', programs: ['webkit-driver', 'xvfb'], start };

/** Code points of keys: https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS = { Enter: '\uE007', ArrowUp: '\uE013' };

async function start(): Promise<EngineBrowser> {
  const home = await mkdtemp(path.join(tmpdir(), 'changeroom-webkit-'));
  const display = await openDisplay();
  const port = await freePort();
  const driver = spawn(programPath('webkit-driver'), [`--port=${port}`], {
    env: childEnvironment({ HOME: home, DISPLAY: display.name, GTK_THEME: 'Adwaita:dark' }),
    stdio: 'ignore',
  });
  const ended = once(driver, 'close');
  const server = `http://127.0.0.1:${port}`;
  await until('the driver of WebKit listens', () =>
    fetch(`${server}/status`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    openPage: async ({ hasScripts }) => {
      const options = hasScripts ? [] : ['--enable-javascript=false'];
      const session = await WebDriverSession.start(server, {
        'webkitgtk:browserOptions': { args: ['--automation', ...options] },
      });
      return {
        goto: (url) => session.goto(url),
        evaluate: (expression) => session.execute(expression),
        type: (text) => session.type(text),
        press: (key) => session.type(KEYS[key]),
        close: () => session.end(),
      };
    },
    close: async () => {
      driver.kill();
      await ended;
      await display.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
