import { type DocumentedGroup, plainText } from './setting-groups.js';

/** Set by Heroku, fixed by its router, set by its Redis add-on; and a file, which only a release could change. */
const OF_THE_PLATFORM: ReadonlySet<string> = new Set(['PORT', 'HOST', 'REDIS_URL', 'ENV_FILE']);

/** The other settings are optional. */
const VALUES: Readonly<Record<string, object>> = {
  SESSION_SECRET: { generator: 'secret' },
  // The certificates of Heroku's Redis are self-signed.
  REDIS_TLS_VERIFY: { value: 'false' },
  // Heroku's router.
  TRUST_PROXY: { value: '1' },
};

/** The text of app.json: the present one, with the settings replaced. */
export function appJson(present: string, groups: readonly DocumentedGroup[]): string {
  const entries = groups
    .flatMap(({ settings }) => settings)
    .filter(({ name }) => !OF_THE_PLATFORM.has(name))
    .map(({ name, description }) => [
      name,
      { description: plainText(description), ...(VALUES[name] ?? { required: false }) },
    ]);
  const text = JSON.stringify({ ...JSON.parse(present), env: Object.fromEntries(entries) }, null, 2);
  // Arrays of strings in one line, as the formatter writes them.
  return `${text.replace(/\[\s+("[^[\]{}]*")\s+\]/g, (_all, items: string) => `[${items.replace(/\s*\n\s*/g, ' ')}]`)}\n`;
}
