import { createHmac, timingSafeEqual } from 'node:crypto';
import { badToken, tokenExpired } from '../auth/credentials.js';

/** Milliseconds for which a command can be answered. */
export const COMMAND_LIFETIME = 60 * 60 * 1000;

const PREFIX = 'command.';

/** Which command a token belongs to. */
export interface CommandRef {
  room: string;
  id: string;
}

/**
 * Tokens that go out with commands and come back with their answers: `command.`, base64url of `{room, id, expires}` as
 * JSON, a dot, an HMAC-SHA256. They let a bot answer in the command's room without ever having the user's own token.
 * Every process with the same secret knows them.
 */
export class CommandTokens {
  readonly #now: () => number;
  readonly #key: Buffer;

  /** @param secret what cookies are signed with too; a key of its own is derived, so that neither passes for the other */
  constructor(secret: string, now = Date.now) {
    this.#now = now;
    this.#key = createHmac('sha256', secret).update('changeroom: tokens of commands').digest();
  }

  sign({ room, id }: CommandRef): string {
    const claims = JSON.stringify({ room, id, expires: this.#now() + COMMAND_LIFETIME });
    const payload = Buffer.from(claims).toString('base64url');
    return `${PREFIX}${payload}.${this.#signature(payload).toString('base64url')}`;
  }

  /** Null: this is some other kind of token. @throws ChatError `bad-token`, `token-expired` */
  verify(token: string): CommandRef | null {
    if (!token.startsWith(PREFIX)) return null;
    const [payload = '', signature = ''] = token.slice(PREFIX.length).split('.');
    const given = Buffer.from(signature, 'base64url');
    const right = this.#signature(payload);
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw badToken();
    const { room, id, expires } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (this.#now() >= expires) throw tokenExpired();
    return { room, id };
  }

  #signature(payload: string): Buffer {
    return createHmac('sha256', this.#key).update(payload).digest();
  }
}
