import { describe, expect, test } from 'vitest';
import { MAX_RETURN_PATH_LENGTH, returnPath } from '../../../server/auth/login/return-path.js';

describe('returnPath', () => {
  test.each([
    '/',
    '/r/lobby',
    '/r/caf%C3%A9%20au%20lait?before=x%26y',
    '/rooms/new',
    '/r/a?still#log',
    '/api/docs',
  ])('the login returns to %s', (path) => expect(returnPath(path)).toBe(path));

  test('the login returns to the lobby without an address, or from its own pages', () => {
    for (const path of [
      undefined,
      '',
      '/login?return=/login',
      '/LOGIN',
      '/logout',
      '/signed-out',
      '/login/callback?x',
    ])
      expect(returnPath(path)).toBe('/');
    expect(returnPath('/logins')).toBe('/logins');
  });

  test.each([
    'https://evil.example/',
    'evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/%09/evil.example\n',
    '/r/x\r\nSet-Cookie: a=b',
    ' //evil.example',
    '/%2f/evil.example',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/%255cevil.example',
    '/.//evil.example',
    '/r/..//evil.example',
    '/./%2fevil.example',
    '/\u2028/evil.example',
    '/r/é',
    'javascript:alert(1)',
    '?return=/',
  ])('the login does not return to %j', (path) => {
    expect(() => returnPath(path)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  test('an address is limited in length, and must be given once', () => {
    const longest = `/${'x'.repeat(MAX_RETURN_PATH_LENGTH - 1)}`;
    expect(returnPath(longest)).toBe(longest);
    const limit = { details: { field: 'return', limit: MAX_RETURN_PATH_LENGTH } };
    expect(() => returnPath(`${longest}x`)).toThrow(expect.objectContaining(limit));
    expect(() => returnPath(['/r/a', '/r/b'])).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});
