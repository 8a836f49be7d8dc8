/**
 * `npx tsx scripts/screenshot.ts [file]`: takes the picture for the README: desktop and phone, with the light and the dark
 * theme, in one image.
 */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../server/runtime/project-root.js';
import { type Scene, takePicture } from './screenshots/camera.js';
import { openCommunity } from './screenshots/community.js';

const everyone = async (page: Page) => {
  await page.getByRole('button', { name: '4 here: show who' }).waitFor();
  await page.locator('.room-users').nth(2).waitFor({ state: 'attached' });
};
const click = (selector: string) => async (page: Page) => {
  await everyone(page);
  await page.click(selector);
};
const ROOM = { height: 760, path: '/r/greenhouse' };
const VIEWS: readonly Scene[] = [
  { ...ROOM, name: 'desktop', width: 1120, colorScheme: 'light', arrange: everyone },
  { ...ROOM, name: 'phone-dark', width: 390, colorScheme: 'dark', arrange: click('.menu') },
  { ...ROOM, name: 'phone', width: 390, colorScheme: 'light', arrange: everyone },
  { ...ROOM, name: 'desktop-dark', width: 1120, colorScheme: 'dark', arrange: click('#people-button') },
];

const target = path.resolve(process.argv[2] ?? path.join(ROOT, 'docs/screenshot.png'));
const community = await openCommunity();
try {
  const pictures: string[] = [];
  for (const view of VIEWS) pictures.push((await takePicture(community, view)).toString('base64'));
  await sheet(community.browser, pictures);
} finally {
  await community.close();
}

async function sheet(browser: Browser, pictures: string[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1640 } });
  const image = (data: string, width: number) => `<img width="${width}" src="data:image/png;base64,${data}">`;
  const [a, b, c, d] = pictures as [string, string, string, string];
  await page.setContent(`<style>
      body { margin: 0; padding: 40px; display: grid; gap: 40px; background: #cfc2aa; width: 1600px; box-sizing: border-box }
      div { display: flex; gap: 40px } img { border-radius: 14px; box-shadow: 0 10px 40px #0004 }
    </style><div>${image(a, 1090)}${image(b, 390)}</div><div>${image(c, 390)}${image(d, 1090)}</div>`);
  await page.screenshot({ path: target, fullPage: true });
}
