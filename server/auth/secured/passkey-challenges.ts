import { randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { ChatError } from '../../protocol/errors.js';
import type { Sealer } from '../login/sealer.js';
import { clearedCookies, cookieName, cookieOptions } from '../login/session-cookie.js';

/** A challenge that an authenticator is to sign. */
export interface PasskeyChallenge {
  /** Base64url. */
  challenge: string;
  /** Milliseconds since 1970. */
  issued: number;
}

/** `null`: to get a name back; an id: to add a passkey for this user. */
export type ChallengePurpose = string | null;

/** Milliseconds for a visitor to answer the dialog of the browser. */
export const CHALLENGE_MS = 5 * 60_000;
const CHALLENGE_BYTES = 32;
const COOKIE = 'changeroom_passkey';

/**
 * Challenges that wait for a passkey, each in a sealed cookie of the browser that began. So they need no memory here, any process can
 * verify the answer, and no other browser can use it.
 */
export class PasskeyChallenges {
  readonly #sealer: Sealer;
  readonly #now: () => number;

  constructor(sealer: Sealer, now: () => number) {
    this.#sealer = sealer;
    this.#now = now;
  }

  /** @returns the challenge, and the value of a `Set-Cookie` header that keeps it in the browser */
  begin(purpose: ChallengePurpose, isSecure: boolean): [PasskeyChallenge, string] {
    const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url');
    const begun = { challenge, issued: this.#now() };
    const sealed = this.#sealer.seal(JSON.stringify(begun), contextOf(purpose));
    const options = { ...cookieOptions(isSecure), maxAge: CHALLENGE_MS / 1000 };
    return [begun, stringifySetCookie(cookieName(COOKIE, isSecure), sealed, options)];
  }

  /** The challenge of a browser. @throws ChatError `login-failed` */
  find(purpose: ChallengePurpose, cookieHeader: string | undefined, isSecure: boolean): PasskeyChallenge {
    const sealed = parseCookie(cookieHeader ?? '')[cookieName(COOKIE, isSecure)];
    const text = sealed === undefined ? null : this.#sealer.open(sealed, contextOf(purpose));
    const begun: PasskeyChallenge | null = text === null ? null : JSON.parse(text);
    if (begun && begun.issued + CHALLENGE_MS > this.#now()) return begun;
    const reason = 'this was not begun in this browser, is complete, or took more than 5 minutes: try again';
    throw new ChatError('login-failed', reason, { field: 'challenge' });
  }

  /** Values of `Set-Cookie` headers that remove the challenge from the browser. */
  clear(isSecure: boolean): string[] {
    return clearedCookies(COOKIE, isSecure);
  }
}

const contextOf = (purpose: ChallengePurpose) =>
  purpose === null ? 'passkey of any user' : `new passkey of ${purpose}`;
