import type { SettingName } from './settings.js';

/** How users authenticate. */
export type AuthConfig =
  | { mode: 'guest' }
  | { mode: 'jwt'; issuer: string; jwksUrl: string; audience: string }
  | { mode: 'accounts'; server: string };

type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** The settings of each mode. */
const SETTINGS_BY_MODE: Record<AuthConfig['mode'], SettingName[]> = {
  guest: [],
  jwt: ['AUTH0_API_DOMAIN', 'AUTH_ISSUER', 'AUTH_JWKS_URL', 'AUTH_AUDIENCE'],
  accounts: ['AUTH_SERVER'],
};

/**
 * Combines the settings that begin with AUTH. `auth` is null where they have faults. Without AUTH, the settings of a mode
 * select it: a server whose operator has configured a login must never accept guests.
 */
export function readAuthConfig(settings: Settings): {
  auth: AuthConfig | null;
  faults: string[];
  warnings: string[];
} {
  const selecting = settings.AUTH === undefined ? modesWithSettings(settings) : [];
  if (selecting.length > 1) {
    const rivals = selecting.map(({ mode, names }) => `${names.join(', ')} (AUTH=${mode})`);
    return { auth: null, faults: [`AUTH must be set, because of ${rivals.join(' and ')}`], warnings: [] };
  }
  const [selected] = selecting;
  const mode = settings.AUTH ?? selected?.mode ?? 'guest';
  const warnings = selected ? [`AUTH=${mode} is assumed, because ${selected.names.join(', ')} is set`] : [];
  // A fault of AUTH itself, which its format reports.
  if (!isMode(mode)) return { auth: null, faults: [], warnings };
  const faults = settingsOfOtherModes(mode, settings);
  const auth = READERS[mode](settings, faults);
  if (auth?.mode === 'accounts' && /^https?:\/\/[^/?#]*,/i.test(auth.server))
    warnings.push('AUTH_SERVER has a comma in its host name: tokens cannot be checked there');
  return { auth: faults.length > 0 ? null : auth, faults, warnings };
}

/** The modes of which at least one setting is set, with these settings. */
function modesWithSettings(settings: Settings): { mode: string; names: SettingName[] }[] {
  return Object.entries(SETTINGS_BY_MODE)
    .map(([mode, names]) => ({ mode, names: names.filter((name) => settings[name]) }))
    .filter(({ names }) => names.length > 0);
}

const READERS: Record<AuthConfig['mode'], (settings: Settings, faults: string[]) => AuthConfig | null> = {
  guest: () => ({ mode: 'guest' }),
  jwt(settings, faults) {
    const { AUTH0_API_DOMAIN: domain, AUTH_ISSUER, AUTH_AUDIENCE: audience, AUTH_JWKS_URL } = settings;
    if (!domain && !AUTH_ISSUER) faults.push('AUTH=jwt requires AUTH0_API_DOMAIN or AUTH_ISSUER');
    if (domain && AUTH_ISSUER) faults.push('AUTH0_API_DOMAIN and AUTH_ISSUER exclude each other');
    if (!audience) faults.push('AUTH=jwt requires AUTH_AUDIENCE');
    const issuer = AUTH_ISSUER ?? (domain && `https://${domain.toLowerCase()}/`);
    if (!issuer || !audience) return null;
    const jwksUrl = AUTH_JWKS_URL ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
    return { mode: 'jwt', issuer, jwksUrl, audience };
  },
  accounts({ AUTH_SERVER: server }, faults) {
    if (server) return { mode: 'accounts', server };
    faults.push('AUTH=accounts requires AUTH_SERVER');
    return null;
  },
};

/** Rejects settings of other modes: they have no effect, and the operator would believe the server to be protected. */
function settingsOfOtherModes(mode: AuthConfig['mode'], settings: Settings): string[] {
  return Object.entries(SETTINGS_BY_MODE)
    .filter(([other]) => other !== mode)
    .flatMap(([other, names]) =>
      names
        .filter((name) => settings[name])
        .map((name) => `${name} is set, but has no effect without AUTH=${other}`),
    );
}

function isMode(text: string): text is AuthConfig['mode'] {
  return Object.hasOwn(SETTINGS_BY_MODE, text);
}
