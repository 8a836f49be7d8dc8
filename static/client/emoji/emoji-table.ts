/** An emoji that a reader can insert. */
export interface Emoji {
  character: string;
  codes: readonly string[];
  /** In the language of the page. */
  name: string;
  /** Further words for the search. */
  words: readonly string[];
  hasSkinTones: boolean;
}

/** Emoji by group, in the order of Unicode. */
export class EmojiTable {
  readonly groups: readonly (readonly Emoji[])[];
  readonly #byCode = new Map<string, Emoji>();

  /** @param lines of scripts/build/emoji-data.ts */
  constructor(lines: string) {
    this.groups = lines.split('\n\n').map((group) => group.split('\n').map(parseEmoji));
    for (const emoji of this.groups.flat())
      for (const code of emoji.codes) if (!this.#byCode.has(code)) this.#byCode.set(code, emoji);
  }

  /** The emoji of a shortcode, without its colons. */
  of(code: string): Emoji | undefined {
    return this.#byCode.get(code.toLowerCase());
  }

  /** The emoji with a shortcode or word that begins with each of the given words, best matches first. */
  search(text: string, limit: number): Emoji[] {
    const sought = text
      .toLowerCase()
      .split(/[\s_:]+/)
      .filter(Boolean);
    if (sought.length === 0) return [];
    const found: { emoji: Emoji; rank: number }[] = [];
    for (const emoji of this.groups.flat()) {
      const rank = rankOf(emoji, sought);
      if (rank !== null) found.push({ emoji, rank });
    }
    // Stable: the order of Unicode within a rank.
    return found
      .sort((a, b) => a.rank - b.rank)
      .slice(0, limit)
      .map(({ emoji }) => emoji);
  }
}

/** Less is better. Null: not found. */
function rankOf({ codes, name, words }: Emoji, sought: readonly string[]): number | null {
  const whole = sought.join('_');
  const names = [...codes, name.toLowerCase().replaceAll(' ', '_')];
  if (names.includes(whole)) return 0;
  if (names.some((one) => one.startsWith(whole))) return 1;
  const parts = names.flatMap((one) => one.split(/[_-]/));
  if (sought.every((word) => parts.some((part) => part.startsWith(word)))) return 2;
  return sought.every((word) => [...parts, ...words].some((part) => part.startsWith(word))) ? 3 : null;
}

function parseEmoji(line: string): Emoji {
  const [character = '', joined = '', ...words] = line.split(' ');
  const hasSkinTones = character.endsWith('*');
  const codes = joined.split(',');
  const label = words[0]?.startsWith('=') ? words.shift()?.slice(1) : codes[0];
  return {
    character: hasSkinTones ? character.slice(0, -1) : character,
    codes,
    name: label?.replaceAll('_', ' ') ?? character,
    words,
    hasSkinTones,
  };
}

/** Light to dark. */
export const SKIN_TONES = ['🏻', '🏼', '🏽', '🏾', '🏿'] as const;

/** The emoji with a skin tone: after its first character, instead of the selector of the presentation. */
export function withSkinTone({ character, hasSkinTones }: Emoji, tone: string): string {
  if (!hasSkinTones || tone === '') return character;
  const [first = '', ...rest] = character;
  return first + tone + rest.join('').replace(/^\ufe0f/, '');
}
