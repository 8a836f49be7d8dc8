import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Community } from './community.js';

/** A picture of one page. */
export interface Scene {
  /** Name of the file, without its ending. */
  name: string;
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
  hasScripts?: boolean;
  isPhone?: boolean;
  /** Language and region of the browser; British English by default. */
  locale?: string;
  /** Address of the page, from `/` on. */
  path: string;
  /** Selector of an element that the page has when it is complete; otherwise it is live then. */
  waitsFor?: string;
  /** Writes what the picture shows, before the page is opened. */
  prepare?: (community: Community) => Promise<void>;
  /** Brings the page into the state of the picture. */
  arrange?: (page: Page) => Promise<void>;
}

/** @returns the picture as PNG */
export async function takePicture(community: Community, scene: Scene): Promise<Buffer> {
  const {
    width,
    height,
    colorScheme,
    path,
    hasScripts = true,
    isPhone = false,
    locale = 'en-GB',
    waitsFor,
    prepare,
    arrange,
  } = scene;
  await prepare?.(community);
  const options: BrowserContextOptions = {
    viewport: { width, height },
    colorScheme,
    storageState: community.reader,
    deviceScaleFactor: 2,
    locale,
    timezoneId: 'Europe/Vienna',
    javaScriptEnabled: hasScripts,
    ...(isPhone && { isMobile: true, hasTouch: true }),
  };
  const context = await community.browser.newContext(options);
  try {
    const page = await context.newPage();
    await page.goto(community.url + path);
    const complete = waitsFor ?? (hasScripts ? 'body[data-state="live"]' : 'body');
    await page.waitForSelector(complete);
    await arrange?.(page);
    if (!isPhone) await page.mouse.move(0, 0);
    return await page.screenshot();
  } finally {
    await context.close();
  }
}
