import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { ROOT } from '../../server/runtime/project-root.js';
import { writeAtomically } from './files.js';

/** Maximum levels: a file is compressed once, and sent many times. */
const ENCODERS = {
  '.br': (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  '.gz': (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/**
 * Writes brotli and gzip copies next to files whose names contain a hash of their content, so that existing copies are
 * current.
 * @param files relative to the root of the project
 * @returns the paths of the copies, relative to the root of the project
 */
export async function writeCompressedCopies(files: readonly string[]): Promise<string[]> {
  const copies = files.flatMap((file) =>
    Object.entries(ENCODERS).map(([ending, encode]) => ({ file, copy: `${file}${ending}`, encode })),
  );
  await Promise.all(
    copies.map(async ({ file, copy, encode }) => {
      if (existsSync(join(ROOT, copy))) return;
      await writeAtomically(join(ROOT, copy), await encode(await readFile(join(ROOT, file))));
    }),
  );
  return copies.map(({ copy }) => copy);
}
