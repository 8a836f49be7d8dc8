/** A seeded generator of hostile values: the same seed gives the same values. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 (included) to 1 (excluded), by mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** A list of 0 to `maxLength` values. */
  list<T>(maxLength: number, make: () => T): T[] {
    return Array.from({ length: this.below(maxLength + 1) }, make);
  }

  bytes(maxLength: number): Buffer {
    return Buffer.from(this.list(maxLength, () => this.below(256)));
  }

  /** A text that is known to break parsers, or random characters. */
  text(): string {
    if (this.chance(0.6)) return this.pick(HOSTILE_TEXTS);
    return String.fromCharCode(...this.list(40, () => this.below(this.chance(0.7) ? 128 : 0x10000)));
  }

  /** A text without lone surrogates, which cannot be encoded in a URL. */
  wellFormed(): string {
    return this.text().replace(/\p{Surrogate}/gu, '\ufffd');
  }

  /** A text that is encoded as a segment or a parameter of a URL. */
  segment(): string {
    return encodeURIComponent(this.wellFormed());
  }

  /** A JSON value of limited depth. */
  json(depth = 3): unknown {
    const kind = this.below(depth > 0 ? 8 : 6);
    if (kind === 0) return null;
    if (kind === 1) return this.chance(0.5);
    if (kind === 2) return this.pick(HOSTILE_NUMBERS);
    if (kind <= 5) return this.text();
    if (kind === 6) return this.list(4, () => this.json(depth - 1));
    return Object.fromEntries(
      this.list(4, () => [this.pick([...FIELD_NAMES, this.text()]), this.json(depth - 1)]),
    );
  }

  /** Changes, truncates or duplicates bytes. */
  mutate(input: Buffer): Buffer {
    const output = Buffer.from(input);
    for (let i = this.below(4); i >= 0 && output.length > 0; i -= 1)
      output[this.below(output.length)] = this.below(256);
    if (this.chance(0.2)) return output.subarray(0, this.below(output.length + 1));
    if (this.chance(0.1)) return Buffer.concat([output, output]);
    return output;
  }
}

const HOSTILE_NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324, 1_732_000_000_000];

const HOSTILE_TEXTS = [
  '',
  ' ',
  'lobby',
  'fuzz',
  '__proto__',
  'constructor',
  '.',
  '..',
  '../../etc/passwd',
  '%',
  '%00',
  '%ff%fe',
  '\0',
  '\r\nX-Injected: 1',
  '<script>alert(1)</script>',
  '\u202e\u2066\u2069',
  '\u200b',
  '\ud800',
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  `http://a/${')'.repeat(500)}`,
  'http://[',
  '//a@[',
  '/roll 2d6',
  'a'.repeat(5_000),
  '\u0301'.repeat(4_000),
  '{"$reql_type$":"TIME"}',
  '{{7*7}}',
  "' OR 1=1 --",
];

/** Names of fields that the server reads. */
const FIELD_NAMES = [
  'type',
  'ref',
  'room',
  'message',
  'id',
  'body',
  'name',
  'position',
  'sent',
  'rooms',
  'token',
];
