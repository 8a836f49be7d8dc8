import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const CHUNK_CHARACTERS = 64 * 1024;
/** The owner alone: the file contains private messages. */
const FILE_MODE = 0o600;

export interface AtomicFileOptions {
  /** Checks what was written before it gets its name. @throws Error to discard it */
  check(file: string): Promise<unknown>;
  /** Aborts writing. */
  signal: AbortSignal;
}

/**
 * Writes `file.partial` and renames it to `file` when it is complete. Gzipped if the name ends in `.gz`. After an error,
 * no file remains.
 */
export async function writeAtomically(
  file: string,
  texts: AsyncIterable<string>,
  { check, signal }: AtomicFileOptions,
): Promise<void> {
  const partial = `${file}.partial`;
  const source = Readable.from(chunked(texts));
  const target = createWriteStream(partial, { mode: FILE_MODE, flush: true });
  try {
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), target, { signal });
    else await pipeline(source, target, { signal });
    await check(partial);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Joins lines: passing each through the streams takes longer than zipping it. */
async function* chunked(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const text of texts) {
    chunk += text;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
