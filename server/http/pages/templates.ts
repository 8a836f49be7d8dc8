import type { Express } from 'express';
import { type LocalsObject, renderFile } from 'pug';
import { inLocale, type ReaderLocale, t, tParts } from './texts/text.js';

/** Renders the templates with the texts of the reader's language: `t` and `tParts`. */
export function useTemplates(app: Express, folder: string): void {
  app.set('views', folder);
  app.set('view engine', 'pug');
  // Without it, and without NODE_ENV=production, each page view compiles the templates, which takes about 40 ms.
  app.enable('view cache');
  app.engine('pug', (file, options: LocalsObject & { locale?: ReaderLocale }, done) => {
    const locale = options.locale ?? ({ language: 'en', clock: 'auto' } as const);
    inLocale(locale, () => renderFile(file, { ...options, locale, t, tParts }, done));
  });
}
