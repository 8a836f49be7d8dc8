import { describe, expect, it } from 'vitest';
import { originForm, pathOf } from '../../server/http/gate/request-target.js';

const read = (url: string, host: string | undefined = 'chat.example') =>
  originForm({ url, headers: { host } });

describe('a request target', () => {
  it.each([
    '/',
    '/r/lobby?edit=1',
    '/primus/?EIO=4',
    '/a//b',
    '/%',
    '/[',
    '/a:99999/',
    '/http://x',
    '/?//a@[',
  ])('in origin form stays as it is: %s', (target) => {
    expect(read(target)).toBe(target);
  });

  it.each([
    ['http://chat.example/r/x?y=1', '/r/x?y=1'],
    ['HTTP://CHAT.example:80', '/'],
    ['https://chat.example/../x', '/x'],
  ])('in absolute form with the host of the header becomes origin form: %s', (target, expected) => {
    expect(read(target)).toBe(expected);
  });

  it.each([
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
  ])('of any other form is not valid: %s', (target) => {
    expect(read(target)).toBeNull();
  });

  it('in absolute form is not valid without a usable Host', () => {
    expect(originForm({ url: 'http://chat.example/', headers: {} })).toBeNull();
    expect(read('http://chat.example/', '[')).toBeNull();
  });

  it('has a path without its query', () => {
    expect(pathOf('/primus/?a=/b?c')).toBe('/primus/');
  });
});
