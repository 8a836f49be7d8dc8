import { describe, expect, test } from 'vitest';
import { toHtml } from '../../../../../server/http/pages/html.js';
import { addresses, namedLink } from '../../../../../server/http/pages/rows/markup/addresses.js';

const links = (text: string) =>
  addresses(text).flatMap(({ nodes }) =>
    [...toHtml(...nodes).matchAll(/href="([^"]*)"/g)].map((match) => match[1]),
  );

describe('the addresses of a text', () => {
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
    const html = (text: string) => toHtml(...(addresses(text)[0]?.nodes ?? []));
    expect(html('https://google.com@evil.com/login')).toContain('(leads to evil.com)');
    expect(html('https://example.com/a@b')).not.toContain('leads to');
  });

  test('a link with a text of its own has its host if the text looks like another address', () => {
    const host = (text: string, address = 'https://evil.com/x') => namedLink(text, address)?.host;
    const deceptive = [
      'bank.com',
      'https://bank.com/',
      'see Bank.Com!',
      'bank。com',
      'ba\u200bnk.com',
      'http://',
      'ada@bank.com',
      'evil.com.bank.com',
      'bank.evil.com',
    ];
    for (const text of deceptive) expect(host(text), text).toBe(text === 'http://' ? undefined : 'evil.com');
    for (const text of ['here', 'evil.com', 'https://evil.com/x', 'EVIL.COM', 'e.g. this', '**here**'])
      expect(host(text), text).toBeUndefined();
    expect(host('ada@b.example', 'mailto:eve@evil.com')).toBe('eve@evil.com');
    expect(host('eve@evil.com', 'mailto:eve@evil.com')).toBeUndefined();
  });

  test('a link with a text of its own leads to web and mail addresses only', () => {
    const href = (address: string) => namedLink('here', address)?.href;
    expect(href('https://a.example/x_(y)')).toBe('https://a.example/x_(y)');
    expect(href('www.a.example')).toBe('https://www.a.example/');
    expect(href('mailto:ada@a.example')).toBe('mailto:ada@a.example');
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)//https://a.example',
      'data:text/html,x',
      '/r/lobby',
      '//a.example',
      'a.example',
      'vbscript:x',
      'https://',
      'x https://a.example',
      '\u0001javascript:alert(1)',
    ])
      expect(href(address), address).toBeUndefined();
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
      expect(addresses(`見てhttps://a.example/x${mark}次`)).toMatchObject([
        { index: 2, text: 'https://a.example/x' },
      ]);
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
});
