import { createHmac, timingSafeEqual } from 'node:crypto';
import { badToken, tokenExpired } from '../auth/credentials.js';

/** Milliseconds for which a command can be replied to. */
export const COMMAND_LIFETIME_MS = 60 * 60 * 1000;

const PREFIX = 'command.';

/** Identifies a command. */
export interface CommandRef {
  room: string;
  id: string;
}

/**
 * Tokens that are sent with commands and come back with replies: `command.`, base64url of `{room, id, expires}` as JSON,
 * a dot, an HMAC-SHA256. A token lets a bot reply in the room of its command without the token of the user. Every process
 * with the same secret accepts them.
 */
export class CommandTokens {
  readonly #now: () => number;
  readonly #key: Buffer;

  /**
   * @param secret also signs cookies; a separate key is derived, so that neither kind of signature is valid as the other
   * @param now the time in milliseconds since 1970
   */
  constructor(secret: string, now: () => number = Date.now) {
    this.#now = now;
    this.#key = createHmac('sha256', secret).update('changeroom: tokens of commands').digest();
  }

  sign({ room, id }: CommandRef): string {
    const claims = JSON.stringify({ room, id, expires: this.#now() + COMMAND_LIFETIME_MS });
    const payload = Buffer.from(claims).toString('base64url');
    return `${PREFIX}${payload}.${this.#signature(payload).toString('base64url')}`;
  }

  /** @returns null for another kind of token. @throws ChatError `bad-token`, `token-expired` */
  verify(token: string): CommandRef | null {
    if (!token.startsWith(PREFIX)) return null;
    const [payload = '', signature = ''] = token.slice(PREFIX.length).split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#signature(payload);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badToken();
    const { room, id, expires } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (this.#now() >= expires) throw tokenExpired();
    return { room, id };
  }

  #signature(payload: string): Buffer {
    return createHmac('sha256', this.#key).update(payload).digest();
  }
}
