import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';

/** A page of the server, as the service worker sees it. */
interface FakePage {
  visibilityState: 'visible' | 'hidden';
  focused: boolean;
  focus(): Promise<void>;
  navigate(url: string): Promise<void>;
  postMessage(message: unknown, ports: { postMessage(message: unknown): void }[]): void;
}

const ORIGIN = 'https://chat.example.org';
const listeners = new Map<string, (event: object) => void>();
const opened: string[] = [];
const shown: [title: string, options: object][] = [];
const requests: [method: string, body: unknown][] = [];
let pages: FakePage[] = [];

const subscription = (endpoint: string) => ({
  endpoint,
  options: { applicationServerKey: new ArrayBuffer(65) },
  toJSON: () => ({ endpoint, keys: {} }),
});

vi.stubGlobal('self', {
  location: new URL(ORIGIN),
  addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
  clients: {
    matchAll: async () => pages,
    openWindow: async (url: string) => opened.push(url),
  },
  registration: {
    showNotification: async (title: string, options: object) => shown.push([title, options]),
    pushManager: { subscribe: async () => subscription('https://push.example.org/new') },
  },
});
vi.stubGlobal('fetch', async (_path: string, { method, body }: { method: string; body: string }) =>
  requests.push([method, JSON.parse(body)]),
);
afterAll(() => void vi.unstubAllGlobals());
// The types of the worker are not those of the tests.
const { listenToPushes } = await import(
  String(new URL('../../static/worker/push.ts', import.meta.url).pathname)
);
listenToPushes();

/** Dispatches an event, and waits until the worker has handled it. */
async function dispatch(type: string, fields: object): Promise<void> {
  let handled: Promise<unknown> = Promise.resolve();
  listeners.get(type)?.({
    ...fields,
    waitUntil: (work: Promise<unknown>) => {
      handled = work;
    },
  });
  await handled;
}

function page(fields: Partial<FakePage> = {}): FakePage {
  return {
    visibilityState: 'hidden',
    focused: false,
    focus: async () => {},
    navigate: async (url) => void opened.push(`navigated: ${url}`),
    postMessage: () => {},
    ...fields,
  };
}

const content = {
  title: 'Ann in #tea',
  text: 'hello',
  url: '/r/tea?at=1',
  tag: 'room:tea',
  language: 'en',
  sent: 5,
};
const push = (data: unknown) => dispatch('push', { data: { json: () => data } });
const click = (url: unknown) =>
  dispatch('notificationclick', { notification: { close: () => {}, data: { url } } });

beforeEach(() => {
  pages = [];
  for (const list of [opened, shown, requests]) list.length = 0;
});

describe('the service worker', () => {
  test('a push is shown, with the tag of its room and the address of the message', async () => {
    pages = [page()];
    await push(content);
    expect(shown).toEqual([
      [
        'Ann in #tea',
        expect.objectContaining({ body: 'hello', tag: 'room:tea', data: { url: '/r/tea?at=1' } }),
      ],
    ]);
  });

  test('a push is not shown while a page is visible, or without a valid content', async () => {
    await push({ title: 1 });
    await dispatch('push', { data: null });
    pages = [page(), page({ visibilityState: 'visible' })];
    await push(content);
    expect(shown).toEqual([]);
  });

  test('a click opens the message in an open page, which shows it itself or is navigated', async () => {
    const asked: unknown[] = [];
    const answering = page({
      focused: true,
      postMessage: (message, [port]) => {
        asked.push(message);
        port?.postMessage('opened');
      },
    });
    pages = [page(), answering];
    await click('/r/tea?at=1');
    expect([asked, opened]).toEqual([[{ type: 'open', url: '/r/tea?at=1' }], []]);
    pages = [page()];
    await click('/r/tea?at=1');
    expect(opened).toEqual([`navigated: ${ORIGIN}/r/tea?at=1`]);
  });

  test('a click without a page opens a new one, of this server only', async () => {
    for (const url of ['/r/tea?at=1', 'https://elsewhere.example.org/', '//elsewhere.example.org', undefined])
      await click(url);
    expect(opened).toEqual([`${ORIGIN}/r/tea?at=1`, ORIGIN, ORIGIN, `${ORIGIN}/`]);
  });

  test('a subscription that the push service has replaced is replaced at the server', async () => {
    await dispatch('pushsubscriptionchange', {
      oldSubscription: subscription('https://push.example.org/old'),
    });
    expect(requests).toEqual([
      ['DELETE', { endpoint: 'https://push.example.org/old' }],
      ['PUT', { endpoint: 'https://push.example.org/new', keys: {} }],
    ]);
  });
});
