import { describe, expect, it } from 'vitest';
import { userIdClaim, userNameClaim } from '../../server/auth/claims.js';

describe('the id of a user', () => {
  it.each(['auth0|abc', 'google-oauth2|113', 'me@example.com', 'a', '~!/:#', 'x'.repeat(120)])(
    'may be %s',
    (id) => {
      expect(userIdClaim(id)).toBe(id);
    },
  );

  it('may be a whole number', () => {
    expect(userIdClaim(0)).toBe('0');
    expect(userIdClaim(4821)).toBe('4821');
  });

  it.each([
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
  ])('cannot be %j', (id) => {
    expect(userIdClaim(id)).toBeNull();
  });
});

describe('the name of a user', () => {
  it.each([
    [{ email: 'ada@example.com', nickname: 'ada', name: 'Ada Lovelace' }, 'Ada Lovelace'],
    [{ email: 'ada@example.com', preferred_username: 'al', nickname: 'ada' }, 'ada'],
    [{ email: 'ada@example.com', preferred_username: 'al' }, 'al'],
    [{ username: 'lovelace' }, 'lovelace'],
    [{ 'https://chat.example/name': 'Ada' }, 'Ada'],
    [{ 'https://chat.example/name': 'Ada', name: '' }, 'Ada'],
    [{ name: '  Zoe\u0308 ' }, 'Zoë'],
  ])('is found in %j', (claims, name) => {
    expect(userNameClaim(claims, 'id')).toBe(name);
  });

  it('never shows a whole e-mail address that was given as such', () => {
    expect(userNameClaim({ email: 'ada.lovelace@example.com' }, 'id')).toBe('ada.lovelace');
  });

  it.each([
    {},
    { name: '' },
    { name: ' ' },
    { name: 7 },
    { name: null },
    { name: 'a\u202eb' },
    { email: '@' },
  ])('is the id where there is none that can be used: %j', (claims) => {
    expect(userNameClaim(claims, 'auth0|ada')).toBe('auth0|ada');
  });

  it('is passed over for the next where it cannot be used', () => {
    expect(userNameClaim({ name: 'line\nbreak', nickname: 'ada' }, 'id')).toBe('ada');
  });

  it('is cut to 40 characters, whole ones', () => {
    expect(userNameClaim({ name: 'n'.repeat(41) }, 'id')).toBe('n'.repeat(40));
    expect(userNameClaim({ name: '🦉'.repeat(10_000) }, 'id')).toBe('🦉'.repeat(40));
    expect(userNameClaim({}, 'x'.repeat(120))).toBe('x'.repeat(40));
  });
});
