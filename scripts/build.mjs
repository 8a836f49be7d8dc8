/**
 * `npm run build`: transpiles server/ file by file to dist/server/ and src/ of each package to its dist/, and bundles the
 * page's script and styles to static/build/ under names that change with their content. Types are checked by
 * `npm run lint`, not here.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const clientFolder = join(root, 'static/build');

await Promise.all([
  transpile('server', 'dist/server'),
  transpile('packages/embedded-rethinkdb/src', 'packages/embedded-rethinkdb/dist'),
  transpile('packages/client/src', 'packages/client/dist'),
  buildClient(),
]);

/** Transpiles each file of a folder. Paths are relative to the root of the project. */
async function transpile(from, to) {
  const sources = await filesIn(join(root, from), /(?<!\.d)\.ts$/);
  const { metafile } = await build({
    entryPoints: sources,
    outbase: join(root, from),
    outdir: join(root, to),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    metafile: true,
    absWorkingDir: root,
    logLevel: 'warning',
  });
  // Output of sources that were deleted.
  await removeOthers(join(root, to), new Set(Object.keys(metafile.outputs)));
}

async function buildClient() {
  const { metafile } = await build({
    entryPoints: { page: join(root, 'static/client/main.ts'), style: join(root, 'static/styles/style.css') },
    entryNames: '[name]-[hash]',
    outdir: clientFolder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    sourcemap: 'linked',
    metafile: true,
    absWorkingDir: root,
    logLevel: 'warning',
  });
  const outputs = Object.keys(metafile.outputs);
  const address = (ending) =>
    `/static/${relative(
      'static/build',
      outputs.find((file) => file.endsWith(ending)),
    )}`;
  await writeWhole(
    join(clientFolder, 'assets.json'),
    JSON.stringify({ script: address('.js'), style: address('.css') }),
  );
  await removeOthers(clientFolder, new Set([...outputs, 'static/build/assets.json']));
}

async function filesIn(folder, pattern) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

async function removeOthers(folder, kept) {
  for (const file of await filesIn(folder, /\.(js|css|map)$/)) {
    if (!kept.has(relative(root, file).replaceAll('\\', '/'))) await rm(file, { force: true });
  }
}

/** Nobody reads half a file, even while several builds run at once. */
async function writeWhole(file, text) {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}
