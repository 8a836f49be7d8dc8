import { describe, expect, test } from 'vitest';
import { bodyParts, isJumbo } from '../../../server/http/page/body-parts.js';

const links = (body: string) => bodyParts(body).flatMap(({ href }) => href ?? []);

describe('the parts of a body', () => {
  test('are together the body, letter by letter', () => {
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

  test('are links where http and https addresses stand', () => {
    expect(links('see https://example.org/a?b=c#d and HTTP://EXAMPLE.ORG')).toEqual([
      'https://example.org/a?b=c#d',
      'http://example.org/',
    ]);
  });

  test('leave the punctuation of the sentence out', () => {
    expect(
      links('(https://a.example/x). https://b.example/y_(z)! "https://c.example", https://d.example…'),
    ).toEqual(['https://a.example/x', 'https://b.example/y_(z)', 'https://c.example/', 'https://d.example/']);
  });

  test('are text for every other scheme, and for what is no address', () => {
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

  test('do not let an address end an attribute', () => {
    for (const href of links(`https://a.example/"onmouseover="alert(1) https://a.example/'><script>`)) {
      expect(href).not.toMatch(/["'<>\s]/);
    }
  });

  test('take no longer for long bodies', () => {
    const body = `https://a.example/${'(.'.repeat(2_000)}`;
    expect(
      bodyParts(body)
        .map(({ text }) => text)
        .join(''),
    ).toBe(body);
  });
});

test('up to three emoji stand large', () => {
  for (const body of ['🌱', '👩‍👩‍👧', '🇦🇹', '👍🏽', '❤️', '🌱 💧 🐛']) expect(isJumbo(body)).toBe(true);
  for (const body of ['', 'a', '🌱a', '1', '#', '🌱🌱🌱🌱']) expect(isJumbo(body)).toBe(false);
});
