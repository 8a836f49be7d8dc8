import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { LANGUAGES, type Language } from '../../server/http/pages/texts/languages.js';
import type { Messages } from '../../server/http/pages/texts/messages.js';
import { ROOT } from '../../server/runtime/project-root.js';

const CLIENT = join(ROOT, 'static/client');

/** `t(` or `tParts(`, and the key, which has to follow. */
const CALL = /\b(t|tParts)\((?:\s*'([\w.]+)')?/gu;

/**
 * Replaces the keys in calls of `t` and `tParts` by the texts of a language. So a script loads one language, each module
 * that is loaded on demand brings its own texts, and neither keys nor other texts are loaded.
 */
export function textsOf(language: Language): Plugin {
  const { messages } = LANGUAGES[language];
  return {
    name: `texts in ${language}`,
    setup(build) {
      build.onResolve({ filter: /\/texts\/text\.js$/ }, () => ({ path: language, namespace: 'texts' }));
      build.onLoad({ filter: /.*/, namespace: 'texts' }, () => ({
        contents: browserModule(language),
        resolveDir: CLIENT,
        loader: 'ts',
      }));
      build.onLoad({ filter: /\/(?:static\/client|pages\/rows)\/.*\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        return { contents: source.replace(CALL, (...call) => withText(call, messages, path)), loader: 'ts' };
      });
    },
  };
}

function withText([call, name, key]: unknown[], messages: Messages, path: string): string {
  if (typeof key !== 'string') throw new Error(`${path}: ${call} needs a key that is written out`);
  if (!isKey(key, messages)) throw new Error(`${path}: there is no text ${key}`);
  return `${name}(${JSON.stringify(messages[key])}`;
}

const isKey = (key: string, messages: Messages): key is keyof Messages => Object.hasOwn(messages, key);

/** The module that takes the place of `texts/text.ts`. */
function browserModule(language: Language): string {
  const faults =
    LANGUAGES[language].faults === null
      ? 'const faults = {};'
      : `import { faults } from '../../server/http/pages/texts/${language}.js';`;
  return `${faults}
export * from './text-in-browser.js';
export const faultTemplate = (code) => faults[code];`;
}
