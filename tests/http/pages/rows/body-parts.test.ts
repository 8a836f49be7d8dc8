import { describe, expect, test } from 'vitest';
import { bodyParts, isJumbo } from '../../../../server/http/pages/rows/body-parts.js';

const links = (body: string) => bodyParts(body).flatMap(({ href }) => href ?? []);

describe('the parts of a body', () => {
  test('the joined parts of a body without bidi controls are the body', () => {
    for (const body of [
      '',
      'plain',
      'see https://a.example/x, ok',
      'http://x http://y',
      '<b>https://a</b>\n  end',
    ]) {
      expect(
        bodyParts(body)
          .map(({ text }) => text)
          .join(''),
      ).toBe(body);
    }
  });

  test('http and https addresses become links', () => {
    expect(links('see https://example.org/a?b=c#d and HTTP://EXAMPLE.ORG')).toEqual([
      'https://example.org/a?b=c#d',
      'http://example.org/',
    ]);
  });

  test('a link does not include the punctuation of its sentence', () => {
    expect(
      links('(https://a.example/x). https://b.example/y_(z)! "https://c.example", https://d.example…'),
    ).toEqual(['https://a.example/x', 'https://b.example/y_(z)', 'https://c.example/', 'https://d.example/']);
  });

  test('addresses that begin with www become links', () => {
    expect(links('www.example.org, (WWW.example.org/x) and http://www.a.example')).toEqual([
      'https://www.example.org/',
      'https://www.example.org/x',
      'http://www.a.example/',
    ]);
    for (const body of ['www.example', 'www.', 'wwww.a.b', 'awww.a.b', '/www.a.b', 'x@www', 'www..a'])
      expect(links(body)).toEqual([]);
  });

  test('mail addresses become links', () => {
    expect(links('write to ada@example.org. Or <first.last+tag@mail.example.co.uk>!')).toEqual([
      'mailto:ada@example.org',
      'mailto:first.last+tag@mail.example.co.uk',
    ]);
    for (const body of ['@example.org', 'ada@', 'ada@example', 'a@b.c', '@ada', 'a b@ c.de'])
      expect(links(body)).toEqual([]);
    expect(links('https://a.example/@user/x.y')).toEqual(['https://a.example/@user/x.y']);
  });

  test('a link whose text suggests another host has its host', () => {
    expect(bodyParts('https://google.com@evil.com/login')).toEqual([
      {
        text: 'https://google.com@evil.com/login',
        href: 'https://google.com@evil.com/login',
        host: 'evil.com',
      },
    ]);
    expect(bodyParts('https://example.com/a@b')[0]?.host).toBeUndefined();
  });

  test('more than two blank lines are shown as two', () => {
    const shown = (body: string) =>
      bodyParts(body)
        .map(({ text }) => text)
        .join('');
    expect(shown(`top${'\n'.repeat(3990)}end`)).toBe('top\n\n\nend');
    expect(shown('a\n \n\t\n \n\nb')).toBe('a\n\n\nb');
    expect(shown('a\n\n\nb')).toBe('a\n\n\nb');
    expect(shown('a\n\n\n  b')).toBe('a\n\n\n  b');
  });

  test('other schemes and invalid addresses remain text', () => {
    const bodies = [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'xhttps://a',
      'https://',
      'http://[',
      'ftp://a.b',
    ];
    for (const body of bodies) expect(links(body)).toEqual([]);
  });

  test('a link ends before a quote, so that it cannot end an attribute', () => {
    for (const href of links(`https://a.example/"onmouseover="alert(1) https://a.example/'><script>`)) {
      expect(href).not.toMatch(/["'<>\s]/);
    }
  });

  test('a link ends at Chinese and Japanese punctuation', () => {
    for (const mark of '，。、！？；：）」』】')
      expect(bodyParts(`見てhttps://a.example/x${mark}次`)).toContainEqual({
        text: 'https://a.example/x',
        href: 'https://a.example/x',
      });
  });

  test('a link ends at a bidi control, which could disguise its address', () => {
    for (const control of '\u061c\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068') {
      expect(links(`https://a.example/${control}moc.knab`)).toEqual(['https://a.example/']);
    }
  });

  test('an address with a host longer than the DNS allows remains text', () => {
    expect(links(`https://${'a'.repeat(250)}/x`)).toHaveLength(1);
    expect(links(`https://${'a'.repeat(256)}/x`)).toEqual([]);
  });

  test('bidi controls are closed at the end of each line', () => {
    const shown = (body: string) =>
      bodyParts(body)
        .map(({ text }) => text)
        .join('');
    expect(shown('\u202ereversed')).toBe('\u202ereversed\u202c');
    expect(shown('\u2067one\n\u202etwo\u202c')).toBe('\u2067one\u2069\n\u202etwo\u202c');
    expect(shown('a\u2069b\u202cc')).toBe('abc');
    expect(shown('\u2067\u202ea\u2069b\u202c')).toBe('\u2067\u202ea\u2069b');
    expect(shown('\u2067a\u202cb\u2069')).toBe('\u2067ab\u2069');
    expect(shown('call \u202a+43 1 234\u202c')).toBe('call \u202a+43 1 234\u202c');
  });
});

test('up to three emoji without other text are shown large', () => {
  for (const body of ['🌱', '👩‍👩‍👧', '🇦🇹', '👍🏽', '❤️', '🌱 💧 🐛', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']) expect(isJumbo(body)).toBe(true);
  for (const body of ['', 'a', '🌱a', '1', '#', '🌱🌱🌱🌱']) expect(isJumbo(body)).toBe(false);
});
