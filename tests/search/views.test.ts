import type { Connection } from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { VIEW_LIMITS } from '../../server/search/views/live-views.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

/** Time for the thread of the index to start from TypeScript, on a busy machine. */
const INDEX_START_MS = 25_000;

let app: TestApp;
let driver: Connection;
const table = (name: string) => r.db(app.database.address.db).table(name);

async function guest(): Promise<{ id_user: string; authorization: string }> {
  const response = await fetch(`${app.url}/api/guests`, { method: 'POST' });
  const { id_user, token } = (await response.json()) as { id_user: string; token: string };
  return { id_user, authorization: `Bearer ${token}` };
}

/** The bodies that a client shows which applies all frames of a view. */
function shown(socket: SocketClient, view: string): string[] {
  const bodies = new Map<string, string>();
  for (const frame of socket.frames) {
    if (frame.type === 'viewOpened' && frame.view === view) {
      bodies.clear();
      for (const { message } of frame.results) bodies.set(message.id, message.body);
    } else if (frame.type === 'viewMessage' && frame.view === view)
      bodies.set(frame.message.id, frame.message.body);
    else if (frame.type === 'viewRemoved' && frame.view === view) bodies.delete(frame.id);
  }
  return [...bodies.values()].sort();
}

const shows = (socket: SocketClient, view: string, expected: string[]) =>
  until(`${view} shows ${expected}, and not ${shown(socket, view)}`, () => {
    return shown(socket, view).join() === expected.join();
  });

describe('a live view', () => {
  beforeAll(async () => {
    app = await startTestApp({ env: { SEARCH: 'true', LIMIT_SEARCHES: '0' } });
    driver = await app.database.connect();
  });

  afterAll(() => app.stop());

  test('shows messages of several rooms as any driver writes, edits and deletes them', async () => {
    await table('messages').insert({ id: 'old', room: 'tea', body: 'deploy: old' }).run(driver);
    await until(
      'the index has the message',
      async () => {
        const response = await fetch(`${app.url}/api/search?q=deploy`);
        return ((await response.json()) as { results?: unknown[] }).results?.length === 1;
      },
      INDEX_START_MS,
    );
    const { authorization } = await guest();
    const socket = await SocketClient.open(app.url, { authorization });
    const opened = await socket.ask<'viewOpened'>({ type: 'openView', view: 'v', q: 'deploy' });
    expect(opened).toMatchObject({
      live: true,
      q: 'deploy',
      results: [{ message: { body: 'deploy: old' } }],
    });
    await table('messages')
      .insert([
        { id: 'a', room: 'tea', body: 'deploy a' },
        { id: 'b', room: 'coffee', body: 'to deploy b' },
        { id: 'c', room: 'coffee', body: 'unrelated' },
      ])
      .run(driver);
    await shows(socket, 'v', ['deploy a', 'deploy: old', 'to deploy b']);
    expect(socket.latest('viewMessage')?.marks).toHaveLength(1);
    await table('messages').get('b').update({ body: 'no longer' }).run(driver);
    await table('messages').get('c').update({ body: 'deploy c' }).run(driver);
    await table('messages').get('old').delete().run(driver);
    await shows(socket, 'v', ['deploy a', 'deploy c']);
    expect((await socket.ask<'ack'>({ type: 'closeView', view: 'v' })).type).toBe('ack');
    socket.close();
  });

  test('shows messages of a room for members as long as the user is one', async () => {
    const { id_user, authorization } = await guest();
    await table('rooms').insert({ id: 'board', name: 'board', access: 'members' }).run(driver);
    const membership = { id: ['board', id_user], room: 'board', id_user };
    await table('memberships').insert(membership).run(driver);
    const member = await SocketClient.open(app.url, { authorization });
    const stranger = await SocketClient.open(app.url, { authorization: (await guest()).authorization });
    for (const socket of [member, stranger]) await socket.ask({ type: 'openView', view: 'v', q: 'budget' });
    await table('messages')
      .insert([
        { room: 'board', body: 'budget: secret' },
        { room: 'hall', body: 'budget: public' },
      ])
      .run(driver);
    await shows(member, 'v', ['budget: public', 'budget: secret']);
    await shows(stranger, 'v', ['budget: public']);
    await table('memberships').get(['board', id_user]).delete().run(driver);
    await shows(member, 'v', ['budget: public']);
    await table('messages').insert({ room: 'board', body: 'budget: later' }).run(driver);
    await table('messages').insert({ room: 'hall', body: 'budget: end' }).run(driver);
    await shows(member, 'v', ['budget: end', 'budget: public']);
    expect(JSON.stringify(stranger.frames)).not.toMatch(/secret|later/);
    expect(JSON.stringify(member.frames)).not.toContain('later');
    member.close();
    stranger.close();
  });

  test('is complete again after its feed was interrupted', async () => {
    const socket = await SocketClient.open(app.url, { authorization: (await guest()).authorization });
    await socket.ask({ type: 'openView', view: 'v', q: 'in:outage' });
    app.app.parts.database.drop();
    await table('messages').insert({ id: 'during', room: 'outage', body: 'during' }).run(driver);
    await until('the view reports the interruption', () =>
      socket.frames.some((frame) => frame.type === 'viewState' && !frame.live),
    );
    await shows(socket, 'v', ['during']);
    await until('the view is live again', () => socket.latest('viewState')?.live);
    socket.close();
  });

  test('is refused beyond the limit of a user, and possible again after another was closed', async () => {
    const { authorization } = await guest();
    const socket = await SocketClient.open(app.url, { authorization });
    for (let i = 0; i < VIEW_LIMITS.perUser; i++)
      expect((await socket.ask({ type: 'openView', view: `v${i}`, q: 'x' })).type).toBe('viewOpened');
    const refused = await socket.ask<'error'>({ type: 'openView', view: 'more', q: 'x' });
    expect(refused).toMatchObject({ code: 'too-many-views', limit: VIEW_LIMITS.perUser });
    await socket.ask({ type: 'closeView', view: 'v0' });
    expect((await socket.ask({ type: 'openView', view: 'more', q: 'x' })).type).toBe('viewOpened');
    const bad = await socket.ask<'error'>({ type: 'openView', view: 'v1', q: '"' });
    expect(bad.code).toBe('bad-query');
    socket.cut();
    const again = await SocketClient.open(app.url, { authorization });
    await until('the views of the lost socket are closed', async () => {
      return (await again.ask({ type: 'openView', view: 'v', q: 'x' })).type === 'viewOpened';
    });
    again.close();
  });

  test('is available as server-sent events', async () => {
    const abort = new AbortController();
    const response = await fetch(`${app.url}/api/view?q=stream`, { signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
    })().catch(() => {});
    await until('the view is open', () => text.includes('event: opened'));
    await table('messages').insert({ id: 's', room: 'tea', body: 'stream one' }).run(driver);
    await until('the message arrives', () => /event: message\ndata: .*stream one/.test(text));
    await table('messages').get('s').delete().run(driver);
    await until('the removal arrives', () => text.includes('event: remove'));
    abort.abort();
    await reading;
  });

  test('has a page without JavaScript', async () => {
    await table('messages').insert({ id: 'p', room: 'tea', body: 'page <b>views</b>' }).run(driver);
    const html = await until('the page shows the message', async () => {
      const page = await (await fetch(`${app.url}/view?q=views`)).text();
      return page.includes('<mark>views</mark>') && page;
    });
    expect(html).toContain('page &lt;b&gt;<mark>views</mark>&lt;/b&gt;');
    expect(html).toContain('href="/r/tea?at=p"');
    const results = await (await fetch(`${app.url}/search?q=views`)).text();
    expect(results).toMatch(/href="\/view\?room=lobby&amp;q=views"/);
    const bad = await fetch(`${app.url}/search?q=${encodeURIComponent('"open')}`);
    expect(bad.status).toBe(400);
    expect(await bad.text()).toContain('id="q"');
  });
});
