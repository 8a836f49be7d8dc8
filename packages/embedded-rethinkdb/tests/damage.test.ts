import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFile } from '../src/storage/check-file.js';
import { r } from './support/driver.js';
import { seededRandom } from './support/random.js';
import { startTestServer } from './support/start.js';

const PAGE = 4096;
/** Where the kind of a page stands, and what it is. */
const KIND_AT = 18;
const KINDS = { branch: 1, leaf: 2, overflow: 4, meta: 8 };
const SEEDS = 12;

let folder: string;
let original: string;
let pages: Record<keyof typeof KINDS | 'any', number[]>;
let sound: string;
let opener: Opener;

/** A process that opens directories. A crash of LMDB ends it; the next directory gets a new one. */
class Opener {
  #child: ChildProcess | undefined;
  #lines: AsyncIterator<string> | undefined;

  async open(directory: string): Promise<{ code: string; message?: string; digest?: string }> {
    this.#child ??= this.#start();
    this.#child.stdin!.write(`${directory}\n`);
    const { value, done } = await this.#lines!.next();
    if (!done) return JSON.parse(value);
    const child = this.#child;
    this.#child = undefined;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    throw new Error(`the process was ended by ${child.signalCode ?? child.exitCode}: ${directory}`);
  }

  async end(): Promise<void> {
    if (this.#child === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await gone;
  }

  #start(): ChildProcess {
    const program = path.join(import.meta.dirname, 'support/damage-opener.ts');
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    const child = spawn(process.execPath, ['--import', 'tsx', program], { stdio: [...stdio] });
    this.#lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
    return child;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-damage-'));
  original = path.join(folder, 'original');
  await fillDirectory(original);
  pages = classify(path.join(original, 'data.mdb'));
  opener = new Opener();
  const first = await opener.open(copyOf('sound'));
  expect(first).toMatchObject({ code: 'opened' });
  sound = first.digest!;
}, 60_000);

afterAll(async () => {
  await opener.end();
  await rm(folder, { recursive: true, force: true });
});

/** A database with short and long documents, two indexes, and free pages. */
async function fillDirectory(directory: string): Promise<void> {
  const server = await startTestServer({ directory });
  const connection = await server.connect();
  await r.tableCreate('t').run(connection);
  await r.table('t').indexCreate('n').run(connection);
  await r.table('t').indexCreate('words', { multi: true }).run(connection);
  for (let batch = 0; batch < 30; batch++) {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const n = batch * 200 + i;
      const text = `${n} `.repeat(n % 50 === 0 ? 3_000 : n % 40);
      return { id: `${(n * 7919) % 6007}-${n}`, n, text, words: [`a${n % 10}`, `b${n % 7}`] };
    });
    await r.table('t').insert(rows).run(connection);
  }
  await r.table('t').between(1_000, 2_500, { index: 'n' }).delete().run(connection);
  // Texts that only look like damage.
  const odd = ['\u0000', '\ud800', '💬', '\u0080\uffff', '{', ''];
  await r
    .table('t')
    .insert(odd.map((text, i) => ({ id: `odd-${i}`, n: -i, text, [text || 'x']: text })))
    .run(connection);
  await server.stop();
}

function classify(file: string): typeof pages {
  const bytes = readFileSync(file);
  const found: typeof pages = { branch: [], leaf: [], overflow: [], meta: [], any: [] };
  for (let page = 0; page < bytes.length / PAGE; page++) {
    found.any.push(page);
    if (bytes.readBigUInt64LE(page * PAGE) !== BigInt(page)) continue;
    const kind = bytes.readUInt16LE(page * PAGE + KIND_AT);
    for (const [name, flag] of Object.entries(KINDS))
      if (kind === flag) found[name as keyof typeof KINDS].push(page);
  }
  return found;
}

function copyOf(name: string): string {
  const directory = path.join(folder, name);
  cpSync(original, directory, { recursive: true });
  return directory;
}

const DAMAGES: Record<string, (bytes: Buffer, at: number, random: (below: number) => number) => void> = {
  zeroed: (bytes, at) => bytes.fill(0, at, at + PAGE),
  'overwritten with random bytes': (bytes, at, random) => {
    for (let i = 0; i < PAGE; i++) bytes[at + i] = random(256);
  },
  'overwritten with another page': (bytes, at, random) => {
    const other = random(bytes.length / PAGE) * PAGE;
    bytes.copyWithin(at, other, other + PAGE);
  },
  'zeroed in its second half': (bytes, at) => bytes.fill(0, at + PAGE / 2, at + PAGE),
  'zeroed in its first half': (bytes, at) => bytes.fill(0, at, at + PAGE / 2),
  'moved by eight bytes': (bytes, at) => bytes.copyWithin(at + 8, at, at + PAGE - 8),
};

const REFUSAL = /embedded-rethinkdb --check[\s\S]*restore a backup[\s\S]*start an empty database/i;

async function expectRefusalOrEverything(directory: string, what: string): Promise<void> {
  const outcome = await opener.open(directory);
  if (outcome.code === 'opened') expect(outcome.digest, what).toBe(sound);
  else {
    expect(outcome, what).toMatchObject({ code: 'embedded-directory-damaged' });
    expect(outcome.message, what).toMatch(REFUSAL);
  }
}

describe('a damaged data file', () => {
  const kinds = [...(Object.keys(KINDS) as (keyof typeof KINDS)[]), 'any' as const];
  const cases = kinds.flatMap((kind) => Object.keys(DAMAGES).map((damage) => [kind, damage] as const));

  test.each(cases)(
    'a data file with a page of the kind "%s" %s is refused with instructions, or is intact',
    async (kind, damage) => {
      expect(pages[kind].length).toBeGreaterThan(0);
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = seededRandom(seed * 1_000 + cases.findIndex(([k, d]) => k === kind && d === damage));
        const directory = copyOf(`${kind}-${damage}-${seed}`.replaceAll(' ', '-'));
        const file = path.join(directory, 'data.mdb');
        const bytes = readFileSync(file);
        const hits = 1 + random(3);
        for (let i = 0; i < hits; i++) {
          const page = pages[kind][random(pages[kind].length)]!;
          DAMAGES[damage]!(bytes, page * PAGE, random);
        }
        writeFileSync(file, bytes);
        await expectRefusalOrEverything(directory, `seed ${seed}`);
        await rm(directory, { recursive: true });
      }
    },
  );

  test('a data file whose list of free pages contains used pages is refused', async () => {
    const directory = copyOf('free-list');
    const file = path.join(directory, 'data.mdb');
    const bytes = readFileSync(file);
    const meta = bytes.readBigUInt64LE(152) > bytes.readBigUInt64LE(PAGE + 152) ? 0 : PAGE;
    const leaf = Number(bytes.readBigUInt64LE(meta + 48 + 40)) * PAGE;
    expect(bytes.readUInt16LE(leaf + KIND_AT)).toBe(KINDS.leaf);
    // The first number of the first list; its node has a header and a key of 8 bytes each.
    const list = leaf + 24 + bytes.readUInt16LE(leaf + 24) + 16;
    const isLong = (bytes.readUInt16LE(list - 12) & 1) !== 0;
    const numbers = isLong ? Number(bytes.readBigUInt64LE(list)) * PAGE + 24 : list;
    bytes.writeBigInt64LE(BigInt(pages.leaf[0]!), numbers + 8);
    writeFileSync(file, bytes);
    expect(await opener.open(directory)).toMatchObject({ code: 'embedded-directory-damaged' });
  });

  test('changed single bytes of a data file never crash the process', async () => {
    const random = seededRandom(7);
    for (let i = 0; i < 30; i++) {
      const directory = copyOf(`bytes-${i}`);
      const file = path.join(directory, 'data.mdb');
      const bytes = readFileSync(file);
      for (let hit = 0; hit < 3; hit++) {
        const page = pages.any[random(i % 3 === 0 ? 2 : pages.any.length)]!;
        bytes[page * PAGE + random(i % 2 === 0 ? 200 : PAGE)]! ^= 1 << random(8);
      }
      writeFileSync(file, bytes);
      // A changed letter within a text is found by no check.
      expect(['opened', 'embedded-directory-damaged', 'other']).toContain(
        (await opener.open(directory)).code,
      );
      await rm(directory, { recursive: true });
    }
  });

  test.each([0, 1, 100, PAGE, PAGE + 100, 2 * PAGE, 3 * PAGE, 50 * PAGE + 17, 0.5, 0.9, 0.999])(
    'a data file cut to %d bytes, or to this fraction, is refused with instructions, or is intact',
    async (length) => {
      const directory = copyOf(`cut-${length}`);
      const file = path.join(directory, 'data.mdb');
      await truncate(
        file,
        length > 0 && length < 1 ? Math.floor(readFileSync(file).length * length) : length,
      );
      await expectRefusalOrEverything(directory, `${length}`);
    },
  );

  test('an empty data file is not taken for a new database, even without the marker file', async () => {
    for (const withMarker of [true, false]) {
      const directory = copyOf(`empty-${withMarker}`);
      await writeFile(path.join(directory, 'data.mdb'), '');
      if (!withMarker) await rm(path.join(directory, 'initialised'));
      const { code, message } = await opener.open(directory);
      expect(code).toBe('embedded-directory-damaged');
      expect(message).toMatch(/data\.mdb: the file is empty/);
    }
  });

  test('a missing or replaced data file is not taken for a new database', async () => {
    const lost = copyOf('lost');
    await rm(path.join(lost, 'data.mdb'));
    expect(await opener.open(lost)).toMatchObject({ code: 'embedded-directory-damaged' });
    const replaced = copyOf('replaced');
    const bytes = readFileSync(path.join(replaced, 'data.mdb'));
    // Both meta pages as LMDB writes them for a new file.
    for (const at of [0, PAGE]) {
      for (const tree of [48, 96])
        bytes.fill(0, at + tree + 6, at + tree + 40).fill(0xff, at + tree + 40, at + tree + 48);
      bytes.writeBigUInt64LE(1n, at + 144);
      bytes.writeBigUInt64LE(0n, at + 152);
    }
    writeFileSync(path.join(replaced, 'data.mdb'), bytes.subarray(0, 2 * PAGE));
    const { code, message } = await opener.open(replaced);
    expect(code).toBe('embedded-directory-damaged');
    expect(message).toContain('all tables are missing');
  });

  test('a data file that is text or a directory is refused', async () => {
    const text = copyOf('text');
    await writeFile(path.join(text, 'data.mdb'), 'hello '.repeat(10_000));
    expect(await opener.open(text)).toMatchObject({ code: 'embedded-directory-damaged' });
    const nested = copyOf('nested');
    await rm(path.join(nested, 'data.mdb'));
    await mkdir(path.join(nested, 'data.mdb'));
    expect(await opener.open(nested)).toMatchObject({ code: 'embedded-directory-unusable' });
  });

  test('a data file is opened with another lock file or without one', async () => {
    for (const text of ['', 'garbage'.repeat(2_000), null]) {
      const directory = copyOf(`lock-${text?.length}`);
      const lock = path.join(directory, 'lock.mdb');
      if (text === null) await rm(lock);
      else await writeFile(lock, text);
      expect(await opener.open(directory)).toEqual({ code: 'opened', digest: sound });
    }
  });
});

describe('the check of a data file', () => {
  test('the check of a data file visits all pages of an intact file', () => {
    const check = checkFile(path.join(original, 'data.mdb'));
    expect(check).toMatchObject({ isComplete: true, isNew: false });
    expect(check.pages).toBeGreaterThan(100);
  });

  test('the check of a data file ends without an error if its time is over', () => {
    expect(checkFile(path.join(original, 'data.mdb'), 0)).toMatchObject({ isComplete: false });
  });
});
