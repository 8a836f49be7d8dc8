import { describe, expect, test } from 'vitest';
import { requireSecret } from '../../server/auth/secrets.js';

const secret = 'presence-summary-secret';
const refused = (code: string) => expect.objectContaining({ code });

describe('requireSecret', () => {
  test('an endpoint accepts its secret', () => {
    expect(() => requireSecret(secret, `Bearer ${secret}`)).not.toThrow();
  });

  test.each([undefined, '', 'Bearer ', `Basic ${secret}`, secret])(
    'an endpoint requires its secret: %j',
    (authorization) => {
      expect(() => requireSecret(secret, authorization)).toThrow(refused('login-required'));
    },
  );

  test.each([
    `${secret}x`,
    secret.slice(1),
    secret.toUpperCase(),
    `${secret} ${secret}`,
    'é',
    'x'.repeat(100_000),
  ])('an endpoint rejects another secret (%#)', (token) => {
    expect(() => requireSecret(secret, `Bearer ${token}`)).toThrow(refused('bad-token'));
  });

  test.each([null, ''])('an endpoint without a configured secret does not exist (%j)', (none) => {
    for (const authorization of [undefined, 'Bearer ', 'Bearer null', 'Bearer x']) {
      expect(() => requireSecret(none, authorization)).toThrow(refused('not-found'));
    }
  });
});
