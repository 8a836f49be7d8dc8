import { describe, expect, test } from 'vitest';
import { userIdClaim, userNameClaim } from '../../server/auth/claims.js';

describe('userIdClaim', () => {
  test.each(['auth0|abc', 'google-oauth2|113', 'me@example.com', 'a', '~!/:#', 'x'.repeat(120)])(
    '%s is a valid user id',
    (id) => {
      expect(userIdClaim(id)).toBe(id);
    },
  );

  test('a user id may be a whole number', () => {
    expect(userIdClaim(0)).toBe('0');
    expect(userIdClaim(4821)).toBe('4821');
  });

  test.each([
    undefined,
    null,
    '',
    ' a',
    'a b',
    'a\n',
    'é',
    'x'.repeat(121),
    1.5,
    Number.NaN,
    2 ** 53,
    true,
    {},
    ['a'],
  ])('%j is not a user id', (id) => {
    expect(userIdClaim(id)).toBeNull();
  });
});

describe('userNameClaim', () => {
  test.each([
    [{ email: 'ada@example.com', nickname: 'ada', name: 'Ada Lovelace' }, 'Ada Lovelace'],
    [{ email: 'ada@example.com', preferred_username: 'al', nickname: 'ada' }, 'ada'],
    [{ email: 'ada@example.com', preferred_username: 'al' }, 'al'],
    [{ username: 'lovelace' }, 'lovelace'],
    [{ 'https://chat.example/name': 'Ada' }, 'Ada'],
    [{ 'https://chat.example/name': 'Ada', name: '' }, 'Ada'],
    [{ name: '  Zoe\u0308 ' }, 'Zoë'],
  ])('the name of a user is found in %j', (claims, name) => {
    expect(userNameClaim(claims, 'id')).toBe(name);
  });

  test('the name of a user never contains the whole address of the claim email', () => {
    expect(userNameClaim({ email: 'ada.lovelace@example.com' }, 'id')).toBe('ada.lovelace');
  });

  test.each([
    {},
    { name: '' },
    { name: ' ' },
    { name: 7 },
    { name: null },
    { name: 'a\u202eb' },
    { email: '@' },
  ])('the name of a user is the id without a valid name claim: %j', (claims) => {
    expect(userNameClaim(claims, 'auth0|ada')).toBe('auth0|ada');
  });

  test('an invalid name claim is skipped', () => {
    expect(userNameClaim({ name: 'line\nbreak', nickname: 'ada' }, 'id')).toBe('ada');
  });

  test('the name of a user is truncated to 40 whole characters', () => {
    expect(userNameClaim({ name: 'n'.repeat(41) }, 'id')).toBe('n'.repeat(40));
    expect(userNameClaim({ name: '🦉'.repeat(10_000) }, 'id')).toBe('🦉'.repeat(40));
    expect(userNameClaim({}, 'x'.repeat(120))).toBe('x'.repeat(40));
  });
});
