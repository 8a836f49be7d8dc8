import { createHash, randomInt, randomUUID } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { cleanId, cleanName } from '../protocol/message.js';

/** Who somebody is, as written into the `author` of what they send. */
export interface Identity {
  id_user: string;
  name: string;
}

export interface GuestOptions {
  /** The key of the signatures; a guest keeps the identity for as long as this stays the same. */
  secret: string;
  /** True where browsers always reach this server by https: the cookie then travels over https alone. */
  secure: boolean;
}

/** The cookie that carries an identity: base64url of `{id_user, name}` as JSON, a dot, an HMAC-SHA256. */
export const GUEST_COOKIE = 'changeroom_guest';

const A_YEAR_IN_SECONDS = 365 * 24 * 60 * 60;

/** Guests are whoever they say they are; the signature only keeps one guest from becoming another. */
export class Guests {
  readonly #secret: string;
  readonly #secure: boolean;

  constructor({ secret, secure }: GuestOptions) {
    if (secret === '') throw new Error('the secret that signs cookies must not be empty');
    this.#secret = secret;
    this.#secure = secure;
  }

  /** Whose request or handshake this is; null without a cookie, or with one that was not issued here. Never throws. */
  identify(cookieHeader: string | undefined): Identity | null {
    if (cookieHeader === undefined) return null;
    const signed = parseCookie(cookieHeader)[GUEST_COOKIE];
    return signed === undefined ? null : this.recognise(signed);
  }

  /**
   * The value of a `Set-Cookie` header that makes a browser this guest for a year. `overHttps`: whether the
   * request that it answers came by https, where only the request can tell.
   * @throws ChatError `bad-name`, `bad-id`
   */
  issue(identity: Identity, overHttps = false): string {
    return stringifySetCookie(GUEST_COOKIE, this.sign(identity), {
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#secure || overHttps,
      path: '/',
      maxAge: A_YEAR_IN_SECONDS,
    });
  }

  /**
   * The cookie's value alone, for pages that are somebody by their address and not by a cookie.
   * @throws ChatError `bad-name`, `bad-id`
   */
  sign(identity: Identity): string {
    const clean = { id_user: cleanId(identity.id_user), name: cleanName(identity.name) };
    return sign(Buffer.from(JSON.stringify(clean)).toString('base64url'), this.#secret);
  }

  /** Whose identity was signed; null for what was not signed here. Never throws. */
  recognise(signed: string): Identity | null {
    const payload = unsign(signed, this.#secret);
    return payload === false ? null : decode(payload);
  }

  /** Somebody who has not been here before. */
  newGuest(): Identity {
    return { id_user: randomUUID(), name: `Guest ${randomInt(1000, 10_000)}` };
  }
}

/**
 * Checks even what was signed here: an older version may have had other rules. A guest whose name breaks the present
 * rules gets another name, and stays the same user.
 */
function decode(payload: string): Identity | null {
  try {
    const identity = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const id_user = cleanId(identity.id_user);
    return { id_user, name: usable(identity.name) ?? renamed(id_user) };
  } catch {
    return null;
  }
}

/** Null for a name that the present rules refuse. @throws ChatError `bad-name` for what never was a name */
function usable(name: unknown): string | null {
  try {
    return cleanName(name);
  } catch (error) {
    if (typeof name === 'string' && name.trim() !== '') return null;
    throw error;
  }
}

/** The same name at each request. */
function renamed(id_user: string): string {
  const number = createHash('sha256').update(id_user).digest().readUInt32BE();
  return `Guest ${1000 + (number % 9000)}`;
}
