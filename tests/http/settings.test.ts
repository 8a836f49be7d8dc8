import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_NOTIFICATIONS } from '../../server/protocol/notifications.js';
import { DEFAULT_SETTINGS } from '../../server/protocol/user-settings.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { cookieOf, jsonOf, sendJson } from './client.js';

let app: TestApp;
let other: TestApp;
let driver: r.Connection;
beforeAll(async () => {
  const env = { SESSION_SECRET: 'the same secret for both of them' };
  app = await startTestApp({ env });
  other = await startTestApp({ env, database: app.database });
  driver = await app.database.connect();
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});

const tooManyLevels = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`room ${i}`, 'all']));

async function guest() {
  const response = await fetch(`${app.url}/api/me`);
  const cookie = cookieOf(response);
  const { id_user } = await jsonOf(response);
  const settings = `${app.url}/api/me/settings`;
  return {
    id_user: String(id_user),
    cookie,
    read: async () => jsonOf(await fetch(settings, { headers: { cookie } })),
    change: (body: unknown) => sendJson(settings, 'PATCH', body, { cookie }),
    page: async (path: string, init: RequestInit = {}) =>
      (await fetch(app.url + path, { ...init, headers: { cookie, accept: 'text/html' } })).text(),
  };
}

describe('/api/me/settings', () => {
  test('settings have defaults, and a change keeps the others', async () => {
    const ann = await guest();
    expect(await ann.read()).toEqual(DEFAULT_SETTINGS);
    expect(await jsonOf(await ann.change({ theme: 'dark' }))).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
    await ann.change({ clock: '24' });
    expect(await ann.read()).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark', clock: '24' });
  });

  test.each([
    [{ theme: 'pink' }, { field: 'theme', detail: 'theme must be one of system, light, dark' }],
    [{ clock: 24 }, { field: 'clock' }],
    [{ language: 'xx' }, { field: 'language' }],
    [{ density: null }, { field: 'density' }],
    [{ notifications: 'all' }, { field: 'notifications' }],
    [{ notifications: {} }, { field: 'notifications' }],
    [{ notifications: { volume: 11 } }, { field: 'notifications' }],
    [{ notifications: { level: 'some' } }, { field: 'notifications.level' }],
    [{ notifications: { rooms: { tea: 'some' } } }, { field: 'notifications.rooms' }],
    [{ notifications: { rooms: tooManyLevels } }, { field: 'notifications.rooms', limit: 200 }],
    [{ notifications: { sound: 'yes' } }, { field: 'notifications.sound' }],
    [{ notifications: { paused_until: -1 } }, { field: 'notifications.paused_until' }],
    [
      { notifications: { quiet: { from: '24:00', to: '07:00', zone: 'UTC' } } },
      { field: 'notifications.quiet' },
    ],
    [
      { notifications: { quiet: { from: '22:00', to: '07:00', zone: 'Mars' } } },
      { field: 'notifications.quiet' },
    ],
    [
      { notifications: { quiet: { from: '07:00', to: '07:00', zone: 'UTC' } } },
      { field: 'notifications.quiet' },
    ],
    [
      { colour: 'red' },
      { detail: 'the request has none of the settings theme, density, clock, language, notifications' },
    ],
  ])('invalid settings are refused: %j', async (body, problem) => {
    const ann = await guest();
    const response = await ann.change(body);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject({ code: 'bad-setting', ...problem });
    expect(await ann.read()).toEqual(DEFAULT_SETTINGS);
  });

  test('levels of rooms are set one by one, and null removes one', async () => {
    const ann = await guest();
    await ann.change({ notifications: { rooms: { tea: 'none', cake: 'mentions' } } });
    await ann.change({ notifications: { sound: true, rooms: { pie: 'all' } } });
    const changed = await jsonOf(await ann.change({ notifications: { rooms: { cake: null, none: null } } }));
    const notifications = { ...DEFAULT_NOTIFICATIONS, sound: true, rooms: { tea: 'none', pie: 'all' } };
    expect(changed).toEqual({ ...DEFAULT_SETTINGS, notifications });
    const many = Object.fromEntries(Array.from({ length: 199 }, (_, i) => [`room ${i}`, 'none']));
    const refused = await ann.change({ notifications: { rooms: many } });
    expect(await jsonOf(refused)).toMatchObject({ code: 'bad-setting', limit: 200 });
    expect((await ann.read()).notifications).toEqual(notifications);
  });

  test('a row of any program counts, with defaults for values that are no choices', async () => {
    const ann = await guest();
    const row = { id: ann.id_user, theme: 'light', clock: 12, density: 'compact', language: ['de'], own: 1 };
    await r.table('user_settings').insert(row).run(driver);
    await until('the row', async () => (await ann.read()).theme === 'light');
    expect(await ann.read()).toEqual({ ...DEFAULT_SETTINGS, theme: 'light', density: 'compact' });
    await ann.change({ clock: '12' });
    expect(await r.table('user_settings').get(ann.id_user).run(driver)).toMatchObject({
      own: 1,
      clock: '12',
    });
  });

  test('sockets of the user receive changes of any process and program, and no others', async () => {
    const ann = await guest();
    const tabs = await Promise.all(
      [app, other].map(({ url }) => SocketClient.open(url, { cookie: ann.cookie })),
    );
    const stranger = await SocketClient.open(app.url);
    const isShown = (theme: string) =>
      tabs.every((tab) => tab.latest('settingsChanged')?.settings.theme === theme);
    await ann.change({ theme: 'dark' });
    await until('the change in both processes', () => isShown('dark'));
    await r.table('user_settings').get(ann.id_user).update({ theme: 'light' }).run(driver);
    await until('the change of a driver', () => isShown('light'));
    await r.table('user_settings').get(ann.id_user).delete().run(driver);
    await until('the defaults after a deletion', () => isShown('system'));
    expect(stranger.latest('settingsChanged')).toBeUndefined();
    for (const each of [...tabs, stranger]) each.close();
  });
});

describe('pages', () => {
  test('pages are rendered with the settings of their reader', async () => {
    const ann = await guest();
    await ann.change({ theme: 'dark', density: 'compact', clock: '12', language: 'de' });
    for (const path of ['/r/tea', '/r/tea?log', '/rooms/new', '/settings']) {
      const html = await ann.page(path);
      expect(html).toContain('<html lang="de" data-clock="12" data-theme="dark" data-density="compact">');
      expect(html).toContain('<meta name="theme-color" content="#191719">');
    }
  });

  test('the form of the page changes settings, and explains a refusal', async () => {
    const ann = await guest();
    const body = new URLSearchParams({ theme: 'light', language: 'de' });
    const saved = await ann.page('/settings', { method: 'POST', body });
    expect(saved).toContain('Deine Einstellungen sind gespeichert.');
    expect(saved).toMatch(/name="theme" value="light" checked/);
    const refused = await ann.page('/settings', {
      method: 'POST',
      body: new URLSearchParams({ clock: '13' }),
    });
    expect(refused).toContain('Diesen Wert hat die Einstellung nicht.');
    expect(await ann.read()).toEqual({ ...DEFAULT_SETTINGS, theme: 'light', language: 'de' });
  });
});
