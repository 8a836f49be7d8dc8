import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from '../../server/runtime/project-root.js';
import { BROWSERS } from './client-bundle.js';
import { writeCompressedCopies } from './compressed-copies.js';
import { buildAtomically, removeOtherFiles, writeAtomically } from './files.js';
import { LEAN_MARKDOWN } from './lean-markdown.js';

const OUTPUT_FOLDER = 'static/build';

/**
 * Bundles the script and the styles of the page to static/build/, under names that change with their content, with
 * compressed copies. Modules that the script loads on demand, by `import()`, become files of their own. The addresses of
 * what a first visit loads are in assets.json.
 */
export async function bundlePage(): Promise<void> {
  const outputs = await buildAtomically({
    entryPoints: {
      page: join(ROOT, 'static/client/main.ts'),
      style: join(ROOT, 'static/styles/style.css'),
    },
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outdir: join(ROOT, OUTPUT_FOLDER),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: BROWSERS,
    plugins: [LEAN_MARKDOWN],
  });
  const files = Object.keys(outputs);
  const entry = (source: string) => {
    const file = files.find((path) => outputs[path]?.entryPoint === source);
    if (file === undefined) throw new Error(`The build wrote no output for ${source}`);
    return file;
  };
  const address = (file: string) => file.replace(OUTPUT_FOLDER, '/static');
  const script = entry('static/client/main.ts');
  const addresses = {
    script: address(script),
    imported: importedFiles(outputs, script).map(address),
    style: address(entry('static/styles/style.css')),
  };
  await writeAtomically(join(ROOT, OUTPUT_FOLDER, 'assets.json'), JSON.stringify(addresses));
  const copies = await writeCompressedCopies(files.filter((file) => /\.(js|css)$/.test(file)));
  await removeOtherFiles(OUTPUT_FOLDER, [...files, ...copies]);
}

/** The files that `script` imports statically, directly or through others. */
function importedFiles(outputs: Metafile['outputs'], script: string): string[] {
  const found = new Set<string>([script]);
  // A set visits the entries that are added during the loop.
  for (const file of found) {
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement') found.add(path);
  }
  found.delete(script);
  return [...found];
}
