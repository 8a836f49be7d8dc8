import { type LoginConfig, readLoginConfig } from './login-config.js';
import type { SettingName } from './settings.js';

/** How users authenticate. `login`: how visitors of the page sign in; null: they cannot, tokens come from elsewhere. */
export type AuthConfig = { mode: 'guest' } | JwtConfig | AccountsConfig;

export interface JwtConfig {
  mode: 'jwt';
  issuer: string;
  /** URL of the key set; null: the one that the issuer's discovery document names. */
  jwksUrl: string | null;
  /** Null: bearer tokens are refused, and users sign in on the page. */
  audience: string | null;
  login: LoginConfig | null;
}

export interface AccountsConfig {
  mode: 'accounts';
  server: string;
  login: LoginConfig | null;
}

type Settings = Readonly<Partial<Record<SettingName, string>>>;

const JWT_SETTINGS = [
  'AUTH0_API_DOMAIN',
  'AUTH_ISSUER',
  'AUTH_JWKS_URL',
  'AUTH_AUDIENCE',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
  'OIDC_SCOPES',
  'OIDC_PROMPT',
] as const satisfies SettingName[];

/** A setting of more than one mode. */
const SHARED_SETTING = 'LOGIN_URL' satisfies SettingName;

/** The settings of each mode. */
const SETTINGS_BY_MODE: Record<AuthConfig['mode'], readonly SettingName[]> = {
  guest: [],
  jwt: [...JWT_SETTINGS, SHARED_SETTING],
  accounts: ['AUTH_SERVER', SHARED_SETTING],
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

/** The modes of which at least one setting is set, with these settings. A shared setting does not select a mode. */
function modesWithSettings(settings: Settings): { mode: string; names: SettingName[] }[] {
  return Object.entries(SETTINGS_BY_MODE)
    .map(([mode, names]) => ({
      mode,
      names: names.filter((name) => name !== SHARED_SETTING && settings[name]),
    }))
    .filter(({ names }) => names.length > 0);
}

const READERS: Record<AuthConfig['mode'], (settings: Settings, faults: string[]) => AuthConfig | null> = {
  guest: () => ({ mode: 'guest' }),
  jwt(settings, faults) {
    const { AUTH0_API_DOMAIN: domain, AUTH_ISSUER, AUTH_AUDIENCE: audience, AUTH_JWKS_URL } = settings;
    const login = readLoginConfig(settings, faults);
    if (!domain && !AUTH_ISSUER) faults.push('AUTH=jwt requires AUTH0_API_DOMAIN or AUTH_ISSUER');
    if (domain && AUTH_ISSUER) faults.push('AUTH0_API_DOMAIN and AUTH_ISSUER exclude each other');
    if (!audience && !settings.OIDC_CLIENT_ID)
      faults.push('AUTH=jwt requires AUTH_AUDIENCE or OIDC_CLIENT_ID');
    const issuer = AUTH_ISSUER ?? (domain && `https://${domain.toLowerCase()}/`);
    if (!issuer) return null;
    // Without a login there is no discovery.
    const defaultUrl = login?.kind === 'oidc' ? null : `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
    return { mode: 'jwt', issuer, jwksUrl: AUTH_JWKS_URL ?? defaultUrl, audience: audience ?? null, login };
  },
  accounts(settings, faults) {
    const { AUTH_SERVER: server } = settings;
    const login = readLoginConfig(settings, faults);
    if (server) return { mode: 'accounts', server, login };
    faults.push('AUTH=accounts requires AUTH_SERVER');
    return null;
  },
};

/** Rejects settings of other modes: they have no effect, and the operator would believe the server to be protected. */
function settingsOfOtherModes(mode: AuthConfig['mode'], settings: Settings): string[] {
  const others = Object.entries(SETTINGS_BY_MODE).filter(([other]) => other !== mode);
  const names = new Set(others.flatMap(([, names]) => names));
  for (const name of SETTINGS_BY_MODE[mode]) names.delete(name);
  return [...names]
    .filter((name) => settings[name])
    .map((name) => {
      const modes = others.filter(([, names]) => names.includes(name)).map(([other]) => `AUTH=${other}`);
      return `${name} is set, but has no effect without ${modes.join(' or ')}`;
    });
}

function isMode(text: string): text is AuthConfig['mode'] {
  return Object.hasOwn(SETTINGS_BY_MODE, text);
}
