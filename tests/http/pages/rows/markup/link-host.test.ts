import { describe, expect, test } from 'vitest';
import { hiddenHost } from '../../../../../server/http/pages/rows/markup/link-host.js';

/** The host that is shown beside a link to this authority. */
const shown = (authority: string) => hiddenHost(authority, new URL(`https://${authority}/`).hostname);

describe('the host beside a link', () => {
  test('a host that is what it looks like is not repeated', () => {
    for (const authority of [
      'example.com',
      'EXAMPLE.com:8080',
      'müller.de',
      '例え.jp',
      'почта.рф',
      'παράδειγμα.ελ',
      'בדיקה.co.il',
      '127.0.0.1',
      'localhost',
    ])
      expect(shown(authority)).toBeUndefined();
  });

  test('a user name before the host does not hide the host', () => {
    expect(shown('google.com@evil.com')).toBe('evil.com');
    expect(shown('google.com:443@evil.com:80')).toBe('evil.com');
  });

  test('letters that look like those of another script do not hide the host', () => {
    expect(shown('аррӏе.com')).toBe('xn--80ak6aa92e.com');
    expect(shown('gооgle.com')).toBe('xn--ggle-55da.com');
    expect(shown('faıth.com')).toMatch(/^xn--/);
    expect(shown('google.com⁄.evil.com')).toMatch(/evil\.com$/);
  });

  test('another notation of an address does not hide the host', () => {
    expect(shown('0x7f.1')).toBe('127.0.0.1');
    expect(shown('%67oogle.com')).toBe('google.com');
  });
});
