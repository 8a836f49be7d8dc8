import type { SettingName } from './settings.js';

/** How visitors of the page sign in. */
export type LoginConfig = OidcConfig | LoginPageConfig;

/** At the issuer, by OpenID Connect. */
export interface OidcConfig {
  kind: 'oidc';
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** Null: `openid profile`, and `offline_access` where the issuer supports it. */
  scopes: string | null;
  /** The parameter `prompt` of OpenID Connect; null: left to the issuer. */
  prompt: string | null;
  /** How the audience is requested: Auth0 expects `audience`, other issuers `resource` (RFC 8707). */
  audience: { parameter: 'audience' | 'resource'; value: string } | null;
}

/** At a page of the operator, which sends back a token. */
export interface LoginPageConfig {
  kind: 'page';
  url: string;
}

type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** Adds to `faults`. */
export function readLoginConfig(settings: Settings, faults: string[]): LoginConfig | null {
  const { OIDC_CLIENT_ID: clientId, LOGIN_URL: url } = settings;
  if (clientId && url) faults.push('OIDC_CLIENT_ID and LOGIN_URL exclude each other');
  if (clientId) return oidcConfig(clientId, settings);
  for (const name of ['OIDC_CLIENT_SECRET', 'OIDC_SCOPES', 'OIDC_PROMPT'] as const)
    if (settings[name] && settings.AUTH === 'jwt')
      faults.push(`${name} is set, but has no effect without OIDC_CLIENT_ID`);
  return url ? { kind: 'page', url } : null;
}

function oidcConfig(clientId: string, settings: Settings): OidcConfig {
  return {
    kind: 'oidc',
    clientId,
    clientSecret: settings.OIDC_CLIENT_SECRET ?? null,
    scopes: settings.OIDC_SCOPES ?? null,
    prompt: settings.OIDC_PROMPT ?? null,
    audience: audienceOf(settings),
  };
}

function audienceOf({ AUTH0_API_DOMAIN, AUTH_AUDIENCE: value }: Settings): OidcConfig['audience'] {
  if (!value) return null;
  if (AUTH0_API_DOMAIN) return { parameter: 'audience', value };
  // RFC 8707: a resource is an absolute URI. Other audiences, such as client ids, are not requested.
  return URL.canParse(value) ? { parameter: 'resource', value } : null;
}
