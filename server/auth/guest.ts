import { createHash, randomInt, randomUUID } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { cleanId, cleanName } from '../protocol/message.js';

/** The identity of a user, as in the `author` of messages. */
export interface Identity {
  id_user: string;
  name: string;
}

export interface GuestOptions {
  /** Key of the signatures. If it changes, all guests lose their identity. */
  secret: string;
  /** Whether browsers reach this server by https only; the cookie is then restricted to https. */
  secure: boolean;
}

/** Cookie with the identity of a guest: base64url of `{id_user, name}` as JSON, a dot, an HMAC-SHA256. */
export const GUEST_COOKIE = 'changeroom_guest';

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Identities that users choose themselves. The signature prevents a guest from assuming the identity of another. */
export class Guests {
  readonly #secret: string;
  readonly #secure: boolean;

  constructor({ secret, secure }: GuestOptions) {
    if (secret === '') throw new Error('the secret that signs cookies must not be empty');
    this.#secret = secret;
    this.#secure = secure;
  }

  /** The identity in a `Cookie` header; null without the cookie or with an invalid one. Never throws. */
  identify(cookieHeader: string | undefined): Identity | null {
    if (cookieHeader === undefined) return null;
    const signed = parseCookie(cookieHeader)[GUEST_COOKIE];
    return signed === undefined ? null : this.verify(signed);
  }

  /**
   * The value of a `Set-Cookie` header that gives a browser this identity for a year.
   * @param overHttps whether the request came by https
   * @throws ChatError `bad-name`, `bad-id`
   */
  issue(identity: Identity, overHttps = false): string {
    return stringifySetCookie(GUEST_COOKIE, this.sign(identity), {
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#secure || overHttps,
      path: '/',
      maxAge: ONE_YEAR_SECONDS,
    });
  }

  /**
   * The value of the cookie only. It is also the bearer token of clients without cookies: pages of other origins, programs,
   * and playground pages (`/ui/…?id_user=`). The identity of a browser's cookie is never given to scripts in this form.
   * @throws ChatError `bad-name`, `bad-id`
   */
  sign(identity: Identity): string {
    const clean = { id_user: cleanId(identity.id_user), name: cleanName(identity.name) };
    return sign(Buffer.from(JSON.stringify(clean)).toString('base64url'), this.#secret);
  }

  /** The signed identity; null if the signature is invalid. Never throws. */
  verify(signed: string): Identity | null {
    const payload = unsign(signed, this.#secret);
    return payload === false ? null : decode(payload);
  }

  /** Creates a new identity. */
  newGuest(): Identity {
    return { id_user: randomUUID(), name: `Guest ${randomInt(1000, 10_000)}` };
  }
}

/**
 * Validates even signed identities, because an older version may have had other rules. A guest whose name is no longer
 * valid gets another name and keeps the id.
 */
function decode(payload: string): Identity | null {
  try {
    const identity = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const id_user = cleanId(identity.id_user);
    return { id_user, name: validName(identity.name) ?? replacementName(id_user) };
  } catch {
    return null;
  }
}

/** Null for a name that is no longer valid. @throws ChatError `bad-name` for a value that never was a name */
function validName(name: unknown): string | null {
  try {
    return cleanName(name);
  } catch (error) {
    if (typeof name === 'string' && name.trim() !== '') return null;
    throw error;
  }
}

/** Derived from the id, so that it is the same for each request. */
function replacementName(id_user: string): string {
  const number = createHash('sha256').update(id_user).digest().readUInt32BE();
  return `Guest ${1000 + (number % 9000)}`;
}
