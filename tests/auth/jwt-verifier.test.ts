import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JwtVerifier, type JwtVerifierOptions } from '../../server/auth/jwt-verifier.js';
import { until } from '../support/until.js';
import { AUDIENCE, Issuer, makeKey, type SigningKey } from './issuer.js';
import { hangUp, json, redirect, silence, startWebServer, text } from './web-server.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const log = pino({ level: 'silent' });

let keys: { first: SigningKey; second: SigningKey; elliptic: SigningKey };
let issuer: Issuer;
/** Offset of the server's clock, in milliseconds. */
let ahead = 0;

beforeAll(async () => {
  const [first, second, elliptic] = await Promise.all([makeKey('1'), makeKey('2'), makeKey('e', 'ES256')]);
  keys = { first, second, elliptic };
});
beforeEach(async () => {
  ahead = 0;
  issuer = await Issuer.start(keys.first);
});
afterEach(() => issuer.server.stop());

const tokens = (options: JwtVerifierOptions = {}) =>
  new JwtVerifier(issuer.config, log, { now: () => Date.now() + ahead, ...options });

const seconds = () => Math.floor(Date.now() / 1000);
const refused = (code: string) => expect.objectContaining({ code });

describe('a valid token', () => {
  test('a valid token yields id, name and expiry', async () => {
    const exp = seconds() + 60;
    const iat = exp - 90;
    const session = await tokens().verify(await issuer.sign({ name: 'Ada', exp, iat }));
    expect(session).toEqual({
      id_user: 'auth0|ada',
      name: 'Ada',
      expires: (exp + 30) * 1000,
      issued: iat * 1000,
    });
  });

  test('a token may be signed with ES256', async () => {
    issuer.publish(keys.first, keys.elliptic);
    const token = await issuer.sign({ sub: 'bob' }, keys.elliptic);
    expect(await tokens().verify(token)).toMatchObject({ id_user: 'bob', name: 'bob' });
  });

  test('a token may have several audiences', async () => {
    const token = await issuer.sign({ aud: ['https://other.example', AUDIENCE] });
    expect(await tokens().verify(token)).toMatchObject({ id_user: 'auth0|ada' });
  });

  test('a token without kid is accepted if the issuer has one key', async () => {
    const key = await makeKey(undefined);
    issuer.publish(key);
    expect(await tokens().verify(await issuer.sign({}, key))).toMatchObject({ id_user: 'auth0|ada' });
  });

  test('a token is accepted within the clock skew before and after its validity', async () => {
    const verifier = tokens();
    await verifier.verify(await issuer.sign({ exp: seconds() - 20 }));
    await verifier.verify(await issuer.sign({ nbf: seconds() + 20 }));
  });

  test('a token may have the latest possible expiry', async () => {
    const { expires } = await tokens().verify(await issuer.sign({ exp: 1e300 }));
    expect(new Date(expires!).getTime()).toBe(expires);
  });
});

describe('an invalid token', () => {
  const refuse = async (token: string) =>
    expect(tokens().verify(token)).rejects.toEqual(refused('bad-token'));

  test('a token signed by another key with a known kid is rejected', async () => {
    await refuse(await issuer.sign({}, { ...keys.second, kid: '1' }));
  });

  test('a token with changed content is rejected', async () => {
    const [header, , signature] = (await issuer.sign()).split('.');
    const [, content] = (await issuer.sign({ sub: 'auth0|admin' })).split('.');
    await refuse(`${header}.${content}.${signature}`);
  });

  test('a token without its signature is rejected', async () => {
    const [header, content] = (await issuer.sign()).split('.');
    await refuse(`${header}.${content}.`);
    await refuse(`${header}.${content}`);
  });

  test('a token of an unknown key is rejected', async () => {
    await refuse(await issuer.sign({}, keys.second));
  });

  test('a token with another audience or without one is rejected', async () => {
    await refuse(await issuer.sign({ aud: 'https://other.example' }));
    await refuse(await issuer.sign({ aud: undefined }));
    await refuse(await issuer.sign({ aud: [] }));
  });

  test('a token with another issuer or without one is rejected', async () => {
    await refuse(await issuer.sign({ iss: 'https://other.example/' }));
    await refuse(await issuer.sign({ iss: issuer.server.url.replace(/\/$/, '') }));
    await refuse(await issuer.sign({ iss: undefined }));
  });

  test('a token that is not valid yet is rejected', async () => {
    await refuse(await issuer.sign({ nbf: seconds() + 120 }));
  });

  test('a token without exp is rejected', async () => {
    await refuse(await issuer.sign({ exp: undefined }));
    await refuse(await issuer.sign({ exp: 'never' as unknown as number }));
  });

  test.each([undefined, '', ' ', 'a b', 'x'.repeat(121), 'zoë', 1.5, {}, null])(
    'a token with an invalid user id is rejected: %j',
    async (sub) => {
      await refuse(await issuer.sign({ sub: sub as string }));
    },
  );

  test('a token with alg none is rejected', async () => {
    const claims = { iss: issuer.server.url, aud: AUDIENCE, sub: 'auth0|ada', exp: seconds() + 60 };
    const token = new UnsecuredJWT(claims).encode();
    await refuse(token);
    const [, content] = token.split('.');
    for (const alg of ['None', 'NONE', '']) {
      await refuse(`${Buffer.from(JSON.stringify({ alg, kid: '1' })).toString('base64url')}.${content}.`);
    }
  });

  test('a token signed with the public key as HS256 secret is rejected', async () => {
    for (const secret of [await exportSPKI(keys.first.publicKey), JSON.stringify(keys.first.jwk)]) {
      const token = await new SignJWT({ sub: 'auth0|ada' })
        .setProtectedHeader({ alg: 'HS256', kid: '1' })
        .setIssuer(issuer.server.url)
        .setAudience(AUDIENCE)
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret));
      await refuse(token);
    }
  });

  test.each(['RS512', 'PS256', 'ES384', 'EdDSA'])(
    'a token with another algorithm is rejected: %s',
    async (alg) => {
      const key = await makeKey('1', alg);
      issuer.publish(key);
      await refuse(await issuer.sign({}, key));
    },
  );

  test('a token with an embedded key is rejected', async () => {
    const { privateKey, jwk } = keys.second;
    const token = await new SignJWT({ sub: 'auth0|ada' })
      .setProtectedHeader({ alg: 'RS256', kid: '1', jwk, jku: 'http://127.0.0.1:1/keys' })
      .setIssuer(issuer.server.url)
      .setAudience(AUDIENCE)
      .setExpirationTime('1h')
      .sign(privateKey);
    await refuse(token);
  });

  test.each([
    '',
    '.',
    '..',
    '...',
    'x',
    'a.b.c',
    'e30.e30.e30',
    'eyJhbGciOiJSUzI1NiJ9..',
    '🦉',
    'x'.repeat(100_000),
  ])('a malformed token is rejected (%#)', refuse);

  test('the error of an invalid token does not contain the reason', async () => {
    const token = await issuer.sign({ aud: 'https://other.example' });
    const error = await tokens()
      .verify(token)
      .catch((thrown) => thrown);
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/aud|sign|key|claim|example/i);
  });
});

describe('an expired token', () => {
  test('an expired token has an error code of its own', async () => {
    await expect(tokens().verify(await issuer.sign({ exp: seconds() - 60 }))).rejects.toEqual(
      refused('token-expired'),
    );
  });

  test('an expired token with an invalid signature counts as invalid', async () => {
    const forged = await issuer.sign({ exp: seconds() - 60 }, { ...keys.second, kid: '1' });
    await expect(tokens().verify(forged)).rejects.toEqual(refused('bad-token'));
  });

  test('a session expires when its token would be rejected', async () => {
    const verifier = tokens();
    const token = await issuer.sign({ exp: seconds() + 60 });
    const { expires } = await verifier.verify(token);
    ahead = expires! - Date.now();
    await expect(verifier.verify(token)).rejects.toEqual(refused('token-expired'));
  });
});

describe('the key set of the issuer', () => {
  test('concurrent verifications share one request for the key set, which is cached', async () => {
    const verifier = tokens();
    const token = await issuer.sign();
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
    await verifier.verify(token);
    expect(issuer.requestCount).toBe(1);
    expect(issuer.server.requests[0]!.url).toBe('/.well-known/jwks.json');
  });

  test('a token with a new key causes the key set to be fetched again', async () => {
    const verifier = tokens();
    await verifier.verify(await issuer.sign());
    ahead = MINUTE;
    issuer.publish(keys.second);
    expect(await verifier.verify(await issuer.sign({}, keys.second))).toMatchObject({ id_user: 'auth0|ada' });
    await expect(verifier.verify(await issuer.sign())).rejects.toEqual(refused('bad-token'));
  });

  test('unknown keys cause at most one request in 30 seconds', async () => {
    const verifier = tokens();
    await verifier.verify(await issuer.sign());
    for (let count = 0; count < 5; count += 1) {
      const forged = await issuer.sign({}, { ...keys.second, kid: `made-up-${count}` });
      await expect(verifier.verify(forged)).rejects.toEqual(refused('bad-token'));
    }
    expect(issuer.requestCount).toBe(1);
  });

  test('a withdrawn key is rejected after ten minutes', async () => {
    const verifier = tokens();
    const token = await issuer.sign();
    await verifier.verify(token);
    issuer.publish(keys.second);
    ahead = 11 * MINUTE;
    await expect(verifier.verify(token)).rejects.toEqual(refused('bad-token'));
  });

  test('an unusable key of the issuer counts as unavailable, not as an invalid token', async () => {
    issuer.server.answer = json({ keys: [{ kty: 'RSA', kid: '1', alg: 'RS256', n: 'AQAB', e: 'AQAB' }] });
    await expect(tokens().verify(await issuer.sign())).rejects.toEqual(refused('auth-unavailable'));
  });
});

describe('an unavailable issuer', () => {
  test.each([
    ['closes the connection', hangUp],
    ['answers 502', text('<h1>Bad gateway</h1>', 502)],
    ['has an empty key set', json({ keys: [] })],
    ['answers with another document', json({ keys: 'none' })],
    ['answers with HTML', text('<h1>Welcome</h1>')],
    ['answers with too many bytes', json({ keys: [], padding: 'x'.repeat(300_000) })],
    ['answers 404', json({}, 404)],
  ])('authentication is unavailable when the issuer %s', async (_, answer) => {
    issuer.server.answer = answer;
    const verifier = tokens();
    await expect(verifier.verify(await issuer.sign())).rejects.toMatchObject({
      code: 'auth-unavailable',
      details: { retryAfterMs: expect.any(Number) },
    });
    expect(verifier.status.state).toBe('down');
  });

  test('authentication is unavailable when the issuer refuses connections', async () => {
    const token = await issuer.sign();
    await issuer.server.stop();
    await expect(tokens().verify(token)).rejects.toEqual(refused('auth-unavailable'));
  });

  test('authentication is unavailable when the issuer does not answer in time', async () => {
    issuer.server.answer = silence;
    await expect(tokens({ timeoutMs: 50 }).verify(await issuer.sign())).rejects.toEqual(
      refused('auth-unavailable'),
    );
  });

  test('authentication is unavailable when the answer of the issuer is incomplete', async () => {
    issuer.server.answer = (_req, res) => void res.write('{"keys":[');
    await expect(tokens({ timeoutMs: 50 }).verify(await issuer.sign())).rejects.toEqual(
      refused('auth-unavailable'),
    );
  });

  test('redirects of the issuer are not followed', async () => {
    const elsewhere = await startWebServer(json({ keys: [keys.first.jwk] }));
    issuer.server.answer = redirect(elsewhere.url);
    await expect(tokens().verify(await issuer.sign())).rejects.toEqual(refused('auth-unavailable'));
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  test('after a failure, the key set is not requested again within 5 seconds', async () => {
    issuer.server.answer = hangUp;
    const verifier = tokens();
    const token = await issuer.sign();
    for (let count = 0; count < 5; count += 1) {
      await expect(verifier.verify(token)).rejects.toEqual(refused('auth-unavailable'));
    }
    expect(issuer.requestCount).toBe(1);
    issuer.publish(keys.first);
    ahead = 6_000;
    expect(await verifier.verify(token)).toMatchObject({ id_user: 'auth0|ada' });
    expect(verifier.status.state).toBe('up');
  });

  test('known keys are used for six hours', async () => {
    const verifier = tokens();
    const token = await issuer.sign({ exp: seconds() + 24 * 3600 });
    await verifier.verify(token);
    issuer.server.answer = hangUp;
    for (const time of [11 * MINUTE, HOUR, 5 * HOUR]) {
      ahead = time;
      expect(await verifier.verify(token)).toMatchObject({ id_user: 'auth0|ada' });
    }
    await until('the failed request is over', () => verifier.status.state === 'down');
    ahead = 7 * HOUR;
    await expect(verifier.verify(token)).rejects.toEqual(refused('auth-unavailable'));
  });

  test('tokens with known keys do not wait for an issuer that has failed', async () => {
    const verifier = tokens({ timeoutMs: HOUR });
    const token = await issuer.sign({ exp: seconds() + 3600 });
    await verifier.verify(token);
    issuer.server.answer = hangUp;
    ahead = 11 * MINUTE;
    await verifier.verify(token);
    issuer.server.answer = silence;
    ahead = 12 * MINUTE;
    expect(await verifier.verify(token)).toMatchObject({ id_user: 'auth0|ada' });
    await until('the key set is requested nevertheless', () => issuer.requestCount === 3);
  });

  test('a token with an unknown key is neither accepted nor rejected while the issuer is unavailable', async () => {
    const verifier = tokens();
    await verifier.verify(await issuer.sign());
    issuer.server.answer = hangUp;
    ahead = MINUTE;
    const token = await issuer.sign({}, keys.second);
    await expect(verifier.verify(token)).rejects.toEqual(refused('auth-unavailable'));
    await verifier.verify(await issuer.sign());
  });

  test('an unavailable issuer is logged once, without the token', async () => {
    const lines: string[] = [];
    const loud = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    issuer.server.answer = hangUp;
    const verifier = new JwtVerifier(issuer.config, loud, { now: () => Date.now() + ahead });
    const token = await issuer.sign();
    await verifier.verify(token).catch(() => {});
    ahead = MINUTE;
    await verifier.verify(token).catch(() => {});
    issuer.publish(keys.first);
    ahead = 2 * MINUTE;
    await verifier.verify(token);
    await verifier.verify(`${token}x`).catch(() => {});
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'token issuer unavailable',
      'token issuer connected',
      'auth: token refused',
    ]);
    expect(lines.join()).not.toContain(token);
  });
});
