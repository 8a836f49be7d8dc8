import { de, faults as deFaults } from './de.js';
import { en } from './en.js';
import type { Faults, Messages } from './messages.js';

interface LanguageTexts {
  messages: Messages;
  /** Texts of errors. Null: those of the server, which are English. */
  faults: Faults | null;
}

/** The languages of the interface, by their tags (BCP 47). `npm run build` makes a script of the page for each of them. */
export const LANGUAGES = {
  en: { messages: en, faults: null },
  de: { messages: de, faults: deFaults },
} as const satisfies Record<string, LanguageTexts>;

export type Language = keyof typeof LANGUAGES;

export const DEFAULT_LANGUAGE: Language = 'en';

export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as Language[];

export const isLanguage = (tag: unknown): tag is Language =>
  typeof tag === 'string' && Object.hasOwn(LANGUAGES, tag);
