import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { LANGUAGE_TAGS } from '../../server/http/pages/texts/languages.js';
import { ROOT } from '../../server/runtime/project-root.js';
import { BROWSERS } from './client-bundle.js';
import { writeCompressedCopies } from './compressed-copies.js';
import { emojiData } from './emoji-data.js';
import { buildAtomically, removeOtherFiles, writeAtomically } from './files.js';
import { LEAN_MARKDOWN } from './lean-markdown.js';
import { LEAN_TRANSPORT } from './lean-transport.js';
import { MARKUP_ON_DEMAND } from './markup-on-demand.js';
import { ON_DEMAND_STYLES } from './on-demand-styles.js';
import { inOneFile } from './one-script.js';
import { textsOf } from './texts-plugin.js';

const OUTPUT_FOLDER = 'static/build';
/** They are not served: the sources are in the repository, and a stack of a minified script is resolved from here. */
const SOURCE_MAPS = 'dist/page-maps';
const SCRIPT = 'static/client/main.ts';
const OFFLINE_SCRIPT = 'static/client/offline/offline-page.ts';
const STYLE = 'static/styles/style.css';
/** Of the pages of searches and live views. */
const SEARCH_STYLE = 'static/styles/search.css';
const VIEW_SCRIPT = 'static/client/view-page.ts';
/** Loaded when the settings are opened. */
const SETTINGS_STYLE = 'static/styles/settings.css';

/** Of the pages on which guests secure their name, and get it back. */
const OWN_NAME_STYLE = 'static/styles/own-name.css';
const OWN_NAME_SCRIPT = 'static/client/own-name/own-name-page.ts';

/** Modules that are made or changed by the build. */
const MODULES = [LEAN_MARKDOWN, LEAN_TRANSPORT, ON_DEMAND_STYLES];

type Outputs = Metafile['outputs'];

/**
 * Bundles the script, in each language, and the styles of the page to static/build/, under names that change with their
 * content, with compressed copies. Modules that the script loads on demand, by `import()`, become files of their own. The
 * addresses of what a first visit loads are in assets.json.
 */
export async function bundlePage(): Promise<void> {
  const [styles, scripts, views, offline, ownName] = await Promise.all([
    bundle(
      {
        style: join(ROOT, STYLE),
        search: join(ROOT, SEARCH_STYLE),
        settings: join(ROOT, SETTINGS_STYLE),
        'own-name': join(ROOT, OWN_NAME_STYLE),
      },
      [],
    ),
    bundleInLanguages('page', SCRIPT, [MARKUP_ON_DEMAND]),
    // Apart from the page's script, which would be split into more files otherwise.
    bundleInLanguages('view', VIEW_SCRIPT),
    bundleInLanguages('offline', OFFLINE_SCRIPT),
    bundleInLanguages('own-name', OWN_NAME_SCRIPT),
  ]);
  const address = (file: string) => file.replace(OUTPUT_FOLDER, '/static');
  /** By language. */
  const addressesOf = (bundles: Outputs[], source: string) =>
    Object.fromEntries(bundles.map((outputs, i) => [LANGUAGE_TAGS[i], address(entry(outputs, source))]));
  const addresses = {
    scripts: Object.fromEntries(
      scripts.map((outputs, i) => {
        const script = entry(outputs, SCRIPT);
        return [
          LANGUAGE_TAGS[i],
          { script: address(script), imported: importedFiles(outputs, script).map(address) },
        ];
      }),
    ),
    offlineScripts: addressesOf(offline, OFFLINE_SCRIPT),
    style: address(entry(styles, STYLE)),
    search: {
      style: address(entry(styles, SEARCH_STYLE)),
      viewScripts: addressesOf(views, VIEW_SCRIPT),
    },
    settingsStyle: address(entry(styles, SETTINGS_STYLE)),
    ownName: {
      style: address(entry(styles, OWN_NAME_STYLE)),
      scripts: addressesOf(ownName, OWN_NAME_SCRIPT),
    },
  };
  const files = [styles, ...scripts, ...views, ...offline, ...ownName].flatMap((outputs) =>
    Object.keys(outputs),
  );
  await writeAtomically(join(ROOT, OUTPUT_FOLDER, 'assets.json'), JSON.stringify(addresses));
  const copies = await writeCompressedCopies([...new Set(files)].filter((file) => /\.(js|css)$/.test(file)));
  const worker = await bundleWorker(JSON.stringify([addresses.style, addresses.offlineScripts]));
  await removeOtherFiles(
    OUTPUT_FOLDER,
    [...files, ...copies, ...worker].filter((file) => !file.endsWith('.map')),
  );
  const maps = [...files, ...worker].filter((file) => file.endsWith('.map'));
  await removeOtherFiles(
    SOURCE_MAPS,
    maps.map((file) => file.replace(OUTPUT_FOLDER, SOURCE_MAPS)),
  );
}

/** The script in each language. */
function bundleInLanguages(name: string, script: string, plugins: Plugin[] = []): Promise<Outputs[]> {
  return Promise.all(
    LANGUAGE_TAGS.map((language) =>
      bundle({ [`${name}-${language}`]: join(ROOT, script) }, [
        inOneFile(join(ROOT, script)),
        ...plugins,
        ...MODULES,
        emojiData(language),
        textsOf(language),
      ]),
    ),
  );
}

/** @param offlineAssets a change of them makes browsers install the worker again */
async function bundleWorker(offlineAssets: string): Promise<string[]> {
  const version = createHash('sha256').update(offlineAssets).digest('hex').slice(0, 16);
  const outputs = await buildAtomically(
    {
      entryPoints: ['service-worker.ts', 'retired-worker.js'].map((file) =>
        join(ROOT, 'static/worker', file),
      ),
      outdir: join(ROOT, OUTPUT_FOLDER),
      define: { OFFLINE_VERSION: JSON.stringify(version) },
      bundle: true,
      minify: true,
      format: 'iife',
      target: BROWSERS,
    },
    SOURCE_MAPS,
  );
  return Object.keys(outputs);
}

function bundle(entryPoints: Record<string, string>, plugins: Plugin[]): Promise<Outputs> {
  return buildAtomically(
    {
      entryPoints,
      plugins,
      entryNames: '[name]-[hash]',
      chunkNames: '[name]-[hash]',
      outdir: join(ROOT, OUTPUT_FOLDER),
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: BROWSERS,
    },
    SOURCE_MAPS,
  );
}

function entry(outputs: Outputs, source: string): string {
  const file = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === source);
  if (file === undefined) throw new Error(`The build wrote no output for ${source}`);
  return file;
}

/** The files that `script` imports statically, directly or through others. */
function importedFiles(outputs: Outputs, script: string): string[] {
  const found = new Set<string>([script]);
  // A set visits the entries that are added during the loop.
  for (const file of found) {
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement') found.add(path);
  }
  found.delete(script);
  return [...found];
}
