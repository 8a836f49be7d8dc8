import { join } from 'node:path';
import { ROOT } from '../../server/runtime/project-root.js';
import { BROWSERS } from './client-bundle.js';
import { writeCompressedCopies } from './compressed-copies.js';
import { buildAtomically, removeOtherFiles, writeAtomically } from './files.js';

const OUTPUT_FOLDER = 'static/build';

/**
 * Bundles the script and the styles of the page to static/build/, under names that change with their content, with
 * compressed copies. Their addresses are in assets.json.
 */
export async function bundlePage(): Promise<void> {
  const outputs = await buildAtomically({
    entryPoints: {
      page: join(ROOT, 'static/client/main.ts'),
      style: join(ROOT, 'static/styles/style.css'),
    },
    entryNames: '[name]-[hash]',
    outdir: join(ROOT, OUTPUT_FOLDER),
    bundle: true,
    minify: true,
    format: 'esm',
    target: BROWSERS,
  });
  const addressOf = (ending: string) => {
    const file = outputs.find((output) => output.endsWith(ending));
    if (file === undefined) throw new Error(`The build wrote no ${ending} file`);
    return file.replace(OUTPUT_FOLDER, '/static');
  };
  const assets = `${OUTPUT_FOLDER}/assets.json`;
  const addresses = { script: addressOf('.js'), style: addressOf('.css') };
  await writeAtomically(join(ROOT, assets), JSON.stringify(addresses));
  const copies = await writeCompressedCopies(outputs.filter((file) => /\.(js|css)$/.test(file)));
  await removeOtherFiles(OUTPUT_FOLDER, [...outputs, ...copies]);
}
