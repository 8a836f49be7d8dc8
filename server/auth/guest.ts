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
  /** Days without use after which a cookie expires. */
  days?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Cookie with the identity of a guest: base64url of `{id_user, name, issued}` as JSON, a dot, an HMAC-SHA256. */
export const GUEST_COOKIE = 'changeroom_guest';

const DAY_SECONDS = 24 * 60 * 60;
/** The age at which a cookie is issued again: a day, or this part of a shorter lifetime. */
const RENEWAL_PART = 0.5;

/** How old an identity may be before it is issued again. @param lifetime after which it expires, both in seconds */
export const renewalAge = (lifetime: number): number => Math.min(DAY_SECONDS, lifetime * RENEWAL_PART);

/** An identity in a cookie or token. */
interface SignedIdentity extends Identity {
  /** Seconds since 1970; null in bearer tokens, which do not expire, and in cookies of earlier versions. */
  issued: number | null;
}

/** Identities that users choose themselves. The signature prevents a guest from assuming the identity of another. */
export class Guests {
  readonly #secret: string;
  readonly #secure: boolean;
  readonly #lifetimeSeconds: number;
  readonly #now: () => number;

  constructor({ secret, secure, days = 365, now = Date.now }: GuestOptions) {
    if (secret === '') throw new Error('the secret that signs cookies must not be empty');
    this.#secret = secret;
    this.#secure = secure;
    this.#lifetimeSeconds = days * DAY_SECONDS;
    this.#now = now;
  }

  /** The identity in a `Cookie` header; null without the cookie or with an invalid or expired one. Never throws. */
  identify(cookieHeader: string | undefined): Identity | null {
    const signed = cookieIn(cookieHeader);
    return signed === undefined ? null : this.verify(signed);
  }

  /**
   * The value of a `Set-Cookie` header that gives a browser this identity, until it is not used for the days of the settings.
   * @param overHttps whether the request came by https
   * @throws ChatError `bad-name`, `bad-id`
   */
  issue(identity: Identity, overHttps = false): string {
    const signed = this.#sign({ ...cleaned(identity), issued: Math.floor(this.#now() / 1000) });
    return this.#setCookie(signed, this.#lifetimeSeconds, overHttps);
  }

  /** The value of a `Set-Cookie` header for a browser whose cookie is older than a day; null for a newer one. */
  renew(cookieHeader: string | undefined, overHttps: boolean): string | null {
    const signed = cookieIn(cookieHeader);
    const identity = signed === undefined ? null : this.#open(signed);
    if (!identity) return null;
    const ageSeconds = this.#now() / 1000 - (identity.issued ?? 0);
    return ageSeconds > renewalAge(this.#lifetimeSeconds) ? this.issue(identity, overHttps) : null;
  }

  /** The value of a `Set-Cookie` header that deletes the cookie. */
  clear(overHttps = false): string {
    return this.#setCookie('', 0, overHttps);
  }

  /**
   * The bearer token of clients without cookies: pages of other origins, programs,
   * and playground pages (`/ui/…?id_user=`). It has the form of the cookie, and does not expire. The identity of a browser's cookie is
   * never given to scripts in this form.
   * @throws ChatError `bad-name`, `bad-id`
   */
  sign(identity: Identity): string {
    return this.#sign(cleaned(identity));
  }

  /** The signed identity; null if the signature is invalid or it has expired. Never throws. */
  verify(signed: string): Identity | null {
    const identity = this.#open(signed);
    return identity && { id_user: identity.id_user, name: identity.name };
  }

  /** Creates a new identity. */
  newGuest(): Identity {
    return { id_user: randomUUID(), name: `Guest ${randomInt(1000, 10_000)}` };
  }

  #sign(content: object): string {
    return sign(Buffer.from(JSON.stringify(content)).toString('base64url'), this.#secret);
  }

  #open(signed: string): SignedIdentity | null {
    const payload = unsign(signed, this.#secret);
    const identity = payload === false ? null : decode(payload);
    if (!identity || identity.issued === null) return identity;
    return identity.issued + this.#lifetimeSeconds > this.#now() / 1000 ? identity : null;
  }

  #setCookie(value: string, maxAge: number, overHttps: boolean): string {
    const secure = this.#secure || overHttps;
    return stringifySetCookie(GUEST_COOKIE, value, {
      httpOnly: true,
      sameSite: 'lax',
      secure,
      path: '/',
      maxAge,
    });
  }
}

function cookieIn(cookieHeader: string | undefined): string | undefined {
  return cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[GUEST_COOKIE];
}

function cleaned({ id_user, name }: Identity): Identity {
  return { id_user: cleanId(id_user), name: cleanName(name) };
}

/**
 * Validates even signed identities, because an older version may have had other rules. A guest whose name is no longer
 * valid gets another name and keeps the id.
 */
function decode(payload: string): SignedIdentity | null {
  try {
    const identity = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const id_user = cleanId(identity.id_user);
    const issued = typeof identity.issued === 'number' ? identity.issued : null;
    return { id_user, name: validName(identity.name) ?? replacementName(id_user), issued };
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
