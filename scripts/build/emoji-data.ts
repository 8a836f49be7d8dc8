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
  tags?: string[];
  skins?: object[];
}

const require = createRequire(import.meta.url);

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(require.resolve(`emojibase-data/en/${name}`), 'utf8')) as T;
}

/** Without the selector of the presentation, where the character has no other presentation. */
function shortest(unicode: string): string {
  return unicode.replace(/^(\p{Emoji_Presentation})\ufe0f$/u, '$1');
}

/**
 * All emoji by their order, one in a line: the character, `*` if it has skin tones, a space, shortcodes separated by commas, and words
 * for the search. Groups are separated by blank lines. Shortcodes are those of GitHub, or else of emojibase.
 */
export async function emojiLines(): Promise<string> {
  type Shortcodes = Record<string, string | string[]>;
  const [emoji, github, others] = await Promise.all([
    readJson<Emoji[]>('compact.json'),
    readJson<Shortcodes>('shortcodes/github.json'),
    readJson<Shortcodes>('shortcodes/emojibase.json'),
  ]);
  const sorted = emoji
    .filter(({ group }) => group !== undefined && group !== COMPONENTS)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  let group: number | undefined;
  return sorted
    .map((one) => {
      const codes = [github[one.hexcode] ?? [others[one.hexcode] ?? []].flat().slice(0, 1)].flat();
      const known = new Set(codes.flatMap((code) => code.split('_')));
      const words = (one.tags ?? []).flatMap((tag) => tag.split(' '));
      const tags = words.filter((word) => /^[a-z]{3,}$/.test(word) && !known.has(word)).slice(0, TAGS);
      const line = [shortest(one.unicode) + (one.skins ? '*' : ''), codes.join(','), ...tags].join(' ');
      const isFirst = group !== undefined && one.group !== group;
      group = one.group;
      return isFirst ? `\n${line}` : line;
    })
    .join('\n');
}

/** Resolves the module `emoji-lines`, whose default export is the text. */
export const EMOJI_DATA: Plugin = {
  name: 'emoji data',
  setup(build) {
    build.onResolve({ filter: /^emoji-lines$/ }, ({ path }) => ({ path, namespace: 'emoji' }));
    build.onLoad({ filter: /./, namespace: 'emoji' }, async () => ({
      contents: await emojiLines(),
      loader: 'text',
    }));
  },
};
