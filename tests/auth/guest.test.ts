import { sign } from 'cookie-signature';
import { describe, expect, test } from 'vitest';
import { GUEST_COOKIE, Guests } from '../../server/auth/guest.js';

const guests = new Guests({ secret: 'a secret of the test', secure: false });
const DAY_MS = 24 * 60 * 60_000;
const ada = { id_user: 'ada-1', name: 'Ada' };

/** The Cookie header that a browser sends back for a Set-Cookie value. */
const returned = (setCookie: string) => setCookie.split(';')[0]!;

const signedBy = (secret: string, payload: string) =>
  `${GUEST_COOKIE}=${encodeURIComponent(sign(Buffer.from(payload).toString('base64url'), secret))}`;

describe('Guests', () => {
  test('a guest is identified by the issued cookie', () => {
    expect(guests.identify(returned(guests.issue(ada)))).toEqual(ada);
  });

  test('a guest is identified among other cookies', () => {
    const cookie = `theme=dark; ${returned(guests.issue(ada))}; other=%E0%A4%A`;
    expect(guests.identify(cookie)).toEqual(ada);
  });

  test('a guest may have a name in any script', () => {
    const identity = { id_user: 'x', name: 'Zoë 花子 🦉' };
    expect(guests.identify(returned(guests.issue(identity)))).toEqual(identity);
  });

  test('the name of a guest is normalised', () => {
    const cookie = guests.issue({ id_user: 'x', name: '  Zoe\u0308 ' });
    expect(guests.identify(returned(cookie))?.name).toBe('Zoë');
  });

  test('a name that is empty or too long is rejected', () => {
    expect(() => guests.issue({ id_user: 'x', name: 'n'.repeat(41) })).toThrow(/40 characters/);
    expect(() => guests.issue({ id_user: 'x', name: ' ' })).toThrow(/empty/);
  });

  test('a new guest has a unique id and a name', () => {
    const [one, other] = [guests.newGuest(), guests.newGuest()];
    expect(one.id_user).not.toBe(other.id_user);
    expect(one.name).toMatch(/^Guest \d{4}$/);
    expect(guests.identify(returned(guests.issue(one)))).toEqual(one);
  });
});

describe('the guest cookie', () => {
  test('the guest cookie is hidden from scripts, kept for a year, and not sent with cross-site posts', () => {
    const attributes = guests.issue(ada).split('; ').slice(1);
    expect(attributes).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/', 'Max-Age=31536000']),
    );
    expect(attributes).not.toContain('Secure');
  });

  test('the guest cookie expires after the days of the settings, and a used one is issued again after a day', () => {
    let now = Date.UTC(2030, 0, 1);
    const lasting = new Guests({ secret: 's', secure: false, days: 30, now: () => now });
    const cookie = returned(lasting.issue(ada));
    now += DAY_MS - 1_000;
    expect(lasting.renew(cookie, false)).toBeNull();
    now += 2_000;
    const renewed = lasting.renew(cookie, true) ?? '';
    expect(renewed.split('; ')).toEqual(expect.arrayContaining(['Max-Age=2592000', 'Secure']));
    now += 29 * DAY_MS;
    expect(lasting.identify(cookie)).toBeNull();
    expect(lasting.renew(cookie, false)).toBeNull();
    expect(lasting.identify(returned(renewed))).toEqual(ada);
  });

  test('with a lifetime of a day, a guest cookie is issued again after half of it', () => {
    let now = Date.UTC(2030, 0, 1);
    const brief = new Guests({ secret: 's', secure: false, days: 1, now: () => now });
    const cookie = returned(brief.issue(ada));
    now += DAY_MS * 0.6;
    expect(brief.renew(cookie, false)).not.toBeNull();
  });

  test('a guest cookie of an earlier version counts, and is replaced by one that expires', () => {
    const cookie = signedBy('a secret of the test', JSON.stringify(ada));
    expect(guests.identify(cookie)).toEqual(ada);
    const renewed = guests.renew(cookie, false) ?? '';
    expect(guests.identify(returned(renewed))).toEqual(ada);
    expect(guests.renew(returned(renewed), false)).toBeNull();
  });

  test('a bearer token of a guest does not expire', () => {
    let now = Date.UTC(2030, 0, 1);
    const brief = new Guests({ secret: 's', secure: false, days: 1, now: () => now });
    const token = brief.sign(ada);
    now += 1_000 * DAY_MS;
    expect(brief.verify(token)).toEqual(ada);
  });

  test('the guest cookie is restricted to https if the server is reached by https', () => {
    expect(new Guests({ secret: 's', secure: true }).issue(ada).split('; ')).toContain('Secure');
    expect(guests.issue(ada, true).split('; ')).toContain('Secure');
  });

  test('a guest cookie that was changed is rejected', () => {
    const [name, value] = returned(guests.issue(ada)).split('=') as [string, string];
    const other = returned(guests.issue({ ...ada, id_user: 'bob' })).split('=')[1]!;
    const signature = value.slice(value.indexOf('.'));
    const payload = other.slice(0, other.indexOf('.'));
    expect(guests.identify(`${name}=${payload}${signature}`)).toBeNull();
    expect(guests.identify(`${name}=${value.slice(0, -1)}`)).toBeNull();
  });

  test('a guest cookie signed with another secret is rejected', () => {
    const others = new Guests({ secret: 'another secret', secure: false });
    expect(others.identify(returned(guests.issue(ada)))).toBeNull();
  });

  test.each([
    undefined,
    '',
    ';;;',
    '=',
    GUEST_COOKIE,
    `${GUEST_COOKIE}=`,
    `${GUEST_COOKIE}=.`,
    `${GUEST_COOKIE}=%E0%A4%A`,
    `${GUEST_COOKIE}=nonsense`,
    `${GUEST_COOKIE}=${'x'.repeat(10_000)}`,
    '__proto__=x',
  ])('a malformed guest cookie is rejected: %j', (header) => {
    expect(guests.identify(header)).toBeNull();
  });

  test.each([
    '',
    'null',
    '[]',
    '"text"',
    '{',
    '{"id_user":"x"}',
    '{"id_user":1,"name":"n"}',
    '{"id_user":"x","name":""}',
  ])('a signed guest cookie with invalid content is rejected: %s', (payload) => {
    expect(guests.identify(signedBy('a secret of the test', payload))).toBeNull();
  });

  test('a guest whose name is no longer valid keeps the id and gets another name', () => {
    for (const name of ['\u3164', 'a\u200fb']) {
      const cookie = signedBy('a secret of the test', JSON.stringify({ id_user: 'x', name }));
      expect(guests.identify(cookie)).toEqual({ id_user: 'x', name: expect.stringMatching(/^Guest \d{4}$/) });
      expect(guests.identify(cookie)).toEqual(guests.identify(cookie));
    }
  });
});

test('Guests rejects an empty secret', () => {
  expect(() => new Guests({ secret: '', secure: false })).toThrow(/empty/);
});
