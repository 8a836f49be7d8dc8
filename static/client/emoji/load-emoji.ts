/** All about emoji that is loaded when it is needed first. */
export type EmojiKit = typeof import('./emoji-kit.js').EMOJI_KIT;

let kit: EmojiKit | null = null;
let loading: Promise<EmojiKit> | null = null;

/** Null until it has been loaded. */
export const loadedEmoji = (): EmojiKit | null => kit;

/** Loads the emoji once. A failed attempt is repeated with the next call. */
export function loadEmoji(): Promise<EmojiKit> {
  loading ??= import('./emoji-kit.js').then(
    (module) => {
      kit = module.EMOJI_KIT;
      return kit;
    },
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}
