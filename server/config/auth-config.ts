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

/** Combines the settings that begin with AUTH. `auth` is null where they have faults. */
export function readAuthConfig(settings: Settings): { auth: AuthConfig | null; faults: string[] } {
  const mode = settings.AUTH ?? 'guest';
  // A fault of AUTH itself, which its format reports.
  if (!isMode(mode)) return { auth: null, faults: [] };
  const faults = settingsOfOtherModes(mode, settings);
  const auth = READERS[mode](settings, faults);
  return { auth: faults.length > 0 ? null : auth, faults };
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
