import { DEFAULT_LANGUAGE, isLanguage } from './texts/languages.js';
import { inLocale, t } from './texts/text.js';

/** Without `lang`, as installed applications know it, it is in English. */
export const MANIFEST_PATH = '/icons/changeroom.webmanifest';

/**
 * The web application manifest in a language. Browsers request it without cookies, so the page's link names the language.
 * The application stays the same when its language changes: it has one `id`.
 * @param tag a language of the interface; others are taken as English
 */
export function manifest(tag: unknown): object {
  const language = isLanguage(tag) ? tag : DEFAULT_LANGUAGE;
  return inLocale({ language, clock: 'auto' }, () => ({
    id: '/',
    lang: language,
    name: 'Changeroom',
    short_name: 'Changeroom',
    description: t('manifest.description'),
    start_url: '/',
    scope: '/',
    display: 'standalone',
    categories: ['social', 'productivity'],
    background_color: '#f5f0e6',
    theme_color: '#f5f0e6',
    icons: [
      { src: '/icons/favicon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
    shortcuts: [
      { name: t('common.newRoom'), url: '/rooms/new', icons: [SHORTCUT_ICON] },
      { name: t('settings.title'), url: '/settings', icons: [SHORTCUT_ICON] },
    ],
  }));
}

const SHORTCUT_ICON = { src: '/icons/icon-192.png', sizes: '192x192' };
