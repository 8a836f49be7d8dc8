import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ROOT } from '../../server/runtime/project-root.js';

/** The files below a folder whose names match. */
export async function filesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Removes scripts, styles and source maps that a build did not write. @param outputs relative to the project's root */
export async function removeOtherFiles(folder: string, outputs: readonly string[]): Promise<void> {
  for (const file of await filesIn(join(ROOT, folder), /\.(js|css|map)$/)) {
    if (!outputs.includes(relative(ROOT, file).replaceAll('\\', '/'))) await rm(file, { force: true });
  }
}

/** Writes a file so that a concurrent reader or build finds the old or the new content. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}
