import { randomUUID } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import rethinkdb from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webPush from 'web-push';
import { invitationId } from '../../server/database/tables/invitation-table.js';
import type { OpenApi, OpenApiOperation } from '../../server/http/openapi/document.js';
import { exampleOf } from '../../server/http/openapi/example.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { cookieOfGuest, jsonOf } from './client.js';

const SECRET = 'a-secret-of-the-operator';
const vapid = webPush.generateVAPIDKeys();
/** Any public key of the curve will do. */
const PUSH_KEYS = { p256dh: vapid.publicKey, auth: 'BTBZMqHH6r4Tts7J_aSIgg' };

interface Call {
  path?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sends the cookies of the guest who secures the name, and keeps those of the response. */
  isSecured?: boolean;
}

let app: TestApp;
let document: OpenApi;
let ajv: Ajv2020;
let cookie: string;
let room: string;
let me: string;
beforeAll(async () => {
  app = await startTestApp({
    env: {
      SEARCH: 'true',
      PRESENCE_SUMMARY_TOKEN: SECRET,
      PRESENCE_FLUSH_TOKEN: SECRET,
      METRICS_TOKEN: SECRET,
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
    },
  });
  document = await jsonOf(await fetch(`${app.url}/api/openapi.json`));
  // Added as a schema, so that references into the document resolve.
  ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'document');
  cookie = await cookieOfGuest(app.url, 'Ada');
  room = `room-${randomUUID()}`;
  const driver = await app.database.connect();
  await rethinkdb
    .table('rooms')
    .insert({ id: 'by request', access: 'members', joining: 'request' })
    .run(driver);
  me = (await jsonOf(await fetch(`${app.url}/api/me`, { headers: { cookie } }))).id_user;
  const invitations = [{ id: 'revocable' }, { id: invitationId('token') }, { id: 'own', id_user: me }];
  await rethinkdb
    .table('invitations')
    .insert(invitations.map((invitation) => ({ room, ...invitation })))
    .run(driver);
  const requests = ['asker 1', 'asker 2'].map((id_user) => ({ id: [room, id_user], room, id_user }));
  await rethinkdb
    .table('join_requests')
    .insert(requests as never)
    .run(driver);
});
afterAll(() => app.stop());

interface Described {
  path: string;
  method: string;
  operation: OpenApiOperation;
}

const operations = (): Described[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

function find(id: string): Described {
  return operations().find(({ operation }) => operation.operationId === id)!;
}

/** Performs an operation and checks that the response is documented. */
async function perform(
  id: string,
  { path = { room }, query = '', headers = {}, body, isSecured = false }: Call = {},
) {
  const described = find(id);
  const filled = described.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name]!));
  const json = { 'content-type': 'application/json' };
  const response = await fetch(`${app.url}${filled}${query}`, {
    method: described.method.toUpperCase(),
    headers: { cookie: isSecured ? cookiesOf(secured) : cookie, ...(body !== undefined && json), ...headers },
    body: body === undefined || typeof body === 'string' ? (body as string) : JSON.stringify(body),
  });
  for (const [pair = ''] of response.headers.getSetCookie().map((one) => one.split(';'))) {
    const [name = '', value = ''] = pair.split('=');
    if (isSecured) secured.set(name, value);
  }
  return { status: response.status, body: await check(described, response) };
}

/** @returns the body of a response that is as documented */
async function check({ path, method, operation }: Described, response: Response): Promise<unknown> {
  const { operationId, responses } = operation;
  const { status } = response;
  expect(responses, `${operationId} answered ${status}`).toHaveProperty([status]);
  const documented = responses[status]!;
  for (const name of Object.keys(documented.headers ?? {}))
    if (name === 'Location') expect(response.headers.get(name)).not.toBeNull();
  if (!documented.content) {
    expect(await response.text()).toBe('');
    return null;
  }
  const [type] = Object.keys(documented.content);
  expect(response.headers.get('content-type')?.split(';')[0]).toBe(type);
  if (type === 'text/event-stream') return response.body!.cancel();
  if (!type!.includes('json')) return response.text();
  const steps = ['paths', path, method, 'responses', `${status}`, 'content', type!, 'schema'];
  const pointer = steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  const validate = ajv.compile({ $ref: `document#/${encodeURI(pointer)}` });
  const body = await jsonOf(response);
  expect(validate(body), `${operationId} ${status}: ${JSON.stringify([body, validate.errors])}`).toBe(true);
  return body;
}

const authorization = { authorization: `Bearer ${SECRET}` };
const message = { body: 'hello', id: `own-${randomUUID()}` };
const there = () => ({ path: { room, id: message.id } });

/** Id of the file that was uploaded last. */
let file = '';
const theFile =
  (headers: Record<string, string> = {}) =>
  () => ({ path: { room, id: file }, headers });

/** Cookies of a guest who secures the name. */
const secured = new Map<string, string>();
const cookiesOf = (jar: Map<string, string>) => [...jar].map((pair) => pair.join('=')).join('; ');
const authenticator = new SoftwareAuthenticator({ host: 'chat.example', origin: 'http://chat.example' });
/** The body of the response before. */
// biome-ignore lint/suspicious/noExplicitAny: as jsonOf
let last: any;
let code = '';
/** A request of the guest who secures the name. */
const asSecured =
  (call: () => Call = () => ({})) =>
  () => ({ isSecured: true, headers: { 'x-forwarded-host': 'chat.example' }, ...call() });

/** The requests for each operation, in this order, with the expected statuses. */
const CALLS: [id: string, call: () => Call, status: number][] = [
  ['createRoom', () => ({ body: { name: room, topic: 'Tea', access: 'members' } }), 201],
  ['createRoom', () => ({ body: { name: room } }), 409],
  ['listRooms', () => ({}), 200],
  ['getRoom', () => ({}), 200],
  ['getRoom', () => ({ path: { room: 'an unused room' } }), 200],
  ['joinRoom', () => ({}), 200],
  ['changeRoom', () => ({ body: { topic: 'Tea and cake', description: 'All about tea' } }), 200],
  ['createInvitation', () => ({ body: { uses: 2 } }), 201],
  ['createInvitation', () => ({ body: { uses: 0 } }), 400],
  ['createInvitation', () => ({ body: { id_user: me } }), 201],
  ['listInvitations', () => ({}), 200],
  ['listInvitations', () => ({ headers: { cookie: '' } }), 403],
  ['revokeInvitation', () => ({ path: { room, id: 'none' } }), 404],
  ['revokeInvitation', () => ({ path: { room, id: 'revocable' } }), 204],
  ['readInvitation', () => ({ path: { token: 'none' } }), 404],
  ['readInvitation', () => ({ path: { token: 'token' } }), 200],
  ['acceptInvitation', () => ({ path: { token: 'none' } }), 404],
  ['acceptInvitation', () => ({ path: { token: 'token' } }), 200],
  ['listOwnInvitations', () => ({}), 200],
  ['acceptOwnInvitation', () => ({ path: { id: 'none' } }), 404],
  ['acceptOwnInvitation', () => ({ path: { id: 'own' } }), 200],
  ['requestToJoin', () => ({}), 400],
  ['requestToJoin', () => ({ path: { room: 'by request' }, body: { text: 'please' } }), 202],
  ['listRequests', () => ({}), 200],
  ['acceptRequest', () => ({ path: { room, id: 'stranger' } }), 404],
  ['acceptRequest', () => ({ path: { room, id: 'asker 1' } }), 204],
  ['declineRequest', () => ({ path: { room, id: 'stranger' } }), 404],
  ['declineRequest', () => ({ path: { room, id: 'asker 2' } }), 204],
  ['changeRoom', () => ({ body: { posting: 'owners' } }), 400],
  ['changeRoom', () => ({ body: { topic: 'mine' }, headers: { cookie: '' } }), 403],
  ['changeRoom', () => ({ path: { room: 'lobby' }, body: { topic: 'mine' } }), 403],
  ['setRole', () => ({ path: { room, id: 'stranger' }, body: { role: 'moderator' } }), 404],
  ['setRole', () => ({ path: { room, id: me }, body: { role: 'owner' } }), 204],
  ['removeMember', () => ({ path: { room, id: 'stranger' } }), 404],
  ['removeMember', () => ({ path: { room, id: me } }), 204],
  ['joinRoom', () => ({}), 200],
  ['postMessage', () => ({ body: message }), 201],
  ['postMessage', () => ({ body: message }), 200],
  ['postMessage', () => ({ body: message, headers: { cookie: '' } }), 403],
  ['listMessages', () => ({ query: '?limit=1' }), 200],
  ['listMentions', () => ({}), 200],
  ['listMentions', () => ({ query: '?before=x' }), 400],
  ['searchMessages', () => ({ query: '?q=tea' }), 200],
  ['searchMessages', () => ({ query: '?q=%22' }), 400],
  ['listMessages', () => ({ query: '?limit=0' }), 400],
  ['listMessages', () => ({ query: '?before=x' }), 400],
  ['getMessage', there, 200],
  ['getMessage', () => ({ path: { room, id: 'no-such' } }), 404],
  ['editMessage', () => ({ ...there(), body: { body: 'edited' } }), 200],
  ['getMessage', there, 200],
  ['addReaction', () => ({ path: { room, id: message.id, emoji: '👍' } }), 204],
  ['addReaction', () => ({ path: { room, id: message.id, emoji: 'x' } }), 400],
  ['removeReaction', () => ({ path: { room, id: message.id, emoji: '👍' } }), 204],
  ['removeReaction', () => ({ path: { room, id: 'no-such', emoji: '👍' } }), 404],
  ['pinMessage', there, 204],
  ['listPins', () => ({}), 200],
  ['listPins', () => ({ headers: { cookie: '' } }), 403],
  ['unpinMessage', there, 204],
  ['unpinMessage', () => ({ path: { room: 'lobby', id: message.id } }), 403],
  ['followView', () => ({ query: '?q=tea' }), 200],
  ['followView', () => ({ query: '?q=tea', headers: { accept: 'application/json' } }), 406],
  ['followRoom', () => ({ query: '?limit=0' }), 200],
  ['followRoom', () => ({ headers: { accept: 'application/json' } }), 406],
  ['markRead', () => ({ body: { sent: Date.now(), id: message.id } }), 200],
  ['markRead', () => ({ path: { room: 'lobby' }, body: { sent: Date.now(), id: 'x' } }), 403],
  ['markRead', () => ({ body: { sent: 'now', id: 'x' } }), 400],
  ['listMembers', () => ({}), 200],
  ['listMembers', () => ({ headers: { cookie: '' } }), 403],
  ['listPresent', () => ({}), 200],
  ['listPresentBriefly', () => ({}), 200],
  ['listPresentBriefly', () => ({ headers: { cookie: '' } }), 403],
  ['uploadFile', () => ({ body: 'hello', query: '?name=hello.txt' }), 201],
  ['uploadFile', () => ({ body: 'hello', headers: { cookie: '' } }), 403],
  ['getFile', () => ({ path: { room, id: 'no-such' } }), 404],
  ['getThumbnail', () => ({ path: { room, id: 'no-such' } }), 404],
  ['getFile', theFile(), 200],
  ['getFile', theFile({ range: 'bytes=1-2' }), 206],
  ['getFile', theFile({ range: 'bytes=99-' }), 416],
  ['getFile', theFile({ 'if-none-match': '*' }), 304],
  ['getThumbnail', theFile(), 200],
  ['getThumbnail', theFile({ range: 'bytes=1-2' }), 206],
  ['getThumbnail', theFile({ 'if-none-match': '*' }), 304],
  ['deleteMessage', there, 204],
  ['deleteMessage', there, 404],
  ['leaveRoom', () => ({}), 200],
  ['getMe', () => ({}), 200],
  ['createGuest', () => ({}), 201],
  ['createGuest', () => ({ body: { name: 'Edsger' } }), 201],
  ['createGuest', () => ({ body: { name: '' } }), 400],
  ['getMe', () => ({ headers: { authorization: 'Bearer x' } }), 401],
  ['setName', () => ({ body: { name: 'Grace' } }), 200],
  ['getSettings', () => ({}), 200],
  ['changeSettings', () => ({ body: { clock: '24' } }), 200],
  ['changeSettings', () => ({ body: { clock: '13' } }), 400],
  ['setName', asSecured(() => ({ body: { name: 'Barbara' } })), 200],
  ['listSessions', asSecured(), 200],
  ['beginPasskey', asSecured(), 200],
  ['addPasskey', asSecured(() => ({ body: { response: authenticator.create(last.challenge) } })), 201],
  ['listCredentials', asSecured(), 200],
  ['removeCredential', asSecured(() => ({ path: { id: 'x' } })), 404],
  ['createRecoveryCode', asSecured(), 200],
  ['confirmRecoveryCode', asSecured(() => ({ body: last })), 200],
  ['confirmRecoveryCode', () => ({ body: { confirmation: 'x' } }), 400],
  ['beginRecovery', asSecured(), 200],
  ['recoverByPasskey', asSecured(() => ({ body: { response: authenticator.get(last.challenge) } })), 200],
  ['recoverByCode', () => ({ body: { name: 'Barbara', code: 'x' } }), 400],
  ['setName', () => ({ body: { name: 'Barbara' } }), 409],
  ['endSession', asSecured(() => ({ path: { id: 'x' } })), 404],
  ['createRecoveryCode', asSecured(), 200],
  [
    'confirmRecoveryCode',
    asSecured(() => {
      code = last.code;
      return { body: { confirmation: last.confirmation } };
    }),
    200,
  ],
  ['recoverByCode', asSecured(() => ({ body: { name: 'Barbara', code } })), 200],
  ['listCredentials', asSecured(), 200],
  ['removeCredential', asSecured(() => ({ path: { id: last[0].id } })), 204],
  ['listSessions', asSecured(), 200],
  ['endOtherSessions', asSecured(), 204],
  ['listSessions', asSecured(), 200],
  ['endSession', asSecured(() => ({ path: { id: last[0].id } })), 204],
  ['listPushSubscriptions', () => ({}), 200],
  ['putPushSubscription', () => ({ body: { endpoint: 'https://push.example.org/1', keys: PUSH_KEYS } }), 204],
  ['putPushSubscription', () => ({ body: { endpoint: 'https://push.example.org/1' } }), 400],
  ['deletePushSubscription', () => ({}), 204],
  ['getUsers', () => ({ query: '?id=1&id=2' }), 200],
  ['getUsers', () => ({}), 400],
  ['getUsers', () => ({ query: '?prefix=gr&room=lobby' }), 200],
  ['getUsers', () => ({ query: '?prefix=gr' }), 400],
  ['getUsers', () => ({ query: `?prefix=gr&room=${room}`, headers: { cookie: '' } }), 403],
  ['getUser', () => ({ path: { id: 'stranger' } }), 404],
  ['summarisePresence', () => ({ headers: authorization }), 200],
  ['summarisePresence', () => ({ headers: { authorization: 'Bearer wrong' } }), 401],
  ['flushPresence', () => ({ headers: authorization }), 200],
  ['flushPresence', () => ({}), 401],
  ['listBots', () => ({}), 200],
  ['getDocument', () => ({}), 200],
  ['getDocs', () => ({}), 200],
  ['getErrors', () => ({}), 200],
  ['getRequests', () => ({}), 200],
  ['getHealth', () => ({}), 200],
  ['getReadiness', () => ({}), 200],
  ['getMetrics', () => ({ headers: authorization }), 200],
  ['getMetrics', () => ({}), 401],
  ['getMetrics', () => ({ headers: { authorization: 'Bearer wrong' } }), 401],
];

describe('the OpenAPI document', () => {
  test('the document is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document) as never)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('the document names each operation once and every parameter of its path', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations()) {
      const fields = operation.parameters?.filter((one) => one.in === 'path').map(({ name }) => name) ?? [];
      expect(fields.sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    }
  });

  test('a message needs no body in the document, because it may have files instead', async () => {
    const { operation } = operations().find(({ operation }) => operation.operationId === 'postMessage')!;
    const schema = operation.requestBody!.content['application/json']!.schema;
    expect(schema.required ?? []).toEqual([]);
    const isValid = (fields: object) => ajv.validate(schema, fields);
    expect([isValid({ body: 'x' }), isValid({ files: ['f', { id: 'g', alt: 'x' }] })]).toEqual([true, true]);
    expect([isValid({}), isValid({ files: [{ alt: 'x' }] })]).toEqual([false, false]);
  });

  test('the document names the address at which it was requested as its server', async () => {
    expect(document.servers).toEqual([{ url: app.url, description: 'This server' }]);
    const forwarded = { 'X-Forwarded-Host': 'chat.example.org', 'X-Forwarded-Proto': 'https' };
    const other = await jsonOf(await fetch(`${app.url}/api/openapi.json`, { headers: forwarded }));
    expect(other.servers[0].url).toBe('https://chat.example.org');
  });

  test('the document has a scheme for each way of authentication, and an example of a list of bots', () => {
    expect(document.components.securitySchemes).toMatchObject({
      guest: { type: 'apiKey', in: 'cookie' },
      token: { type: 'http', scheme: 'bearer' },
      tokenCookie: { type: 'apiKey', in: 'cookie' },
      secret: { type: 'http', scheme: 'bearer' },
    });
    const schema = find('listBots').operation.responses[200]!.content!['application/json']!.schema;
    expect(exampleOf(schema, document.components.schemas)).toEqual([
      { command: 'roll', usage: '/roll 2d6', help: 'Rolls dice' },
    ]);
  });

  test('the document has the limits, defaults and required fields of the rules', () => {
    expect(find('listMessages').operation.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      description: expect.any(String),
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    });
    expect(find('createRoom').operation.requestBody!.content['application/json']!.schema).toMatchObject({
      required: ['name'],
      properties: {
        name: { maxLength: 64 },
        topic: { maxLength: 200 },
        access: { enum: ['open', 'members', 'private'] },
      },
    });
  });
});

describe('the operations of the API', () => {
  test('every operation responds as documented', async () => {
    const seen = new Map<string, Set<string>>();
    for (const [id, call, status] of CALLS) {
      const answer = await perform(id, call());
      expect([id, answer.status, answer.body], id).toEqual([id, status, answer.body]);
      last = answer.body;
      if (id === 'uploadFile' && status === 201) file = (answer.body as { id: string }).id;
      seen.set(id, (seen.get(id) ?? new Set()).add(`${status}`));
    }
    // Only now is there a user with a name.
    const { id_user } = (await perform('getMe')).body as { id_user: string };
    expect(await perform('getUser', { path: { id: id_user } })).toMatchObject({ status: 200 });
    seen.get('getUser')!.add('200');

    const successes = operations().map(({ operation: { operationId, responses } }) => {
      return [operationId, Object.keys(responses).filter((status) => status < '400')] as const;
    });
    for (const [id, statuses] of successes)
      expect([id, [...(seen.get(id) ?? [])]]).toEqual([id, expect.arrayContaining(statuses)]);
  });

  test('every operation of a room refuses an invalid room name', async () => {
    const withRoom = operations().filter(({ path }) => path.includes('{room}'));
    expect(withRoom.length).toBeGreaterThan(10);
    for (const { operation } of withRoom) {
      const path = { room: 'x'.repeat(65), id: 'x' };
      const body = operation.requestBody && { body: 'x', sent: 1, id: 'x' };
      const answer = await perform(operation.operationId, { path, body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'bad-room', field: 'room', limit: 64 } });
    }
  });

  test('every operation with a body refuses an unsupported media type', async () => {
    // A file may have any type.
    const withBody = operations().filter(
      ({ operation: { requestBody } }) => requestBody && !requestBody.content['application/octet-stream'],
    );
    expect(withBody.length).toBeGreaterThan(3);
    for (const { operation } of withBody) {
      const path = { room: 'lobby', id: 'x' };
      const wrong = [
        { body: '{', type: 'application/json', status: 400, code: 'bad-json' },
        { body: '[]', type: 'application/json', status: 400, code: 'bad-request' },
        { body: '<x/>', type: 'application/xml', status: 415, code: 'unsupported-media-type' },
        { body: `"${'x'.repeat(70_000)}"`, type: 'application/json', status: 413, code: 'body-too-large' },
        ...(operation.requestBody!.content['text/plain']
          ? []
          : [{ body: 'x', type: 'text/plain', status: 415, code: 'unsupported-media-type' }]),
      ];
      for (const { body, type, status, code } of wrong) {
        const answer = await perform(operation.operationId, {
          path,
          body,
          headers: { 'content-type': type },
        });
        expect(answer).toMatchObject({ status, body: { code } });
      }
    }
  });

  test('every operation refuses requests of other sites', async () => {
    // /metrics cannot be read by pages of other sites.
    for (const { operation } of operations().filter(({ path }) => path !== '/metrics')) {
      const path = { room: 'lobby', id: 'x' };
      const headers = { origin: 'https://elsewhere.example', ...authorization };
      expect(await perform(operation.operationId, { path, headers })).toMatchObject({
        status: 403,
        body: { code: 'bad-origin' },
      });
    }
  });

  test('every path refuses methods that are not documented', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const response = await fetch(`${app.url}${path.replace(/\{\w+\}/g, 'x')}`, { method: 'OPTIONS' });
      const allowed = response.headers.get('allow')!.split(', ');
      const documented = Object.keys(methods).map((method) => method.toUpperCase());
      expect(allowed.filter((method) => method !== 'HEAD' && method !== 'OPTIONS')).toEqual(documented);
    }
  });
});

describe('the API page', () => {
  test('the API page shows every operation under the content security policy', async () => {
    const response = await fetch(`${app.url}/api/docs`);
    const html = await response.text();
    for (const { operation } of operations()) expect(html).toContain(`id="${operation.operationId}"`);
    expect(html).not.toMatch(/<script|<style|\sstyle=|https:\/\/(?!spec)/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('the commands of the API page can be run', async () => {
    const html = await (await fetch(`${app.url}/api/docs`)).text();
    const command = /<code>(curl -b jar -c jar --json [^<]*\/api\/rooms\/lobby\/messages[^<]*)<\/code>/.exec(
      html,
    )?.[1];
    expect(command?.replaceAll('&quot;', '"')).toBe(
      `curl -b jar -c jar --json '{"body":"hello"}' '${app.url}/api/rooms/lobby/messages'`,
    );
  });
});
