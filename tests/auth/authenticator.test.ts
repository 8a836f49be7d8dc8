import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { guestAuthenticator } from '../../server/auth/authenticator.js';
import { createAuth } from '../../server/auth/create-auth.js';
import { TOKEN_COOKIE } from '../../server/auth/credentials.js';
import { Guests, type Identity } from '../../server/auth/guest.js';
import type { AuthConfig } from '../../server/config/auth-config.js';
import { Limits } from '../../server/limits/limits.js';
import { withoutSecuredNames } from '../support/secured-names.js';
import { Issuer, makeKey } from './issuer.js';
import { json, startWebServer, type WebServer } from './web-server.js';

const log = pino({ level: 'silent' });
const limits = new Limits({}, log);
const users = {
  get: async () => undefined,
  hold: async () => {},
  present: async ({ id_user, name }: Identity) => ({ id_user, name }),
};
const guests = new Guests({ secret: 'a secret of the test', secure: false });
const createAuthenticator = (auth: Exclude<AuthConfig, { mode: 'guest' }>) => {
  const noTable = () => {
    throw new Error('there is no login');
  };
  const tables = { sessionTable: noTable, credentialTable: noTable, users };
  return createAuth(auth, { guests, guestDays: 1, limits, log, secret: 'a secret of the test', ...tables })
    .authenticator;
};
const guestCookie = guests.issue({ id_user: 'ada', name: 'Ada' }).split(';')[0]!;
const refused = (code: string) => expect.objectContaining({ code });

const servers: WebServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

describe('AUTH=guest', () => {
  const authenticator = guestAuthenticator(guests, withoutSecuredNames);

  test('a signed cookie authenticates a guest without expiry', async () => {
    const session = await authenticator.authenticate({ cookieHeader: guestCookie });
    expect(session).toEqual({ id_user: 'ada', name: 'Ada', expires: null });
    expect(authenticator).toMatchObject({ mode: 'guest', recheckMs: null, status: null });
  });

  test('a signed cookie or token is refused when the name is secured', async () => {
    const secured = { ...withoutSecuredNames, isSecured: async (id_user: string) => id_user === 'ada' };
    const strict = guestAuthenticator(guests, secured);
    const ended = refused('session-ended');
    await expect(strict.authenticate({ cookieHeader: guestCookie })).rejects.toEqual(ended);
    const bearerToken = guests.sign({ id_user: 'ada', name: 'Ada' });
    await expect(strict.authenticate({ bearerToken })).rejects.toEqual(ended);
  });

  test('a user without a signed cookie or a token has no identity', async () => {
    expect(await authenticator.authenticate({})).toBeNull();
    expect(await authenticator.authenticate({ cookieHeader: `${TOKEN_COOKIE}=x` })).toBeNull();
  });

  test('a token authenticates a guest and takes precedence over a cookie', async () => {
    const bearerToken = guests.sign({ id_user: 'eve', name: 'Eve' });
    const session = await authenticator.authenticate({ cookieHeader: guestCookie, bearerToken });
    expect(session).toEqual({ id_user: 'eve', name: 'Eve', expires: null });
  });

  test.each([
    'a.b.c',
    'x',
    `${guests.sign({ id_user: 'eve', name: 'Eve' })}x`,
    ['x'],
    'é',
    'x'.repeat(9_000),
  ])(
    'a token that this server did not sign is refused, also with a valid cookie: %j',
    async (bearerToken) => {
      const attempt = authenticator.authenticate({ cookieHeader: guestCookie, bearerToken });
      await expect(attempt).rejects.toEqual(refused('bad-token'));
    },
  );
});

describe('AUTH=jwt', () => {
  test('a token authenticates a user from a header or cookie, and the cookie of a guest does not', async () => {
    const issuer = await Issuer.start(await makeKey('1'));
    servers.push(issuer.server);
    const authenticator = createAuthenticator(issuer.config);
    const token = await issuer.sign({ name: 'Ada' });
    for (const credentials of [{ bearerToken: token }, { cookieHeader: `${TOKEN_COOKIE}=${token}` }]) {
      expect(await authenticator.authenticate(credentials)).toMatchObject({ id_user: 'auth0|ada' });
    }
    const guest = authenticator.authenticate({ cookieHeader: guestCookie });
    await expect(guest).rejects.toEqual(refused('login-required'));
    expect(authenticator).toMatchObject({ mode: 'jwt', recheckMs: null, status: { state: 'up' } });
  });
});

describe('AUTH=accounts', () => {
  test('a token authenticates a user and is verified again while a socket is open', async () => {
    const server = await startWebServer(json({ id: 'ada', name: 'Ada' }));
    servers.push(server);
    const authenticator = createAuthenticator({ mode: 'accounts', server: server.url, login: null });
    expect(authenticator).toMatchObject({ mode: 'accounts', status: { state: 'connecting' } });
    expect(authenticator.recheckMs).toBeGreaterThan(0);
    expect(await authenticator.authenticate({ bearerToken: 't' })).toMatchObject({ id_user: 'ada' });
    await expect(authenticator.authenticate({})).rejects.toEqual(refused('login-required'));
  });

  test('a malformed token is rejected without a request', async () => {
    const server = await startWebServer(json({ id: 'ada' }));
    servers.push(server);
    const authenticator = createAuthenticator({ mode: 'accounts', server: server.url, login: null });
    for (const bearerToken of ['a\r\nb', 'x'.repeat(10_000), { toString: 'x' }]) {
      await expect(authenticator.authenticate({ bearerToken })).rejects.toEqual(refused('bad-token'));
    }
    expect(server.requests).toEqual([]);
  });
});
