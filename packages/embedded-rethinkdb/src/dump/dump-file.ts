import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

// A dump is a file of lines, compressed by gzip if its name ends in .gz. Its last line has the hash of all others.

const NEWLINE = 0x0a;
/** Longest line that is read. RethinkDB limits a query, and so a document, to 128 MiB. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const END = '{"end":';

/** The size of a dump. */
export interface DumpSummary {
  readonly tables: number;
  readonly documents: number;
}

/** A file that is not a complete dump. */
export class DumpError extends Error {
  override readonly name = 'DumpError';
}

/** Writes lines and their hash to a file that appears under its name when it is complete and synced. */
export async function writeDumpFile(file: string, lines: Iterable<string>): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  const compression = file.endsWith('.gz') ? [createGzip()] : [];
  try {
    const output = createWriteStream(partial, { mode: 0o600 });
    await pipeline([Readable.from(sealed(lines)), ...compression, output]);
    await sync(partial);
    await rename(partial, file);
    await sync(dirname(file));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Forces a file or the entries of a directory to the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function* sealed(lines: Iterable<string>): Generator<Buffer> {
  const hash = createHash('sha256');
  for (const line of lines) {
    const bytes = Buffer.from(`${line}\n`);
    hash.update(bytes);
    yield bytes;
  }
  yield Buffer.from(`${END}{"sha256":"${hash.digest('hex')}"}}\n`);
}

/** The lines of a dump without the last one. @throws DumpError at the end if the file is incomplete or was changed */
export async function* readDumpFile(file: string): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let end: string | undefined;
  for await (const line of linesOf(file)) {
    if (end !== undefined) throw new DumpError('it continues after its end');
    const text = line.toString();
    if (text.startsWith(END)) end = text;
    else {
      hash.update(line).update('\n');
      yield text;
    }
  }
  if (end === undefined) throw new DumpError('its end is missing');
  if (end !== `${END}{"sha256":"${hash.digest('hex')}"}}`) throw new DumpError('its hash is wrong');
}

async function* linesOf(file: string): AsyncGenerator<Buffer> {
  const input = createReadStream(file);
  const content = file.endsWith('.gz') ? input.pipe(createGunzip()) : input;
  input.on('error', (error) => content.destroy(error));
  let parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
        yield Buffer.concat([...parts, chunk.subarray(from, to)]);
        parts = [];
        bytes = 0;
        from = to + 1;
      }
      parts.push(chunk.subarray(from));
      bytes += chunk.length - from;
      if (bytes > MAX_LINE_BYTES) throw new DumpError(`a line has more than ${MAX_LINE_BYTES} bytes`);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new DumpError(`it cannot be decompressed: ${error.message}`);
    throw error;
  }
  if (bytes > 0) throw new DumpError('its last line is incomplete');
}
