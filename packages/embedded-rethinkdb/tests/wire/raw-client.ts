import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { until } from '../support/until.js';

/** A connection at the level of bytes, for tests of input that drivers never send. */
export class RawClient {
  readonly socket: Socket;
  closed = false;
  #received = Buffer.alloc(0);

  constructor({ host, port }: { host: string; port: number }) {
    this.socket = connect({ host, port });
    this.socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  send(...parts: (Buffer | string)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  }

  /** A message of the handshake: text up to a zero byte. */
  async text(): Promise<string> {
    const end = await until('a message', () => this.#received.indexOf(0) + 1);
    const text = this.#received.toString('utf8', 0, end - 1);
    this.#received = this.#received.subarray(end);
    return text;
  }

  async json(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.text());
  }

  /** A response after the handshake. */
  async response(): Promise<{ token: bigint; t: number; r: unknown[]; [field: string]: unknown }> {
    await until('a header', () => this.#received.length >= 12);
    const token = this.#received.readBigInt64LE(0);
    const length = this.#received.readUInt32LE(8);
    await until('a response', () => this.#received.length >= 12 + length);
    const body = JSON.parse(this.#received.toString('utf8', 12, 12 + length));
    this.#received = this.#received.subarray(12 + length);
    return { token, ...body };
  }

  query(token: bigint, query: unknown): void {
    this.send(frame(token, typeof query === 'string' ? query : JSON.stringify(query)));
  }

  async ask(token: bigint, query: unknown) {
    this.query(token, query);
    return this.response();
  }

  async end(): Promise<void> {
    await until('the end of the connection', () => this.closed);
  }

  /** The whole handshake of V1_0, as RFC 7677 has it. */
  async login(password = '', user = 'admin'): Promise<Record<string, unknown>> {
    this.send(MAGIC);
    await this.json();
    const bare = `n=${user},r=clientnonce`;
    this.send(
      message({ protocol_version: 0, authentication_method: 'SCRAM-SHA-256', authentication: `n,,${bare}` }),
    );
    const first = String((await this.json()).authentication);
    const [, nonce, salt, iterations] = /^r=(.*),s=(.*),i=(.*)$/.exec(first)!;
    const withoutProof = `c=biws,r=${nonce}`;
    const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), 32, 'sha256');
    const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const signature = hmac(storedKey, `${bare},${first},${withoutProof}`);
    const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i]!)).toString('base64');
    this.send(message({ authentication: `${withoutProof},p=${proof}` }));
    return this.json();
  }
}

export const MAGIC = Buffer.from([0xc3, 0xbd, 0xc2, 0x34]);

export function message(content: unknown): string {
  return `${JSON.stringify(content)}\0`;
}

export function frame(token: bigint, body: string, length = Buffer.byteLength(body)): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigInt64LE(token, 0);
  header.writeUInt32LE(length, 8);
  return Buffer.concat([header, Buffer.from(body)]);
}
