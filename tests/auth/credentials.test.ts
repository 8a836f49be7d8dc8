import { describe, expect, test } from 'vitest';
import { bearerToken, MAX_TOKEN_LENGTH, TOKEN_COOKIE, tokenOf } from '../../server/auth/credentials.js';

const refused = (code: string) => expect.objectContaining({ code });

describe('bearerToken', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer  a.b-c_d~e+f/g== ', 'a.b-c_d~e+f/g=='],
    ['Bearer ', ''],
    ['Bearer two words', 'two words'],
    ['Bearer', undefined],
    ['Basic YTpi', undefined],
    ['Bearerabc', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('the bearer token of the header %j is %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});

describe('tokenOf', () => {
  test('the token comes from the bearer token or from a cookie, in this order', () => {
    const cookieHeader = `theme=dark; ${TOKEN_COOKIE}=cookie`;
    expect(tokenOf({ cookieHeader })).toBe('cookie');
    expect(tokenOf({ cookieHeader, bearerToken: 'bearer' })).toBe('bearer');
    expect(tokenOf({ cookieHeader, bearerToken: '' })).toBe('cookie');
  });

  test.each([
    {},
    { cookieHeader: '' },
    { cookieHeader: `${TOKEN_COOKIE}=` },
    { cookieHeader: 'theme=dark' },
    { bearerToken: null },
    { bearerToken: '' },
  ])('a login is required without a token: %j', (credentials) => {
    expect(() => tokenOf(credentials)).toThrow(refused('login-required'));
  });

  test.each(['a b', 'a\r\nX-Admin: 1', 'é', '=', 'a=b', 7, {}, ['a'], true])(
    '%j is rejected as a token',
    (token) => {
      expect(() => tokenOf({ bearerToken: token })).toThrow(refused('bad-token'));
    },
  );

  test('a token that is too long is rejected with the limit', () => {
    expect(tokenOf({ bearerToken: 'x'.repeat(MAX_TOKEN_LENGTH) })).toHaveLength(MAX_TOKEN_LENGTH);
    expect(() => tokenOf({ bearerToken: 'x'.repeat(MAX_TOKEN_LENGTH + 1) })).toThrow(
      expect.objectContaining({ code: 'bad-token', details: { field: 'token', limit: MAX_TOKEN_LENGTH } }),
    );
  });
});
