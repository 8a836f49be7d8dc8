/**
 * `npm run bench:page [messages]`: the first visit to a room over slow 3G (400 kbit/s, 400 ms), emulated by Chromium. Prints the
 * median of some visits with an empty cache: when the text is readable, when the page is live, the bytes on the wire, and
 * the layout shift.
 *
 * Chromium delays each request by the latency, also those on an open connection; it does not delay WebSocket frames.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { findSystemPrograms } from '../scripts/test/find-program.js';
import { startApp } from '../server/app.js';
import { readConfig } from '../server/config/config.js';
import { until } from '../tests/support/until.js';

const VISITS = 5;
const LATENCY_MS = 400;
const BYTES_PER_SECOND = 400_000 / 8;
const INSERTS_AT_ONCE = 500;
const VIEWPORT = { width: 390, height: 844 };
const SENTENCES = [
  'Saw it. Moisture dropped to 18 % at dawn, is that real?',
  'Real. The valve was shut, I opened it a minute ago.',
  'ok',
  'Notes are at https://example.org/greenhouse/bed-3 if you want to dig. The rest of the table is in the shed.',
];

interface Visit {
  readableMs: number;
  liveMs: number;
  bytes: number;
  layoutShift: number;
}

const messages = Number(process.argv[2] ?? 100);
const dataDir = await mkdtemp(path.join(tmpdir(), 'changeroom-bench-'));
const app = await startApp(
  readConfig({ PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', DATA_DIR: dataDir, EMBEDDED_PORT: '0' }),
);
const { CHROME_PATH: executablePath = '' } = findSystemPrograms(['chromium']);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});
try {
  await fill('bench', messages);
  // Not measured: the first request of a server compiles its templates.
  await visit(browser, `${app.url}/r/bench`);
  const visits: Visit[] = [];
  for (let i = 0; i < VISITS; i++) visits.push(await visit(browser, `${app.url}/r/bench`));
  console.log(`A room with ${messages} messages, slow 3G, empty cache, median of ${VISITS} visits:`);
  console.log(`  text readable  ${(median(visits, 'readableMs') / 1000).toFixed(2)} s`);
  console.log(`  live           ${(median(visits, 'liveMs') / 1000).toFixed(2)} s`);
  console.log(`  on the wire    ${(median(visits, 'bytes') / 1000).toFixed(1)} kB`);
  console.log(`  layout shift   ${median(visits, 'layoutShift').toFixed(4)}`);
} finally {
  await browser.close();
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function fill(room: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => ({
    room,
    body: SENTENCES[i % SENTENCES.length] ?? '',
    author: { id_user: `user-${(i >> 1) % 5}`, name: `User ${(i >> 1) % 5}` },
  }));
  while (rows.length > 0)
    await Promise.all(rows.splice(0, INSERTS_AT_ONCE).map((row) => app.parts.messages.insert(row)));
}

async function visit(from: Browser, url: string): Promise<Visit> {
  const context = await from.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: BYTES_PER_SECOND,
    uploadThroughput: BYTES_PER_SECOND,
  });
  await page.addInitScript(`
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    const watch = setInterval(() => {
      if (document.body?.dataset.state !== 'live') return;
      window.live = performance.now();
      clearInterval(watch);
    }, 5);`);
  await page.goto(url, { waitUntil: 'commit' });
  await until('the page is live', () => page.evaluate('window.live'), 60_000);
  const result = await page.evaluate(`({
    readableMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    liveMs: window.live,
    layoutShift: window.shift,
  })`);
  await context.close();
  return { ...(result as Omit<Visit, 'bytes'>), bytes };
}

function median(visits: readonly Visit[], name: keyof Visit): number {
  const values = visits.map((one) => one[name]).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
