import { createHash, randomBytes } from 'node:crypto';

/** Crockford's base 32: without I, L, O and U. Source: https://www.crockford.com/base32.html */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 20 digits are 100 bits. */
const GROUPS = 4;
const GROUP_DIGITS = 5;
const CODE = new RegExp(`^[${DIGITS}]{${GROUPS * GROUP_DIGITS}}$`);

/** A new recovery code: `7K2QM-X8R4T-0ZPWD-HN6VC`. */
export function newRecoveryCode(): string {
  // 256 is a multiple of 32: each digit is equally likely.
  const digits = [...randomBytes(GROUPS * GROUP_DIGITS)].map((byte) => DIGITS[byte % DIGITS.length]);
  const groups = Array.from({ length: GROUPS }, (_, i) =>
    digits.slice(i * GROUP_DIGITS, (i + 1) * GROUP_DIGITS).join(''),
  );
  return groups.join('-');
}

/**
 * The id of the row of a code: a digest. A code has 100 random bits, so that the digest needs neither a salt nor a slow
 * function. Null for a text that is no code. Case, spaces and hyphens do not count, and O, I and L count as 0 and 1.
 */
export function recoveryCodeId(typed: string): string | null {
  if (typed.length > 100) return null;
  const digits = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (!CODE.test(digits)) return null;
  return createHash('sha256').update(`recovery code ${digits}`).digest('base64url');
}
