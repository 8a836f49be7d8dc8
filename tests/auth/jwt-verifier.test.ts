import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JwtVerifier, type JwtVerifierOptions } from '../../server/auth/jwt-verifier.js';
import { until } from '../support/until.js';
import { AUDIENCE, Issuer, makeKey, type SigningKey } from './issuer.js';
import { hangUp, json, redirect, silence, startWebServer, text } from './web-server.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const log = pino({ level: 'silent' });

let keys: { first: SigningKey; second: SigningKey; elliptic: SigningKey };
let issuer: Issuer;
/** Milliseconds by which the server's clock is put forward. */
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

describe('a right token', () => {
  it('says who somebody is, and until when', async () => {
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

  it('may be signed with an elliptic curve', async () => {
    issuer.publish(keys.first, keys.elliptic);
    const token = await issuer.sign({ sub: 'bob' }, keys.elliptic);
    expect(await tokens().verify(token)).toMatchObject({ id_user: 'bob', name: 'bob' });
  });

  it('may be meant for others too', async () => {
    const token = await issuer.sign({ aud: ['https://other.example', AUDIENCE] });
    expect(await tokens().verify(token)).toMatchObject({ id_user: 'auth0|ada' });
  });

  it('needs to name no key where the issuer has only one', async () => {
    const key = await makeKey(undefined);
    issuer.publish(key);
    expect(await tokens().verify(await issuer.sign({}, key))).toMatchObject({ id_user: 'auth0|ada' });
  });

  it('is good a moment before and after its time, as clocks differ', async () => {
    const judge = tokens();
    await judge.verify(await issuer.sign({ exp: seconds() - 20 }));
    await judge.verify(await issuer.sign({ nbf: seconds() + 20 }));
  });

  it('may be good for ever after', async () => {
    const { expires } = await tokens().verify(await issuer.sign({ exp: 1e300 }));
    expect(new Date(expires!).getTime()).toBe(expires);
  });
});

describe('a token is refused', () => {
  const refuse = async (token: string) =>
    expect(tokens().verify(token)).rejects.toEqual(refused('bad-token'));

  it('that another key has signed under the name of a known one', async () => {
    await refuse(await issuer.sign({}, { ...keys.second, kid: '1' }));
  });

  it('whose content was changed', async () => {
    const [header, , signature] = (await issuer.sign()).split('.');
    const [, content] = (await issuer.sign({ sub: 'auth0|admin' })).split('.');
    await refuse(`${header}.${content}.${signature}`);
  });

  it('whose signature was cut off', async () => {
    const [header, content] = (await issuer.sign()).split('.');
    await refuse(`${header}.${content}.`);
    await refuse(`${header}.${content}`);
  });

  it('of a key that the issuer does not have', async () => {
    await refuse(await issuer.sign({}, keys.second));
  });

  it('that is meant for somebody else, or nobody', async () => {
    await refuse(await issuer.sign({ aud: 'https://other.example' }));
    await refuse(await issuer.sign({ aud: undefined }));
    await refuse(await issuer.sign({ aud: [] }));
  });

  it('that names another issuer, or none', async () => {
    await refuse(await issuer.sign({ iss: 'https://other.example/' }));
    await refuse(await issuer.sign({ iss: issuer.server.url.replace(/\/$/, '') }));
    await refuse(await issuer.sign({ iss: undefined }));
  });

  it('that is not valid yet', async () => {
    await refuse(await issuer.sign({ nbf: seconds() + 120 }));
  });

  it('that would never expire', async () => {
    await refuse(await issuer.sign({ exp: undefined }));
    await refuse(await issuer.sign({ exp: 'never' as unknown as number }));
  });

  it.each([undefined, '', ' ', 'a b', 'x'.repeat(121), 'zoë', 1.5, {}, null])(
    'whose sub cannot be a user id: %j',
    async (sub) => {
      await refuse(await issuer.sign({ sub: sub as string }));
    },
  );

  it('without a signature (alg none)', async () => {
    const claims = { iss: issuer.server.url, aud: AUDIENCE, sub: 'auth0|ada', exp: seconds() + 60 };
    const token = new UnsecuredJWT(claims).encode();
    await refuse(token);
    const [, content] = token.split('.');
    for (const alg of ['None', 'NONE', '']) {
      await refuse(`${Buffer.from(JSON.stringify({ alg, kid: '1' })).toString('base64url')}.${content}.`);
    }
  });

  it('signed with the public key as a shared secret (HS256)', async () => {
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

  it.each(['RS512', 'PS256', 'ES384', 'EdDSA'])(
    'signed by a way that is not agreed upon: %s',
    async (alg) => {
      const key = await makeKey('1', alg);
      issuer.publish(key);
      await refuse(await issuer.sign({}, key));
    },
  );

  it('with a key that it brings along itself', async () => {
    const { privateKey, jwk } = keys.second;
    const token = await new SignJWT({ sub: 'auth0|ada' })
      .setProtectedHeader({ alg: 'RS256', kid: '1', jwk, jku: 'http://127.0.0.1:1/keys' })
      .setIssuer(issuer.server.url)
      .setAudience(AUDIENCE)
      .setExpirationTime('1h')
      .sign(privateKey);
    await refuse(token);
  });

  it.each([
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
  ])('that is garbage (%#)', refuse);

  it('with a word that does not say why', async () => {
    const token = await issuer.sign({ aud: 'https://other.example' });
    const error = await tokens()
      .verify(token)
      .catch((thrown) => thrown);
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/aud|sign|key|claim|example/i);
  });
});

describe('a token that has expired', () => {
  it('is told from a bad one', async () => {
    await expect(tokens().verify(await issuer.sign({ exp: seconds() - 60 }))).rejects.toEqual(
      refused('token-expired'),
    );
  });

  it('is a bad one where it is forged too', async () => {
    const forged = await issuer.sign({ exp: seconds() - 60 }, { ...keys.second, kid: '1' });
    await expect(tokens().verify(forged)).rejects.toEqual(refused('bad-token'));
  });

  it('was good before', async () => {
    const judge = tokens();
    const token = await issuer.sign({ exp: seconds() + 60 });
    const { expires } = await judge.verify(token);
    ahead = expires! - Date.now();
    await expect(judge.verify(token)).rejects.toEqual(refused('token-expired'));
  });
});

describe('the keys of the issuer', () => {
  it('are asked for once by many at the same time, and then kept', async () => {
    const judge = tokens();
    const token = await issuer.sign();
    await Promise.all(Array.from({ length: 20 }, () => judge.verify(token)));
    await judge.verify(token);
    expect(issuer.asked).toBe(1);
    expect(issuer.server.requests[0]!.url).toBe('/.well-known/jwks.json');
  });

  it('may change: a token with a new one has them asked for again', async () => {
    const judge = tokens();
    await judge.verify(await issuer.sign());
    ahead = MINUTE;
    issuer.publish(keys.second);
    expect(await judge.verify(await issuer.sign({}, keys.second))).toMatchObject({ id_user: 'auth0|ada' });
    await expect(judge.verify(await issuer.sign())).rejects.toEqual(refused('bad-token'));
  });

  it('are asked for on account of unknown keys twice a minute at most', async () => {
    const judge = tokens();
    await judge.verify(await issuer.sign());
    for (let count = 0; count < 5; count += 1) {
      const forged = await issuer.sign({}, { ...keys.second, kid: `made-up-${count}` });
      await expect(judge.verify(forged)).rejects.toEqual(refused('bad-token'));
    }
    expect(issuer.asked).toBe(1);
  });

  it('that were withdrawn are not trusted for long', async () => {
    const judge = tokens();
    const token = await issuer.sign();
    await judge.verify(token);
    issuer.publish(keys.second);
    ahead = 11 * MINUTE;
    await expect(judge.verify(token)).rejects.toEqual(refused('bad-token'));
  });

  it('that cannot be used are the issuer’s fault, not the visitor’s', async () => {
    issuer.server.answer = json({ keys: [{ kty: 'RSA', kid: '1', alg: 'RS256', n: 'AQAB', e: 'AQAB' }] });
    await expect(tokens().verify(await issuer.sign())).rejects.toEqual(refused('auth-unavailable'));
  });
});

describe('while the issuer is away', () => {
  it.each([
    ['hangs up', hangUp],
    ['fails', text('<h1>Bad gateway</h1>', 502)],
    ['has no keys', json({ keys: [] })],
    ['answers with something else', json({ keys: 'none' })],
    ['answers with a page', text('<h1>Welcome</h1>')],
    ['answers with no end', json({ keys: [], padding: 'x'.repeat(300_000) })],
    ['is found nowhere', json({}, 404)],
  ])('nobody can be judged: it %s', async (_, answer) => {
    issuer.server.answer = answer;
    const judge = tokens();
    await expect(judge.verify(await issuer.sign())).rejects.toMatchObject({
      code: 'auth-unavailable',
      details: { retryAfterMs: expect.any(Number) },
    });
    expect(judge.status.state).toBe('down');
  });

  it('nobody can be judged: it does not listen', async () => {
    const token = await issuer.sign();
    await issuer.server.stop();
    await expect(tokens().verify(token)).rejects.toEqual(refused('auth-unavailable'));
  });

  it('nobody can be judged: it says nothing', async () => {
    issuer.server.answer = silence;
    await expect(tokens({ timeoutMs: 50 }).verify(await issuer.sign())).rejects.toEqual(
      refused('auth-unavailable'),
    );
  });

  it('nobody can be judged: it stops in the middle of its answer', async () => {
    issuer.server.answer = (_req, res) => void res.write('{"keys":[');
    await expect(tokens({ timeoutMs: 50 }).verify(await issuer.sign())).rejects.toEqual(
      refused('auth-unavailable'),
    );
  });

  it('keys are taken from nowhere else', async () => {
    const elsewhere = await startWebServer(json({ keys: [keys.first.jwk] }));
    issuer.server.answer = redirect(elsewhere.url);
    await expect(tokens().verify(await issuer.sign())).rejects.toEqual(refused('auth-unavailable'));
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it('it is not asked for every token, but again after a while', async () => {
    issuer.server.answer = hangUp;
    const judge = tokens();
    const token = await issuer.sign();
    for (let count = 0; count < 5; count += 1) {
      await expect(judge.verify(token)).rejects.toEqual(refused('auth-unavailable'));
    }
    expect(issuer.asked).toBe(1);
    issuer.publish(keys.first);
    ahead = 6_000;
    expect(await judge.verify(token)).toMatchObject({ id_user: 'auth0|ada' });
    expect(judge.status.state).toBe('up');
  });

  it('known keys do for some hours', async () => {
    const judge = tokens();
    const token = await issuer.sign({ exp: seconds() + 24 * 3600 });
    await judge.verify(token);
    issuer.server.answer = hangUp;
    for (const time of [11 * MINUTE, HOUR, 5 * HOUR]) {
      ahead = time;
      expect(await judge.verify(token)).toMatchObject({ id_user: 'auth0|ada' });
    }
    await until('the failed attempt is over', () => judge.status.state === 'down');
    ahead = 7 * HOUR;
    await expect(judge.verify(token)).rejects.toEqual(refused('auth-unavailable'));
  });

  it('and has been so for a moment, nobody with a known key waits for it', async () => {
    const judge = tokens({ timeoutMs: HOUR });
    const token = await issuer.sign({ exp: seconds() + 3600 });
    await judge.verify(token);
    issuer.server.answer = hangUp;
    ahead = 11 * MINUTE;
    await judge.verify(token);
    issuer.server.answer = silence;
    ahead = 12 * MINUTE;
    expect(await judge.verify(token)).toMatchObject({ id_user: 'auth0|ada' });
    await until('it is asked all the same', () => issuer.asked === 3);
  });

  it('a token with an unknown key is neither right nor wrong', async () => {
    const judge = tokens();
    await judge.verify(await issuer.sign());
    issuer.server.answer = hangUp;
    ahead = MINUTE;
    const token = await issuer.sign({}, keys.second);
    await expect(judge.verify(token)).rejects.toEqual(refused('auth-unavailable'));
    await judge.verify(await issuer.sign());
  });

  it('says so in the log once, without the token', async () => {
    const lines: string[] = [];
    const loud = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    issuer.server.answer = hangUp;
    const judge = new JwtVerifier(issuer.config, loud, { now: () => Date.now() + ahead });
    const token = await issuer.sign();
    await judge.verify(token).catch(() => {});
    ahead = MINUTE;
    await judge.verify(token).catch(() => {});
    issuer.publish(keys.first);
    ahead = 2 * MINUTE;
    await judge.verify(token);
    await judge.verify(`${token}x`).catch(() => {});
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'auth: the issuer of the tokens is away',
      'auth: the issuer of the tokens is back',
      'auth: a token was refused',
    ]);
    expect(lines.join()).not.toContain(token);
  });
});
