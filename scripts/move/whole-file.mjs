import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const CHUNK = 64 * 1024;

/**
 * Writes a file under a name of its own first, so that what has the name `file` is whole. Gzipped if it ends in `.gz`.
 * @param check is given the name of what is written before that gets its name
 * @param signal stops it; nothing is left then, as after any error
 */
export async function writeWhole(file, texts, { check, signal }) {
  const partial = `${file}.partial`;
  const zip = file.endsWith('.gz') ? [createGzip()] : [];
  try {
    // Messages are nobody else's to read.
    const target = createWriteStream(partial, { mode: 0o600, flush: true });
    await pipeline(Readable.from(chunked(texts)), ...zip, target, { signal });
    await check(partial);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Single lines would cost more to hand on than to zip. */
async function* chunked(texts) {
  let gathered = '';
  for await (const text of texts) {
    gathered += text;
    if (gathered.length < CHUNK) continue;
    yield gathered;
    gathered = '';
  }
  yield gathered;
}
