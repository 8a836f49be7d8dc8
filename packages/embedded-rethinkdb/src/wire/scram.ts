import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { HandshakeError } from './protocol.js';

const ITERATIONS = 4096;
const USER = 'admin';

/** The password of the user `admin`, as SCRAM stores it. */
export class Credentials {
  readonly salt = randomBytes(16);
  readonly iterations = ITERATIONS;
  readonly saltedPassword: Buffer;
  readonly #digestKey = randomBytes(32);
  readonly #digest: Buffer;

  constructor(password: string) {
    this.saltedPassword = pbkdf2Sync(password.normalize('NFKC'), this.salt, ITERATIONS, 32, 'sha256');
    this.#digest = this.#digestOf(password);
  }

  /**
   * Checks the password of the old handshake, which sends it in plain text. Uses a keyed digest, because SCRAM's key
   * derivation would block the thread for milliseconds.
   */
  matches(password: string): boolean {
    return timingSafeEqual(this.#digestOf(password), this.#digest);
  }

  #digestOf(password: string): Buffer {
    return hmac(this.#digestKey, password.normalize('NFKC'));
  }
}

/** One SCRAM-SHA-256 exchange (RFC 5802, RFC 7677) on the server's side, with the errors of RethinkDB. */
export class ScramExchange {
  readonly #credentials: Credentials;
  #clientFirstBare = '';
  #serverFirst = '';
  #nonce = '';
  #isKnownUser = false;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** Handles the client's first message. @returns the server's first message */
  first(message: string): string {
    if (!message.startsWith('n,')) throw new HandshakeError(15, 'Channel binding is not supported');
    const bare = message.indexOf(',', 2);
    if (bare < 0) throw invalidEncoding();
    this.#clientFirstBare = message.slice(bare + 1);
    const attribute = attributes(this.#clientFirstBare, 'nr');
    // An unknown user is refused in the last message only, so that names cannot be probed without a proof.
    this.#isKnownUser = decodeName(attribute('n')) === USER;
    this.#nonce = attribute('r') + randomBytes(18).toString('base64');
    const { salt, iterations } = this.#credentials;
    this.#serverFirst = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.#serverFirst;
  }

  /** Checks the client's proof. @returns the server's signature */
  final(message: string): string {
    if (!this.#isKnownUser) throw new HandshakeError(17, 'Unknown user');
    const attribute = attributes(message, 'crp');
    if (attribute('c') !== 'biws') throw invalidEncoding();
    if (attribute('r') !== this.#nonce) throw new HandshakeError(20, 'Other error');
    const withoutProof = message.slice(0, message.indexOf(',p='));
    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    const clientKey = hmac(this.#credentials.saltedPassword, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const signature = hmac(storedKey, authMessage);
    const wanted = Buffer.from(clientKey.map((byte, i) => byte ^ signature.readUInt8(i)));
    const given = Buffer.from(attribute('p'), 'base64');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new HandshakeError(12, 'Wrong password');
    }
    const serverKey = hmac(this.#credentials.saltedPassword, 'Server Key');
    return `v=${hmac(serverKey, authMessage).toString('base64')}`;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Parses `a=1,b=2`, which must have exactly the wanted letters. @returns the value of a letter */
function attributes(message: string, wanted: string): (letter: string) => string {
  const found = new Map<string, string>();
  for (const part of message.split(',')) {
    const letter = part[0];
    if (letter === undefined || part[1] !== '=' || found.has(letter)) throw invalidEncoding();
    if (letter === 'm') throw new HandshakeError(11, 'Extensions not supported');
    if (!wanted.includes(letter)) throw invalidEncoding();
    found.set(letter, part.slice(2));
  }
  if (found.size < wanted.length) throw invalidEncoding();
  return (letter) => found.get(letter) ?? '';
}

function decodeName(name: string): string {
  if (/=(?!2C|3D)/.test(name)) throw new HandshakeError(18, 'Invalid username encoding');
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=').normalize('NFKC');
}

function invalidEncoding(): HandshakeError {
  return new HandshakeError(10, 'Invalid encoding');
}
