import { describe, expect, it } from 'vitest';
import { bearerToken, MAX_TOKEN, TOKEN_COOKIE, tokenOf } from '../../server/auth/credentials.js';

const refused = (code: string) => expect.objectContaining({ code });

describe('the token of an Authorization header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  a.b-c_d~e+f/g== ', 'a.b-c_d~e+f/g=='],
    ['Bearer ', ''],
    ['Bearer two words', 'two words'],
    ['Bearer', undefined],
    ['Basic YTpi', undefined],
    ['Bearerabc', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %j is %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});

describe('the token', () => {
  it('comes from the bearer or from a cookie, the bearer first', () => {
    const cookieHeader = `theme=dark; ${TOKEN_COOKIE}=cookie`;
    expect(tokenOf({ cookieHeader })).toBe('cookie');
    expect(tokenOf({ cookieHeader, bearerToken: 'bearer' })).toBe('bearer');
    expect(tokenOf({ cookieHeader, bearerToken: '' })).toBe('cookie');
  });

  it.each([
    {},
    { cookieHeader: '' },
    { cookieHeader: `${TOKEN_COOKIE}=` },
    { cookieHeader: 'theme=dark' },
    { bearerToken: null },
    { bearerToken: '' },
  ])('is asked for where there is none: %j', (credentials) => {
    expect(() => tokenOf(credentials)).toThrow(refused('login-required'));
  });

  it.each(['a b', 'a\r\nX-Admin: 1', 'é', '=', 'a=b', 7, {}, ['a'], true])('cannot be %j', (token) => {
    expect(() => tokenOf({ bearerToken: token })).toThrow(refused('bad-token'));
  });

  it('has a greatest length', () => {
    expect(tokenOf({ bearerToken: 'x'.repeat(MAX_TOKEN) })).toHaveLength(MAX_TOKEN);
    expect(() => tokenOf({ bearerToken: 'x'.repeat(MAX_TOKEN + 1) })).toThrow(
      expect.objectContaining({ code: 'bad-token', details: { field: 'token', limit: MAX_TOKEN } }),
    );
  });
});
