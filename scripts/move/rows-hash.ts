import { createHash } from 'node:crypto';

const MODULUS = 1n << 256n;

/** Count and hash of rows in any order: the sum of the SHA-256 hashes of their texts, modulo 2^256. */
export class RowsHash {
  count = 0;
  #sum = 0n;

  add(text: string): void {
    this.count += 1;
    this.#sum = (this.#sum + BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)) % MODULUS;
  }

  /** 64 hexadecimal digits. */
  get hash(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}
