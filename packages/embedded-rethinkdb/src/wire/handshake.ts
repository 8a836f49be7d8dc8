import { ENCODING, HandshakeError, VERSION } from './protocol.js';
import { type Credentials, ScramExchange } from './scram.js';

/** The version sent to drivers: the RethinkDB version whose behaviour this server has. */
const SERVER_VERSION = '2.4.4';
const MAX_MESSAGE_BYTES = 2048;

/** A completed step: the reply, the number of bytes that it read, and the next step (undefined: the last). */
type StepResult = { reply: string; used: number; next: Step | undefined };
/** Undefined: more input is needed. */
type Step = (input: Buffer) => StepResult | undefined | Promise<StepResult>;

/** Decides when a password may be checked, and counts wrong passwords. */
export interface PasswordGuard {
  admit(): Promise<void>;
  failed(): void;
}

/**
 * The handshake of a connection (https://rethinkdb.com/docs/writing-drivers/). V1_0: a magic number, the server's versions,
 * then SCRAM in two rounds, all as JSON that ends with a zero byte. V0_3 and V0_4: the password in plain text. Call
 * `receive` until it is complete; `rest` then has the bytes after the handshake.
 */
export class Handshake {
  rest = Buffer.alloc(0);
  isComplete = false;
  readonly #credentials: Credentials;
  readonly #scram: ScramExchange;
  readonly #guard: PasswordGuard;
  readonly #reply: (bytes: Buffer) => void;
  #step: Step | undefined;
  #isPlainText = true;

  constructor(credentials: Credentials, guard: PasswordGuard, reply: (bytes: Buffer) => void) {
    this.#credentials = credentials;
    this.#guard = guard;
    this.#scram = new ScramExchange(credentials);
    this.#reply = reply;
    this.#step = (input) => this.#magic(input);
  }

  /**
   * Handles received bytes. Must not be called again before it resolves.
   * @returns false if the connection is refused; the reason has been sent to the client
   */
  async receive(chunk: Buffer): Promise<boolean> {
    this.rest = Buffer.concat([this.rest, chunk]);
    try {
      while (this.#step) {
        const done = await this.#step(this.rest);
        if (done === undefined) return true;
        this.rest = this.rest.subarray(done.used);
        if (done.reply !== '') this.#reply(Buffer.from(`${done.reply}\0`));
        this.#step = done.next;
      }
      this.isComplete = true;
      return true;
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      this.#refuse(error);
      return false;
    }
  }

  #refuse({ code, message }: HandshakeError): void {
    const text = this.#isPlainText
      ? `ERROR: ${message}\n`
      : JSON.stringify({ error: message, error_code: code, success: false });
    this.#reply(Buffer.from(`${text}\0`));
  }

  #magic(input: Buffer): ReturnType<Step> {
    if (input.length < 4) return undefined;
    switch (input.readUInt32LE(0)) {
      case VERSION.V1_0:
        this.#isPlainText = false;
        return { reply: VERSIONS, used: 4, next: (more) => this.#firstMessage(more) };
      case VERSION.V0_3:
      case VERSION.V0_4:
        return { reply: '', used: 4, next: (more) => this.#password(more) };
      case VERSION.V0_1:
      case VERSION.V0_2:
        throw new HandshakeError(-1, 'The PROTOBUF client protocol is no longer supported');
      default:
        throw new HandshakeError(
          -1,
          'Received an unsupported protocol version. This port is for RethinkDB queries. ' +
            'Does your client driver version not match the server?',
        );
    }
  }

  #password(input: Buffer): ReturnType<Step> {
    if (input.length < 4) return undefined;
    const length = input.readUInt32LE(0);
    if (length > MAX_MESSAGE_BYTES) {
      throw new HandshakeError(-1, 'Client provided an authorization key that is too long.');
    }
    const end = 4 + length;
    if (input.length < end + 4) return undefined;
    return this.#checkPassword(input, end);
  }

  async #checkPassword(input: Buffer, end: number): Promise<StepResult> {
    await this.#guard.admit();
    if (!this.#credentials.matches(input.toString('utf8', 4, end))) {
      this.#guard.failed();
      throw new HandshakeError(-1, 'Incorrect authorization key.');
    }
    const encoding = input.readInt32LE(end);
    if (encoding === ENCODING.PROTOBUF) {
      throw new HandshakeError(-1, 'The PROTOBUF client protocol is no longer supported');
    }
    if (encoding !== ENCODING.JSON)
      throw new HandshakeError(-1, `Unrecognized protocol specified: '${encoding}'`);
    return { reply: 'SUCCESS', used: end + 4, next: undefined };
  }

  #firstMessage(input: Buffer): ReturnType<Step> {
    const message = readMessage(input);
    if (message === undefined) return undefined;
    const { protocol_version: version, authentication_method: method, authentication } = message.fields;
    if (typeof version !== 'number') throw new HandshakeError(1, 'Expected a number for `protocol_version`.');
    if (version !== 0) throw new HandshakeError(2, 'Unsupported `protocol_version`.');
    if (typeof method !== 'string')
      throw new HandshakeError(3, 'Expected a string for `authentication_method`.');
    if (method !== 'SCRAM-SHA-256') throw new HandshakeError(4, 'Unsupported `authentication_method`.');
    const reply = success(this.#scram.first(text(authentication)));
    return { reply, used: message.length, next: (more) => this.#finalMessage(more) };
  }

  #finalMessage(input: Buffer): ReturnType<Step> {
    const message = readMessage(input);
    if (message === undefined) return undefined;
    const authentication = text(message.fields.authentication);
    return this.#checkProof(authentication, message.length);
  }

  async #checkProof(authentication: string, used: number): Promise<StepResult> {
    await this.#guard.admit();
    try {
      return { reply: success(this.#scram.final(authentication)), used, next: undefined };
    } catch (error) {
      this.#guard.failed();
      throw error;
    }
  }
}

const VERSIONS = JSON.stringify({
  max_protocol_version: 0,
  min_protocol_version: 0,
  server_version: SERVER_VERSION,
  success: true,
});

function success(authentication: string): string {
  return JSON.stringify({ authentication, success: true });
}

function text(authentication: unknown): string {
  if (typeof authentication === 'string') return authentication;
  throw new HandshakeError(5, 'Expected a string for `authentication`.');
}

/** A JSON object that ends with a zero byte; undefined if it is incomplete. */
function readMessage(input: Buffer): { fields: Record<string, unknown>; length: number } | undefined {
  const end = input.indexOf(0);
  if (end < 0 && input.length < MAX_MESSAGE_BYTES) return undefined;
  if (end < 0 || end >= MAX_MESSAGE_BYTES) throw new HandshakeError(7, 'Limited read buffer size.');
  let message: unknown;
  try {
    message = JSON.parse(input.toString('utf8', 0, end));
  } catch {
    throw new HandshakeError(8, 'Invalid JSON object.');
  }
  if (typeof message !== 'object' || message === null)
    throw new HandshakeError(9, 'Failed to convert JSON to datum.');
  return { fields: message as Record<string, unknown>, length: end + 1 };
}
