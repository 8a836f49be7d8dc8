import type { Request, Response } from 'express';
import { DEFAULT_SETTINGS, type UserSettings } from '../../protocol/user-settings.js';
import { DEFAULT_LANGUAGE, isLanguage, LANGUAGE_TAGS, type Language } from './texts/languages.js';
import type { ReaderLocale } from './texts/text.js';

interface PageLocals {
  locale?: ReaderLocale;
  settings?: UserSettings;
}

/** The locale in which the response is rendered. Templates find it as `locale`. */
export function localeOf(req: Request, res: Response): ReaderLocale {
  const { locals }: { locals: PageLocals } = res;
  locals.locale ??= { language: acceptedLanguage(req), clock: 'auto' };
  return locals.locale;
}

/** Renders the response as the settings of a user say. Templates find them as `settings`. */
export function applySettings(req: Request, res: Response, settings: UserSettings): void {
  const { locals }: { locals: PageLocals } = res;
  const { language, clock } = settings;
  locals.settings = settings;
  locals.locale = { language: isLanguage(language) ? language : acceptedLanguage(req), clock };
}

/** The settings with which the response is rendered. */
export function settingsOf(res: Response): UserSettings {
  const { locals }: { locals: PageLocals } = res;
  return locals.settings ?? DEFAULT_SETTINGS;
}

/** The language of a page for a reader without a setting: by `Accept-Language`. */
function acceptedLanguage(req: Request): Language {
  const accepted = req.acceptsLanguages([...LANGUAGE_TAGS]);
  return LANGUAGE_TAGS.find((tag) => tag === accepted) ?? DEFAULT_LANGUAGE;
}
