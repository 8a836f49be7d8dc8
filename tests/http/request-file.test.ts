import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApi } from '../../server/http/openapi/document.js';
import { requestFile } from '../../server/http/openapi/request-file.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { jsonOf } from './client.js';

const SECRET = 'a-secret-of-the-operator';

/** Operations that an example cannot perform, by the status of the refusal. */
const REFUSED = {
  // Passkeys need a device and a host name, a recovery code is shown once, and all users can join the room of the example.
  400: [
    ...['addPasskey', 'beginPasskey', 'beginRecovery', 'recoverByPasskey'],
    ...['confirmRecoveryCode', 'recoverByCode', 'requestToJoin'],
  ],
  // The lobby belongs to no user.
  403: [
    ...['changeRoom', 'setRole', 'removeMember', 'createInvitation', 'listInvitations', 'revokeInvitation'],
    ...['listRequests', 'acceptRequest', 'declineRequest'],
  ],
  // The example has no file, user, session, credential, invitation, and no key of a push service.
  404: [
    ...['getFile', 'getThumbnail', 'getUser', 'endSession', 'removeCredential'],
    ...['acceptInvitation', 'acceptOwnInvitation', 'readInvitation', 'putPushSubscription'],
  ],
};

interface FileRequest {
  name: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Reads a file of requests as HTTP clients of editors do. @param own values of variables */
function parse(text: string, own: Record<string, string> = {}): FileRequest[] {
  const [head = '', ...blocks] = text.split(/^### .*$/m);
  const set = [...head.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name, value]) => [name!, value!]);
  const variables = { ...Object.fromEntries(set), ...own };
  return blocks.map((block) => {
    const filled = block.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = variables[name];
      if (value === undefined) throw new Error(`The variable ${name} is not set`);
      return value;
    });
    const [, name] = /^# @name (\w+)$/m.exec(filled) ?? [];
    const [lines = '', ...rest] = filled
      .trim()
      .replaceAll(/^#.*\n/gm, '')
      .split('\n\n');
    const [request = '', ...headers] = lines.split('\n');
    const [method = '', url = ''] = request.split(' ');
    const body = rest.join('\n\n').trim() || undefined;
    return { name: name!, method, url, headers: Object.fromEntries(headers.map((h) => h.split(': '))), body };
  });
}

describe('the file of requests', () => {
  let app: TestApp;
  let document: OpenApi;
  beforeAll(async () => {
    app = await startTestApp({
      env: {
        SEARCH: 'true',
        PRESENCE_SUMMARY_TOKEN: SECRET,
        PRESENCE_FLUSH_TOKEN: SECRET,
        METRICS_TOKEN: SECRET,
      },
    });
    document = await jsonOf(await fetch(`${app.url}/api/openapi.json`));
  });
  afterAll(() => app.stop());

  const download = async () => (await fetch(`${app.url}/api/requests.http`)).text();

  test('every request of the file succeeds, one after the other, with a documented status', async () => {
    const requests = parse(await download(), { secret: SECRET });
    let cookie = '';
    const statuses: [name: string, status: number][] = [];
    for (const { name, method, url, headers, body } of requests) {
      const stop = new AbortController();
      const response = await fetch(url, {
        method,
        headers: { ...headers, cookie },
        ...(body !== undefined && { body }),
        signal: stop.signal,
      });
      stop.abort();
      cookie ||= response.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ');
      statuses.push([name, response.status]);
    }
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(statuses.map(([name]) => name).sort()).toEqual(
      operations.map(({ operationId }) => operationId).sort(),
    );
    for (const [name, status] of statuses) {
      const { responses } = operations.find(({ operationId }) => operationId === name)!;
      expect(Object.keys(responses), name).toContain(String(status));
    }
    const refusedWith = (refusal: number) =>
      statuses.flatMap(([name, status]) => (status === refusal ? name : [])).sort();
    for (const [refusal, names] of Object.entries(REFUSED))
      expect(refusedWith(Number(refusal)), refusal).toEqual([...names].sort());
    const known = Object.keys(REFUSED).map(Number);
    expect(statuses.filter(([, status]) => status >= 400 && !known.includes(status))).toEqual([]);
  });

  test('the file names the address at which it was requested, and a new message each time', async () => {
    const [one, other] = [await download(), await download()];
    expect(one).toContain(`@origin = ${app.url}\n`);
    const messageOf = (text: string) => /^@message = ([\w-]{36})$/m.exec(text)?.[1];
    expect(messageOf(one)).toBeDefined();
    expect(messageOf(other)).not.toBe(messageOf(one));
    expect(parse(one).find(({ name }) => name === 'postMessage')?.body).toContain(messageOf(one));
  });

  test('requests for visitors have a token where users authenticate with tokens', () => {
    const options = { origin: app.url, variables: {}, undoing: [] };
    const headersOf = (hasTokens: boolean, id: string) =>
      parse(requestFile(document, { ...options, hasTokens }), { token: 'mine' }).find(
        ({ name }) => name === id,
      )!.headers;
    expect(headersOf(true, 'postMessage')).toMatchObject({ Authorization: 'Bearer mine' });
    expect(headersOf(false, 'postMessage')).not.toHaveProperty('Authorization');
    expect(headersOf(true, 'getHealth')).not.toHaveProperty('Authorization');
  });
});
