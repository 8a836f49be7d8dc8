import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError } from './command-error.js';

const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;

/**
 * The lines of a file, gzipped or not, as buffers without their line break. Splits at line feeds only: node:readline
 * would also split at U+2028, which messages may contain.
 */
export async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  for await (const chunk of await contentOf(file)) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      const tail = chunk.subarray(start, end);
      yield pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
      pending = [];
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield Buffer.concat(pending);
}

async function contentOf(file: string): Promise<AsyncIterable<Buffer>> {
  const isZipped = await isGzipped(file);
  const bytes = createReadStream(file);
  return isZipped ? unzipped(bytes, file) : bytes;
}

/** Reads the first bytes: browsers unzip downloads and may keep the file's name. */
async function isGzipped(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === GZIP_MAGIC;
  } finally {
    await handle.close();
  }
}

async function* unzipped(bytes: Readable, file: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  pipeline(bytes, gunzip, () => {});
  try {
    yield* gunzip;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new CommandError(`${file} is incomplete: its end is missing.`);
    if (code?.startsWith('Z_')) throw new CommandError(`${file} is damaged: it cannot be unzipped.`);
    throw error;
  }
}
