import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** Words for the search, besides those of the shortcode. Two for each emoji add 7 kB compressed, four 11 kB. */
const TAGS = 2;
/** Skin tones and hair styles alone, in the groups of the data. */
const COMPONENTS = 2;

interface Emoji {
  hexcode: string;
  unicode: string;
  group?: number;
  order?: number;
  label: string;
  tags?: string[];
  skins?: object[];
}

const require = createRequire(import.meta.url);

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(require.resolve(`emojibase-data/${name}`), 'utf8')) as T;
}

/** Without the selector of the presentation, where the character has no other presentation. */
function shortest(unicode: string): string {
  return unicode.replace(/^(\p{Emoji_Presentation})\ufe0f$/u, '$1');
}

/**
 * All emoji by their order, one in a line: the character, `*` if it has skin tones, a space, shortcodes separated by commas, and words
 * for the search. Groups are separated by blank lines. Shortcodes are those of GitHub, or else of emojibase. In other languages than
 * English, the first word is `=` and the name by Unicode CLDR, with `_` for spaces, and the others are in that language.
 * @param language a folder of emojibase-data
 */
export async function emojiLines(language: string): Promise<string> {
  type Shortcodes = Record<string, string | string[]>;
  const [emoji, github, others] = await Promise.all([
    readJson<Emoji[]>(`${language}/compact.json`),
    readJson<Shortcodes>('en/shortcodes/github.json'),
    readJson<Shortcodes>('en/shortcodes/emojibase.json'),
  ]);
  const sorted = emoji
    .filter(({ group }) => group !== undefined && group !== COMPONENTS)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  let group: number | undefined;
  return sorted
    .map((one) => {
      const codes = [github[one.hexcode] ?? [others[one.hexcode] ?? []].flat().slice(0, 1)].flat();
      const name = language === 'en' ? [] : [`=${one.label.replaceAll(' ', '_')}`];
      const known = new Set([...codes.flatMap((code) => code.split('_')), ...wordsOf(name.join())]);
      const words = wordsOf((one.tags ?? []).join(' '));
      const tags = [...new Set(words)].filter((word) => !known.has(word)).slice(0, TAGS);
      const line = [shortest(one.unicode) + (one.skins ? '*' : ''), codes.join(','), ...name, ...tags].join(
        ' ',
      );
      const isFirst = group !== undefined && one.group !== group;
      group = one.group;
      return isFirst ? `\n${line}` : line;
    })
    .join('\n');
}

/** Words of at least three letters, in lower case. */
const wordsOf = (text: string) =>
  text.toLowerCase().match(/(?<![\p{L}\p{N}])\p{L}{3,}(?![\p{L}\p{N}])/gu) ?? [];

/** Resolves the module `emoji-lines`, whose default export is the text in a language. */
export function emojiData(language: string): Plugin {
  return {
    name: `emoji in ${language}`,
    setup(build) {
      build.onResolve({ filter: /^emoji-lines$/ }, ({ path }) => ({ path, namespace: 'emoji' }));
      build.onLoad({ filter: /./, namespace: 'emoji' }, async () => ({
        contents: await emojiLines(language),
        loader: 'text',
      }));
    },
  };
}
