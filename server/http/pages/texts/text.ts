import type { ErrorCode } from '../../../protocol/errors.js';
import { DEFAULT_LANGUAGE, LANGUAGES, type Language } from './languages.js';
import type { Fault, TextArguments, TextKey } from './messages.js';
import { fill, fillParts } from './template.js';

/** How texts, numbers and times are written for a reader. */
export interface ReaderLocale {
  language: Language;
  /** `12` or `24` hours; `auto`: as the language does. */
  clock: 'auto' | '12' | '24';
}

const DEFAULT_LOCALE: ReaderLocale = { language: DEFAULT_LANGUAGE, clock: 'auto' };

let current = DEFAULT_LOCALE;

/**
 * The locale of the page that is being rendered. In the browser, another module takes the place of this one: the build
 * writes the texts of a language into the page's script (scripts/build/texts-plugin.ts).
 */
export const readerLocale = (): ReaderLocale => current;

/** The tag of the language with the region whose times and numbers the page shows. */
export const regionalLocale = (): string => t('locale');

/** Renders for a reader. Rendering is synchronous, so concurrent requests do not see each other's locale. */
export function inLocale<T>(locale: ReaderLocale, render: () => T): T {
  const previous = current;
  current = locale;
  try {
    return render();
  } finally {
    current = previous;
  }
}

/** A text of the interface. The key has to be written out in each call, so that the build and a test find it. */
export function t<K extends TextKey>(key: K, ...[values]: TextArguments<K>): string {
  return fill(current.language, LANGUAGES[current.language].messages[key], values);
}

/** A text with elements in it: texts and values in the order of the language. */
export function tParts<K extends TextKey, T>(
  key: K,
  ...[values]: TextArguments<K, T | string>
): (T | string)[] {
  return fillParts<T>(current.language, LANGUAGES[current.language].messages[key], values ?? {});
}

/** The text of an error. Undefined where readers see the text of the server. */
export function faultTemplate(code: ErrorCode): Fault | undefined {
  return LANGUAGES[current.language].faults?.[code];
}
