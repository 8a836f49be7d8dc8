import { describe, expect, test } from 'vitest';
import { originForm, pathOf } from '../../server/http/gate/request-target.js';

const read = (url: string, host: string | undefined = 'chat.example') =>
  originForm({ url, headers: { host } });

describe('request targets', () => {
  test.each([
    '/',
    '/r/lobby?edit=1',
    '/primus/?EIO=4',
    '/a//b',
    '/%',
    '/[',
    '/a:99999/',
    '/http://x',
    '/?//a@[',
  ])('a request target in origin form is not changed: %s', (target) => {
    expect(read(target)).toBe(target);
  });

  test.each([
    ['http://chat.example/r/x?y=1', '/r/x?y=1'],
    ['HTTP://CHAT.example:80', '/'],
    ['https://chat.example/../x', '/x'],
  ])(
    'a request target in absolute form with the host of the header is converted to origin form: %s',
    (target, expected) => {
      expect(read(target)).toBe(expected);
    },
  );

  test.each([
    '',
    '*',
    'chat.example:80',
    'r/lobby',
    '//',
    '//a@[',
    '//chat.example/',
    '/\\chat.example/',
    'http://[',
    'http://a:99999/primus/',
    'http://other.example/',
    'http://chat.example:81/',
    'http://me@chat.example/',
    'http://chat.example//a@[',
    'ftp://chat.example/',
    'javascript:alert(1)',
  ])('a request target of any other form is invalid: %s', (target) => {
    expect(read(target)).toBeNull();
  });

  test('a request target in absolute form is invalid without a valid Host', () => {
    expect(originForm({ url: 'http://chat.example/', headers: {} })).toBeNull();
    expect(read('http://chat.example/', '[')).toBeNull();
  });

  test('the path of a request target does not contain the query', () => {
    expect(pathOf('/primus/?a=/b?c')).toBe('/primus/');
  });
});
