import { cleanName, LIMITS } from '../protocol/message.js';
import { normalise } from '../protocol/text/normalise.js';

/** Statements of a token issuer or accounts service about a user. */
export type Claims = Readonly<Record<string, unknown>>;

/** In characters. User ids are part of primary keys, which the database limits to 127 bytes. */
export const MAX_USER_ID_LENGTH = 120;

/** Visible ASCII, such as `auth0|5f7c` or `me@example.com`. */
const USER_ID = new RegExp(`^[\\x21-\\x7e]{1,${MAX_USER_ID_LENGTH}}$`);

/** The user id in a claim, a string or a whole number; null if it is not a valid user id. */
export function userIdClaim(value: unknown): string | null {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && USER_ID.test(text) ? text : null;
}

/** Claims that contain a name, in order of preference. */
const NAME_CLAIMS = ['name', 'nickname', 'preferred_username', 'username', 'email'];

/** The name of a user: the name in the claims, or else the id. */
export function userNameClaim(claims: Claims, id: string): string {
  return nameClaim(claims) ?? truncate(id);
}

/**
 * The first valid name among the claims, truncated to the maximum length; null without one. Auth0 prefixes custom claims
 * with a URL, such as `https://chat.example/name`.
 */
export function nameClaim(claims: Claims): string | null {
  const keys = Object.keys(claims);
  for (const wanted of NAME_CLAIMS) {
    for (const key of keys.filter((one) => one === wanted || one.endsWith(`/${wanted}`))) {
      const name = validName(claims[key], wanted === 'email');
      if (name) return name;
    }
  }
  return null;
}

function validName(value: unknown, isEmail: boolean): string | null {
  if (typeof value !== 'string') return null;
  try {
    // Does not publish the whole address.
    return cleanName(truncate(isEmail ? value.replace(/@.*$/s, '') : value));
  } catch {
    return null;
  }
}

function truncate(text: string): string {
  const start = text.trim().slice(0, LIMITS.name * 16); // spares normalising megabytes
  return [...normalise(start)].slice(0, LIMITS.name).join('');
}
