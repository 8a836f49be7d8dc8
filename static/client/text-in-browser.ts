import { fill, fillParts, type Template, type TextValues } from '../../server/http/pages/texts/template.js';
import type { ReaderLocale } from '../../server/http/pages/texts/text.js';

const { lang, dataset } = document.documentElement;

/** The locale of the page, as the server has rendered it. */
export const readerLocale = () => ({ language: lang, clock: dataset.clock ?? 'auto' }) as ReaderLocale;

/** The language of the page, as the region of the reader writes it. */
export const regionalLocale = () => navigator.languages.find((tag) => tag.split('-')[0] === lang) ?? lang;

/** Like the functions of `texts/text.ts`, with a template in the place of the key. */
export const t = (template: Template, values?: TextValues) => fill(lang, template, values);

export const tParts = <T>(template: Template, values: Readonly<Record<string, T | string | number>>) =>
  fillParts(lang, template, values);
