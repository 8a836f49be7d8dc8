import { aliases, replacedSettings, urlPartNames } from './alternative-names.js';
import { settings } from './settings.js';
import { TUNNEL_PREFIXES, tunnelSettings } from './tunnel-settings.js';

/** Names that begin with these are probably meant for this server. */
const FAMILIES = ['AMQP_', 'AUTH0_', 'EMBEDDED_', 'LIMIT_', 'OIDC_', 'PRESENCE_', 'REDIS_', 'RETHINKDB_'];

/** Variables of Kubernetes for services, of Heroku's Redis, and of the tests. */
const OF_PLATFORMS = /_SERVICE_(HOST|PORT)|_PORT(_\d+_\w+)?$|^REDIS_(TEMPORARY_)?TLS_URL$|_BIN$/;

/** Shorter names, such as HOST, are also parts of the usual environment: HOME. */
const MIN_LENGTH = 6;

const names = [...Object.keys(settings), ...Object.keys(tunnelSettings)];
const known: ReadonlySet<string> = new Set([
  ...names,
  ...Object.keys(tunnelSettings).flatMap((name) => TUNNEL_PREFIXES.map((prefix) => prefix + name)),
  ...Object.keys(aliases),
  ...Object.keys(replacedSettings),
  ...urlPartNames,
]);

/** Warnings about variables that are no settings, but resemble one: they are probably misspelt. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value || known.has(name) || OF_PLATFORMS.test(name)) return [];
    const similar = similarName(name);
    if (similar !== undefined) return [`${name} is not a setting: use ${similar} instead`];
    const family = FAMILIES.find((beginning) => name.startsWith(beginning));
    return family
      ? [`${name} is not a setting: docs/configuration.md lists those that begin with ${family}`]
      : [];
  });
}

/** The setting with the most similar name: one edit in names of up to seven characters, two in longer ones. */
function similarName(name: string): string | undefined {
  if (name.length < MIN_LENGTH) return undefined;
  const most = name.length < 8 ? 1 : 2;
  return names
    .filter((other) => other.length >= MIN_LENGTH && Math.abs(other.length - name.length) <= most)
    .map((other) => ({ other, distance: editDistance(name, other) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)[0]?.other;
}

/** The Levenshtein distance: insertions, deletions and replacements of single characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (char === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
