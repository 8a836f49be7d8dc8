import { describe, expect, it } from 'vitest';
import { requireSecret } from '../../server/auth/secrets.js';

const secret = 'presence-summary-secret';
const refused = (code: string) => expect.objectContaining({ code });

describe('an address behind a secret', () => {
  it('lets pass who has it', () => {
    expect(() => requireSecret(secret, `Bearer ${secret}`)).not.toThrow();
  });

  it.each([undefined, '', 'Bearer ', `Basic ${secret}`, secret])('asks for it: %j', (authorization) => {
    expect(() => requireSecret(secret, authorization)).toThrow(refused('login-required'));
  });

  it.each([
    `${secret}x`,
    secret.slice(1),
    secret.toUpperCase(),
    `${secret} ${secret}`,
    'é',
    'x'.repeat(100_000),
  ])('refuses another (%#)', (token) => {
    expect(() => requireSecret(secret, `Bearer ${token}`)).toThrow(refused('bad-token'));
  });

  it.each([null, ''])('is not there while its secret is not set (%j)', (none) => {
    for (const authorization of [undefined, 'Bearer ', 'Bearer null', 'Bearer x']) {
      expect(() => requireSecret(none, authorization)).toThrow(refused('not-found'));
    }
  });
});
