import { join } from 'node:path';
import { ROOT } from '../../server/runtime/project-root.js';
import { buildAtomically, filesIn, removeOtherFiles } from './files.js';

/**
 * Transpiles each TypeScript file of a folder, and removes the output of sources that were deleted. Bundlers of applications
 * leave out the files that these do not use. Paths are relative to the root of the project.
 * @param kept files in `to` that another step of the build writes
 */
export async function transpile(
  from: string,
  to: string,
  { kept = [] }: { kept?: readonly string[] } = {},
): Promise<void> {
  const sources = await filesIn(join(ROOT, from), /(?<!\.d)\.ts$/);
  const outputs = await buildAtomically({
    entryPoints: sources,
    outbase: join(ROOT, from),
    outdir: join(ROOT, to),
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  await removeOtherFiles(to, [...Object.keys(outputs), ...kept]);
}
