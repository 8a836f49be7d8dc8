import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type OutputFile } from 'esbuild';
import { ROOT } from '../../server/runtime/project-root.js';

/** The files below a folder whose names match. */
export async function filesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The path of a file as esbuild names its outputs. */
const outputPath = (file: string) => relative(ROOT, file).replaceAll('\\', '/');

/** Removes scripts, styles, source maps and compressed copies that a build did not write. @param outputs relative to the project's root */
export async function removeOtherFiles(folder: string, outputs: readonly string[]): Promise<void> {
  for (const file of await filesIn(join(ROOT, folder), /\.(js|css|map)(\.(br|gz))?$/)) {
    if (!outputs.includes(outputPath(file))) await rm(file, { force: true });
  }
}

/** Writes a file so that a concurrent reader or build finds the old or the new content. Equal content is not written. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  const present = await readFile(file).catch(() => null);
  if (present?.equals(bytes)) return;
  await mkdir(dirname(file), { recursive: true });
  // Bundles of several languages write equal files at the same time.
  const part = `${file}.${randomUUID()}`;
  await writeFile(part, bytes);
  await rename(part, file);
}

/**
 * Builds and writes the output atomically: commands build before they run, also while a server starts from the output.
 * @param sourceMaps folder of source maps that the output does not name; null: they are beside the output, which names them
 * @returns the output by its path, relative to the root of the project
 */
export async function buildAtomically(
  options: BuildOptions,
  sourceMaps: string | null = null,
): Promise<Metafile['outputs']> {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: ROOT,
    logLevel: 'warning',
    sourcemap: sourceMaps === null ? 'linked' : 'external',
    write: false,
    metafile: true,
  });
  const placeOf = (path: string) =>
    sourceMaps !== null && path.endsWith('.map') ? join(ROOT, sourceMaps, basename(path)) : path;
  // Entry points last: what they import exists then.
  const isEntry = ({ path }: OutputFile) => metafile.outputs[outputPath(path)]?.entryPoint !== undefined;
  for (const files of [outputFiles.filter((file) => !isEntry(file)), outputFiles.filter(isEntry)])
    await Promise.all(files.map(({ path, contents }) => writeAtomically(placeOf(path), contents)));
  return metafile.outputs;
}
