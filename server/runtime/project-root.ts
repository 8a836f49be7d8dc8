import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of package.json, for the sources (`server/`) as well as for the build (`dist/server/`). */
export const ROOT = findRoot(path.dirname(fileURLToPath(import.meta.url)));

function findRoot(directory: string): string {
  return existsSync(path.join(directory, 'package.json')) ? directory : findRoot(path.dirname(directory));
}
