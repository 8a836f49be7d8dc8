import { join } from 'node:path';
import { ROOT } from '../../server/runtime/project-root.js';
import { buildAtomically, filesIn, removeOtherFiles } from './files.js';

/**
 * Transpiles each TypeScript file of a folder, and removes the output of sources that were deleted. Files are not
 * bundled, so that stack traces name them. Paths are relative to the root of the project.
 * @param excluded beginnings of paths in the folder
 * @param kept files in `to` that another step of the build writes
 */
export async function transpile(
  from: string,
  to: string,
  { excluded = [], kept = [] }: { excluded?: readonly string[]; kept?: readonly string[] } = {},
): Promise<void> {
  const sources = await filesIn(join(ROOT, from), /(?<!\.d)\.ts$/);
  const isExcluded = (file: string) => excluded.some((path) => file.startsWith(join(ROOT, from, path)));
  const outputs = await buildAtomically({
    entryPoints: sources.filter((file) => !isExcluded(file)),
    outbase: join(ROOT, from),
    outdir: join(ROOT, to),
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  await removeOtherFiles(to, [...Object.keys(outputs), ...kept]);
}
