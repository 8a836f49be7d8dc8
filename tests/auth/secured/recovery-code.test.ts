import { describe, expect, test } from 'vitest';
import { newRecoveryCode, recoveryCodeId } from '../../../server/auth/secured/recovery-code.js';

describe('recovery codes', () => {
  test('a recovery code has four groups of five digits, and no two are equal', () => {
    const codes = Array.from({ length: 1_000 }, newRecoveryCode);
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{5}(?:-(?!$)|$)){4}$/);
    expect(new Set(codes).size).toBe(codes.length);
    const counts = new Map<string, number>();
    for (const digit of codes.join('').replaceAll('-', '')) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    // 32 digits at 20,000 places: each occurs about 625 times.
    expect(counts.size).toBe(32);
    for (const count of counts.values()) expect(count).toBeGreaterThan(400);
  });

  test('case, spaces, hyphens, and letters that look like digits do not count', () => {
    const id = recoveryCodeId('01ABC-DEF0G-HJKMN-PQRST');
    expect(id).toMatch(/^[\w-]{43}$/);
    for (const written of [
      '01abcdef0ghjkmnpqrst',
      ' oIABC DEFoG\nHJKMN  PQRST ',
      'OLABC\u2013DEF0G\u2011HJKMN\u2014PQRST',
    ])
      expect(recoveryCodeId(written)).toBe(id);
    expect(recoveryCodeId('01ABC-DEF0G-HJKMN-PQRSV')).not.toBe(id);
  });

  test.each([
    '',
    '01ABC',
    '01ABC-DEF0G-HJKMN-PQRSU',
    '01ABC-DEF0G-HJKMN-PQRST0',
    'x'.repeat(1_000_000),
    '\0'.repeat(20),
  ])('a text that is no recovery code has no id: %#', (text) => {
    expect(recoveryCodeId(text)).toBeNull();
  });
});
