import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILED_RECOVERIES_PER_NAME } from '../../server/limits/limits.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { CookieBrowser } from '../support/cookie-browser.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { SocketClient } from '../support/socket-client.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { until } from '../support/until.js';
import { jsonOf, post } from './client.js';
import { EventReader } from './event-reader.js';

const SESSION = 'changeroom_guest_session';
const PARTY = { host: 'chat.example', origin: 'http://chat.example' };
const FORWARDED = { 'x-forwarded-host': 'chat.example' };

let database: TestDatabase;
/** Two servers of one chat. */
let here: TestApp;
let there: TestApp;
let console_: r.Connection;

beforeAll(async () => {
  database = await openDatabase();
  const env = { SESSION_SECRET: 'the same for both of them' };
  [here, there] = await Promise.all([startTestApp({ database, env }), startTestApp({ database, env })]);
  console_ = await database.connect();
});
afterAll(async () => {
  await Promise.all([here?.stop(), there?.stop()]);
  await database?.stop();
});

/** Requests of one browser, whose cookies count at both servers, as behind one address. */
class Guest {
  readonly browser = new CookieBrowser();

  async ask(method: string, path: string, body?: unknown, app = here, headers: object = {}) {
    const response = await this.browser.send(`${app.url}${path}`, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const [from, to] = app === here ? [here, there] : [there, here];
    for (const cookie of ['changeroom_guest', SESSION, 'changeroom_passkey']) {
      const value = this.browser.cookie(from.url, cookie);
      this.browser.setCookie(to.url, cookie, value ?? '');
      if (value === undefined) this.browser.forget(to.url, cookie);
    }
    const answer = response.status === 204 ? null : await jsonOf(response);
    return { status: response.status, ...answer, list: answer };
  }

  cookies(app = here): string {
    return this.browser.cookies(app.url);
  }
}

async function guestNamed(name: string): Promise<Guest> {
  const guest = new Guest();
  expect(await guest.ask('PUT', '/api/me', { name })).toMatchObject({ status: 200, name });
  return guest;
}

/** The first frame of a type. */
async function next(socket: SocketClient, type: 'error' | 'welcome') {
  await until(`the frame ${type}`, () => socket.latest(type) !== undefined);
  return socket.latest(type);
}

/** Secures the name by a recovery code. @returns the code */
async function secure(guest: Guest): Promise<string> {
  const { code, confirmation } = await guest.ask('POST', '/api/me/recovery-code');
  expect(await guest.ask('PUT', '/api/me/recovery-code', { confirmation })).toMatchObject({ status: 200 });
  return code;
}

describe('a secured name', () => {
  test('a recovery code gives name and id back in another browser, however it is written', async () => {
    const guest = await guestNamed('Mia');
    const { id_user } = await guest.ask('GET', '/api/me');
    const code = await secure(guest);
    expect(await guest.ask('GET', '/api/me')).toMatchObject({ id_user, name: 'Mia' });
    const other = new Guest();
    const written = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    expect(await other.ask('POST', '/api/recovery/code', { name: 'mia', code: written }, there)).toEqual(
      expect.objectContaining({ status: 200, id_user, name: 'Mia' }),
    );
    expect(await other.ask('GET', '/api/me')).toMatchObject({ id_user, name: 'Mia' });
  });

  test('another guest is refused the name and names that look like it, by REST and by socket', async () => {
    await secure(await guestNamed('Zora'));
    const other = new Guest();
    for (const name of ['Zora', 'ZORA', 'Z\u043era'])
      expect(await other.ask('PUT', '/api/me', { name })).toMatchObject({
        status: 409,
        code: 'name-taken',
        field: 'name',
      });
    const socket = await SocketClient.open(there.url);
    socket.send({ type: 'identityChange', name: 'Zora', ref: 1 });
    expect(await next(socket, 'error')).toMatchObject({ code: 'name-taken', ref: 1 });
    socket.close();
  });

  test('a name that another guest had first cannot be secured, and one that the server gave neither', async () => {
    await guestNamed('Otto');
    const second = new Guest();
    expect((await second.ask('PUT', '/api/me', { name: 'Otto' })).name).toMatch(/^Otto #/);
    const { confirmation } = await second.ask('POST', '/api/me/recovery-code');
    expect(await second.ask('PUT', '/api/me/recovery-code', { confirmation })).toMatchObject({
      status: 409,
      code: 'name-taken',
    });
    const unnamed = new Guest();
    await unnamed.ask('GET', '/api/me');
    const given = await unnamed.ask('POST', '/api/me/recovery-code');
    expect(await unnamed.ask('PUT', '/api/me/recovery-code', given)).toMatchObject({
      status: 400,
      code: 'bad-name',
    });
    expect((await unnamed.ask('GET', '/api/me/credentials')).list).toEqual([]);
  });

  test('a guest with a secured name who takes another one keeps it for themselves', async () => {
    const guest = await guestNamed('Pia');
    await guestNamed('Olga');
    const code = await secure(guest);
    expect(await guest.ask('PUT', '/api/me', { name: 'Olga' })).toMatchObject({ code: 'name-taken' });
    expect(await guest.ask('PUT', '/api/me', { name: 'Pia the second' })).toMatchObject({ status: 200 });
    expect(await new Guest().ask('PUT', '/api/me', { name: 'Pia the second' })).toMatchObject({
      status: 409,
    });
    expect(await new Guest().ask('PUT', '/api/me', { name: 'Pia' })).toMatchObject({ status: 200 });
    expect(await new Guest().ask('POST', '/api/recovery/code', { name: 'Pia', code })).toMatchObject({
      status: 400,
      code: 'login-failed',
    });
  });

  test('the cookie and the sockets from before no longer count, and open streams end', async () => {
    const guest = await guestNamed('Quentin');
    const stolen = guest.cookies();
    const socket = await SocketClient.open(there.url, { cookie: stolen });
    await next(socket, 'welcome');
    await secure(guest);
    expect(await next(socket, 'error')).toMatchObject({ code: 'session-ended' });
    socket.close();
    await until('the other server refuses the cookie', async () => {
      const answer = await fetch(`${there.url}/api/me`, { headers: { cookie: stolen } });
      return answer.status === 401 && (await jsonOf(answer)).code === 'session-ended';
    });
    expect(guest.cookies()).not.toContain('changeroom_guest=');
  });

  test('a program that authenticates by a token gets another one', async () => {
    const { token } = await jsonOf(await post(`${here.url}/api/guests`, { name: 'Robot' }));
    const program = new Guest();
    const by = (bearer: string) => ({ authorization: `Bearer ${bearer}` });
    const { confirmation, code } = await program.ask('POST', '/api/me/recovery-code', {}, here, by(token));
    const secured = await program.ask('PUT', '/api/me/recovery-code', { confirmation }, here, by(token));
    expect(await program.ask('GET', '/api/me', undefined, here, by(token))).toMatchObject({ status: 401 });
    expect(await program.ask('GET', '/api/me', undefined, here, by(secured.token))).toMatchObject({
      name: 'Robot',
    });
    const again = await program.ask('POST', '/api/recovery/code', { name: 'Robot', code, token: true });
    expect(again.token).not.toBe(secured.token);
    expect(program.cookies()).toBe('');
    const socket = await SocketClient.open(here.url, {}, { token: again.token });
    expect(await next(socket, 'welcome')).toMatchObject({ user: { name: 'Robot' } });
    socket.close();
  });

  test('rows of other programs count at once, and the table has no secret', async () => {
    const guest = await guestNamed('Silke');
    const code = await secure(guest);
    const rows = await (await r.table('credentials').run(console_)).toArray();
    const text = JSON.stringify(rows);
    expect(text).not.toContain(code);
    expect(text).not.toContain(code.replaceAll('-', ''));
    const { id_user } = await guest.ask('GET', '/api/me');
    await r.table('credentials').filter({ id_user }).delete().run(console_);
    expect(await new Guest().ask('POST', '/api/recovery/code', { name: 'Silke', code })).toMatchObject({
      code: 'login-failed',
    });
    expect((await new Guest().ask('PUT', '/api/me', { name: 'Silke' })).name).toMatch(/^Silke #/);
    expect(await guest.ask('GET', '/api/me')).toMatchObject({ name: 'Silke' });
  });
});

describe('recovery codes', () => {
  test('a new code replaces the old one, and one that is not confirmed does not', async () => {
    const guest = await guestNamed('Tilda');
    const first = await secure(guest);
    await guest.ask('POST', '/api/me/recovery-code');
    const recover = (code: string) => new Guest().ask('POST', '/api/recovery/code', { name: 'Tilda', code });
    expect(await recover(first)).toMatchObject({ status: 200 });
    const second = await secure(guest);
    expect(await recover(first)).toMatchObject({ status: 400, code: 'login-failed', field: 'code' });
    expect(await recover(second)).toMatchObject({ status: 200 });
    expect((await guest.ask('GET', '/api/me/credentials')).list).toHaveLength(1);
  });

  test('a confirmation of another guest is refused', async () => {
    const { confirmation } = await (await guestNamed('Ugo')).ask('POST', '/api/me/recovery-code');
    const other = await guestNamed('Vera');
    for (const wrong of [confirmation, 'x', ''])
      expect(await other.ask('PUT', '/api/me/recovery-code', { confirmation: wrong })).toMatchObject({
        status: 400,
        code: 'login-failed',
      });
  });

  test('wrong codes for a name are bounded, and then the right one is refused too', async () => {
    const code = await secure(await guestNamed('Wanda'));
    const attempt = (given: string) =>
      new Guest().ask('POST', '/api/recovery/code', { name: 'Wanda', code: given });
    for (let i = 0; i < FAILED_RECOVERIES_PER_NAME; i += 1)
      expect(await attempt('00000-00000-00000-00000')).toMatchObject({ code: 'login-failed' });
    expect(await attempt(code)).toMatchObject({ status: 429, code: 'rate-limited' });
  });

  test('wrong codes of an address are bounded, for all names together', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', 'content-type': 'application/json' };
    const statuses: number[] = [];
    for (let i = 0; i < 32; i += 1) {
      const body = JSON.stringify({ name: `name ${i}`, code: '00000' });
      statuses.push((await fetch(`${here.url}/api/recovery/code`, { method: 'POST', headers, body })).status);
    }
    expect(statuses.filter((status) => status === 400)).toHaveLength(30);
    expect(statuses.slice(30)).toEqual([429, 429]);
  });
});

describe('passkeys', () => {
  const begin = (guest: Guest, path: string, app = here) =>
    guest.ask('POST', path, undefined, app, FORWARDED);

  async function secureByPasskey(guest: Guest): Promise<SoftwareAuthenticator> {
    const authenticator = new SoftwareAuthenticator(PARTY);
    const { challenge, rp } = await begin(guest, '/api/me/passkeys/challenge');
    expect(rp.id).toBe(PARTY.host);
    const response = authenticator.create(challenge);
    const added = await guest.ask('POST', '/api/me/passkeys', { response }, there, FORWARDED);
    expect(added).toMatchObject({ status: 201 });
    return authenticator;
  }

  test('a passkey secures a name at one server and gives it back at another, once per challenge', async () => {
    const guest = await guestNamed('Xenia');
    const { id_user } = await guest.ask('GET', '/api/me');
    const authenticator = await secureByPasskey(guest);
    expect(await new Guest().ask('PUT', '/api/me', { name: 'Xenia' })).toMatchObject({ code: 'name-taken' });
    const other = new Guest();
    const { challenge } = await begin(other, '/api/recovery/challenge');
    const cookie = other.cookies(there);
    const response = authenticator.get(challenge);
    const answer = await other.ask('POST', '/api/recovery/passkey', { response }, there, FORWARDED);
    expect(answer).toMatchObject({ status: 200, id_user, name: 'Xenia' });
    expect(await other.ask('GET', '/api/me')).toMatchObject({ id_user });
    // The cookie with the challenge was kept by an attacker.
    const repeat = (again: object) =>
      new Guest().ask('POST', '/api/recovery/passkey', { response: again }, here, { ...FORWARDED, cookie });
    expect(await repeat(response)).toMatchObject({ status: 400, code: 'login-failed' });
    expect(await repeat(authenticator.get(challenge))).toMatchObject({ status: 400, code: 'login-failed' });
  });

  test('an answer for another challenge, host, user or passkey is refused', async () => {
    const guest = await guestNamed('Yuri');
    const authenticator = await secureByPasskey(guest);
    const refused = { status: 400, code: 'login-failed' };
    const recover = async (answer: (challenge: string) => object, headers: object = FORWARDED) => {
      const other = new Guest();
      const { challenge } = await begin(other, '/api/recovery/challenge');
      const response = answer(challenge);
      return other.ask('POST', '/api/recovery/passkey', { response }, here, headers);
    };
    expect(await recover(() => authenticator.get('x'.repeat(43)))).toMatchObject(refused);
    const stranger = new SoftwareAuthenticator(PARTY);
    expect(await recover((challenge) => stranger.get(challenge))).toMatchObject(refused);
    const phished = new SoftwareAuthenticator({ host: 'evil.example', origin: 'http://evil.example' });
    expect(
      await recover((challenge) => ({ ...phished.get(challenge), id: authenticator.get('').id })),
    ).toMatchObject(refused);
    const elsewhere = { 'x-forwarded-host': 'evil.example' };
    expect(await recover((challenge) => authenticator.get(challenge), elsewhere)).toMatchObject(refused);
    expect(
      await new Guest().ask(
        'POST',
        '/api/recovery/passkey',
        { response: authenticator.get('x') },
        here,
        FORWARDED,
      ),
    ).toMatchObject({ ...refused, field: 'challenge' });
    const other = await guestNamed('Zita');
    const { challenge } = await begin(guest, '/api/me/passkeys/challenge');
    const response = new SoftwareAuthenticator(PARTY).create(challenge);
    const cookie = `${other.cookies()}; changeroom_passkey=${guest.browser.cookie(here.url, 'changeroom_passkey')}`;
    expect(
      await other.ask('POST', '/api/me/passkeys', { response }, here, { ...FORWARDED, cookie }),
    ).toMatchObject(refused);
    expect(await recover((challenge) => authenticator.get(challenge))).toMatchObject({ status: 200 });
  });

  test('malformed answers are refused', async () => {
    const guest = await guestNamed('Anton');
    for (const response of [
      null,
      {},
      { id: 'x' },
      { ...new SoftwareAuthenticator(PARTY).create('x'), rawId: 1 },
    ]) {
      const answer = await guest.ask('POST', '/api/me/passkeys', { response }, here, FORWARDED);
      expect(answer).toMatchObject({ status: 400, code: 'bad-request' });
    }
    const garbage = new SoftwareAuthenticator(PARTY).create('x');
    await begin(guest, '/api/me/passkeys/challenge');
    const response = { ...garbage, response: { ...garbage.response, attestationObject: 'o2Nm' } };
    expect(await guest.ask('POST', '/api/me/passkeys', { response }, here, FORWARDED)).toMatchObject({
      status: 400,
      code: 'login-failed',
    });
    expect(await guest.ask('POST', '/api/me/passkeys/challenge')).toMatchObject({
      status: 400,
      code: 'bad-request',
      field: 'Host',
    });
  });
});

describe('sessions', () => {
  test('sessions are listed, and ending one ends its sockets, streams and requests on all servers', async () => {
    const guest = await guestNamed('Bruno');
    const code = await secure(guest);
    const other = new Guest();
    await other.ask('POST', '/api/recovery/code', { name: 'Bruno', code }, here, {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    });
    const socket = await SocketClient.open(there.url, { cookie: other.cookies(there) });
    const stream = new EventReader(`${there.url}/api/rooms/lobby/events`, { cookie: other.cookies(there) });
    await stream.endsWith('state');
    const { list } = await guest.ask('GET', '/api/me/sessions');
    expect(list).toEqual([
      expect.objectContaining({ device: 'Firefox, Linux', is_current: false }),
      expect.objectContaining({ is_current: true }),
    ]);
    const path = `/api/me/sessions/${list[0].id}`;
    expect(await (await guestNamed('Carla')).ask('DELETE', path)).toMatchObject({ code: 'no-such-session' });
    expect(await guest.ask('DELETE', path)).toMatchObject({ status: 204 });
    expect(await next(socket, 'error')).toMatchObject({ code: 'session-ended' });
    await until('the stream has ended', () => stream.ended);
    expect(await other.ask('GET', '/api/me')).toMatchObject({ status: 401, code: 'session-ended' });
    await until('the other server refuses the session', async () => {
      return (await other.ask('GET', '/api/me', undefined, there)).status === 401;
    });
    expect(await guest.ask('GET', '/api/me')).toMatchObject({ name: 'Bruno' });
    socket.close();
    stream.close();
  });

  test('using a session extends it and its cookie after a day, and one that is not used ends', async () => {
    const guest = await guestNamed('Frieda');
    await secure(guest);
    const { id_user } = await guest.ask('GET', '/api/me');
    const rows = () => r.table('sessions').filter({ id_user });
    const endOfRow = async () => {
      const [row] = await (await rows().run(console_)).toArray();
      return Number(row.ends);
    };
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000);
    await rows()
      .update({ refreshed: inDays(-2), expires: inDays(300), ends: inDays(300) })
      .run(console_);
    const value = guest.browser.cookie(here.url, SESSION);
    const setCookies = async () => {
      const answer = await fetch(`${here.url}/api/me`, { headers: { cookie: guest.cookies() } });
      return answer.headers.getSetCookie();
    };
    await until('the cookie is sent again', async () => {
      const [cookie = ''] = await setCookies();
      return cookie.startsWith(`${SESSION}=${value}; Max-Age=`);
    });
    await until('the row is extended', async () => (await endOfRow()) > Number(inDays(364)));
    await until('the cookie is not sent again', async () => (await setCookies()).length === 0);
    await rows()
      .update({ ends: inDays(-1) })
      .run(console_);
    await until('the session has ended', async () => {
      const { status, code } = await guest.ask('GET', '/api/me', undefined, there);
      return status === 401 && code === 'token-expired';
    });
  });

  test('a guest who takes a name while another one secures it does not share it', async () => {
    for (let i = 0; i < 5; i += 1) {
      const name = `Rival ${'abcde'[i]}`;
      const first = await guestNamed(name);
      const { confirmation } = await first.ask('POST', '/api/me/recovery-code');
      const second = new Guest();
      await Promise.all([
        first.ask('PUT', '/api/me/recovery-code', { confirmation }),
        second.ask('PUT', '/api/me', { name }, there),
      ]);
      expect(await first.ask('GET', '/api/me')).toMatchObject({ status: 200, name });
      expect((await second.ask('GET', '/api/me')).name).not.toBe(name);
    }
  });

  test('the last credential releases the name, and only its owner removes it', async () => {
    const guest = await guestNamed('Dario');
    await secure(guest);
    const [{ id }] = (await guest.ask('GET', '/api/me/credentials')).list;
    const path = `/api/me/credentials/${id}`;
    expect(await (await guestNamed('Elsa')).ask('DELETE', path)).toMatchObject({
      code: 'no-such-credential',
    });
    expect(await guest.ask('DELETE', path)).toMatchObject({ status: 204 });
    expect(await new Guest().ask('PUT', '/api/me', { name: 'Dario' })).toMatchObject({ status: 200 });
    expect(await guest.ask('GET', '/api/me')).toMatchObject({ status: 200, name: 'Dario' });
  });
});
