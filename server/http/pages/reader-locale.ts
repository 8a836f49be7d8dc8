import type { Request, Response } from 'express';
import { DEFAULT_LANGUAGE, LANGUAGE_TAGS, type Language } from './texts/languages.js';
import type { ReaderLocale } from './texts/text.js';

/** The language of a page for a reader without a setting: by `Accept-Language`. */
export function acceptedLanguage(req: Request): Language {
  const accepted = req.acceptsLanguages(LANGUAGE_TAGS);
  return LANGUAGE_TAGS.find((tag) => tag === accepted) ?? DEFAULT_LANGUAGE;
}

/** The locale in which the response is rendered. Templates find it as `locale`. */
export function localeOf(req: Request, res: Response): ReaderLocale {
  const { locals }: { locals: { locale?: ReaderLocale } } = res;
  locals.locale ??= { language: acceptedLanguage(req), clock: 'auto' };
  return locals.locale;
}
