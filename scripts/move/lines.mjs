import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MoveError } from './move-error.mjs';

const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;

/**
 * The lines of a file, gzipped or not, as buffers without their line break, one at a time. Cut at line feeds only:
 * node:readline would also cut at U+2028, which messages may contain.
 */
export async function* linesOf(file) {
  let begun = [];
  for await (const chunk of await contentOf(file)) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      const tail = chunk.subarray(start, end);
      yield begun.length === 0 ? tail : Buffer.concat([...begun, tail]);
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

async function contentOf(file) {
  const zipped = await isGzipped(file);
  const bytes = createReadStream(file);
  return zipped ? unzipped(bytes, file) : bytes;
}

/** Seen by its first bytes: browsers unzip what they download and may keep the name. */
async function isGzipped(file) {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === GZIP_MAGIC;
  } finally {
    await handle.close();
  }
}

async function* unzipped(bytes, file) {
  const gunzip = createGunzip();
  pipeline(bytes, gunzip, () => {});
  try {
    yield* gunzip;
  } catch (error) {
    if (error.code === 'Z_BUF_ERROR') throw new MoveError(`${file} is not whole: its end is missing.`);
    if (error.code?.startsWith('Z_')) throw new MoveError(`${file} is damaged: it cannot be unzipped.`);
    throw error;
  }
}
