import { cleanName, LIMITS } from '../protocol/message.js';
import { normalise } from '../protocol/text/normalise.js';

/** What an issuer or an accounts service says of a user. */
export type Claims = Readonly<Record<string, unknown>>;

/** A user's id must fit the primary keys of the database: 127 bytes there. */
export const MAX_USER_ID = 120;

/** Visible ASCII, such as `auth0|5f7c` or `me@example.com`. */
const USER_ID = new RegExp(`^[\\x21-\\x7e]{1,${MAX_USER_ID}}$`);

/** A user's id as it is stored, from a string or a whole number; null where it cannot be one. */
export function userIdClaim(value: unknown): string | null {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && USER_ID.test(text) ? text : null;
}

/** In the order in which people would rather be called. */
const NAMES = ['name', 'nickname', 'preferred_username', 'username', 'email'];

/**
 * What a user is called: the first usable name among the claims, cut to what a name may have, or else the id. Auth0
 * puts a claim that is not its own under an address, as `https://chat.example/name`.
 */
export function userNameClaim(claims: Claims, id: string): string {
  const keys = Object.keys(claims);
  for (const wanted of NAMES) {
    for (const key of keys.filter((one) => one === wanted || one.endsWith(`/${wanted}`))) {
      const name = usable(claims[key], wanted === 'email');
      if (name) return name;
    }
  }
  return cut(id);
}

function usable(value: unknown, isEmail: boolean): string | null {
  if (typeof value !== 'string') return null;
  try {
    // The whole address is nobody's business in a room.
    return cleanName(cut(isEmail ? value.replace(/@.*$/s, '') : value));
  } catch {
    return null;
  }
}

function cut(text: string): string {
  const start = text.trim().slice(0, LIMITS.name * 16); // spares normalising megabytes
  return [...normalise(start)].slice(0, LIMITS.name).join('');
}
