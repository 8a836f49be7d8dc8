import { LANGUAGE_TAGS } from '../../../protocol/user-settings.js';
import { de, faults as deFaults } from './de.js';
import { en } from './en.js';
import type { Faults, Messages } from './messages.js';

export type Language = (typeof LANGUAGE_TAGS)[number];

interface LanguageTexts {
  messages: Messages;
  /** Texts of errors. Null: those of the server, which are English. */
  faults: Faults | null;
}

/** The languages of the interface, by their tags. `npm run build` makes a script of the page for each of them. */
export const LANGUAGES = {
  en: { messages: en, faults: null },
  de: { messages: de, faults: deFaults },
} as const satisfies Record<Language, LanguageTexts>;

export { LANGUAGE_TAGS };

export const DEFAULT_LANGUAGE: Language = 'en';

export const isLanguage = (tag: unknown): tag is Language =>
  typeof tag === 'string' && Object.hasOwn(LANGUAGES, tag);
