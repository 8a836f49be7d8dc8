import { ChatClient, type ChatClientOptions } from 'changeroom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { json, startWebServer, type WebServer } from '../auth/web-server.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

let app: TestApp;
let proxy: TcpProxy | undefined;
let accounts: WebServer | undefined;
const clients: ChatClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await proxy?.stop();
  await app.stop();
  await accounts?.stop();
  proxy = undefined;
  accounts = undefined;
});

function connect(url: string, options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({ url, reconnectDelayMs: { min: 50, max: 200 }, ...options });
  clients.push(client);
  client.connect();
  return client;
}

/** An address of the app over a network that can fail. */
async function throughProxy(): Promise<{ proxy: TcpProxy; url: string }> {
  proxy = await startTcpProxy(Number(new URL(app.url).port));
  return { proxy, url: `http://127.0.0.1:${proxy.port}` };
}

describe('the client package with a server', () => {
  test.each([['websocket'], ['polling']] as const)(
    'two clients over %s exchange messages, edits, presence and typing',
    async (transport) => {
      app = await startTestApp();
      const [ann, bob] = [1, 2].map(() => connect(app.url, { transports: [transport] }).join('lobby'));
      if (!ann || !bob) throw new Error('two rooms are missing');
      await until('both are live', () => ann.status === 'live' && bob.status === 'live');
      await until('Bob sees both', () => bob.presence.count === 2);
      ann.notifyTyping();
      await until('Bob sees Ann typing', () => bob.typing().length === 1);
      const id = ann.post('hello');
      const message = await until('the message', () => bob.message(id));
      expect(message).toMatchObject({ body: 'hello', kind: 'message' });
      expect(bob.typing()).toEqual([]);
      await ann.edit(id, 'hello all');
      await until('the edit', () => bob.message(id)?.body === 'hello all');
      await expect(bob.delete(id)).rejects.toMatchObject({ code: 'not-yours' });
      await ann.delete(id);
      await until('the deletion', () => bob.messages.length === 0);
    },
  );

  test('a message whose acknowledgement is lost with the connection is sent again and stored once', async () => {
    app = await startTestApp();
    const { proxy, url } = await throughProxy();
    const observer = connect(app.url).join('lobby');
    // By polling, so that the proxy can recognise the request by its text.
    const room = connect(url, { transports: ['polling'] }).join('lobby');
    await until('both are live', () => observer.status === 'live' && room.status === 'live');
    const isSent = proxy.holdAnswersTo('only once');
    const id = room.post('only once');
    await isSent;
    await until('the message is stored', () => observer.message(id));
    proxy.cut();
    await until('the connection is lost', () => room.status === 'disconnected');
    const sent = observer.post('sent afterwards');
    proxy.mend();
    await until('the room has delivered both', () => room.messages.length === 2 && room.unsent.length === 0);
    expect(observer.messages.map((message) => message.id)).toEqual([id, sent]);
    expect(room.messages).toEqual(observer.messages);
  });

  test('messages and deletions that a client misses while it is disconnected are in its room afterwards', async () => {
    app = await startTestApp();
    const { proxy, url } = await throughProxy();
    const [writer, reader] = [connect(app.url).join('lobby'), connect(url).join('lobby')];
    await until('both are live', () => writer.status === 'live' && reader.status === 'live');
    const first = writer.post('deleted');
    await until('the reader has it', () => reader.message(first));
    proxy.cut();
    await until('the reader is disconnected', () => reader.status === 'disconnected');
    await writer.delete(first);
    const second = writer.post('missed');
    await until('the writer has it', () => writer.message(second));
    proxy.mend();
    await until('the reader has the missed message', () => reader.message(second));
    expect(reader.messages.map(({ body }) => body)).toEqual(['missed']);
  });

  test('a connection that is open but silent is detected by the missing pings, and replaced', async () => {
    app = await startTestApp({ overrides: { heartbeat: { pingInterval: 200, pingTimeout: 200 } } });
    const { proxy, url } = await throughProxy();
    const client = connect(url, { transports: ['websocket'] });
    const room = client.join('lobby');
    await until('the room is live', () => room.status === 'live');
    proxy.freeze();
    await until('the silence is detected', () => room.status === 'disconnected');
    proxy.cut();
    proxy.mend();
    await until('the room is live again', () => room.status === 'live');
  });

  test('a client authenticates with its bearer token, and a refused token is the refusal of its rooms', async () => {
    accounts = await startWebServer((request, response) => {
      const isAda = request.headers.authorization === 'Bearer token-of-ada';
      json(isAda ? { id: 'ada', name: 'Ada' } : {}, isAda ? 200 : 401)(request, response);
    });
    app = await startTestApp({ env: { AUTH: 'accounts', AUTH_SERVER: accounts.url } });
    const ada = connect(app.url, { token: async () => 'token-of-ada' });
    const eve = connect(app.url, { token: 'guessed' });
    const [room, refused] = [ada.join('lobby'), eve.join('lobby')];
    await until('Ada is in the room', () => room.status === 'live');
    expect(ada.user).toEqual({ id_user: 'ada', name: 'Ada' });
    await until('Eve is refused', () => refused.status === 'refused');
    expect(refused.refusal?.code).toBe('bad-token');
    expect(eve.user).toBeNull();
  });
});
