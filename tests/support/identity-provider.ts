import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Adapter, type AdapterPayload, type Configuration, Provider } from 'oidc-provider';

/** The audience of access tokens that a client requests by `resource`. */
export const CHAT_AUDIENCE = 'https://chat.example/api';
export const CLIENT_ID = 'changeroom';

export interface IdentityProviderOptions {
  /** Of access tokens, and so of the sessions of Changeroom. */
  lifetimeSeconds?: number;
  clientSecret?: string;
  /** How the client sends its secret. */
  secretMethod?: 'client_secret_basic' | 'client_secret_post';
  /** False: the provider issues no refresh tokens. */
  hasRefreshTokens?: boolean;
  /** False: it does not end sessions by `end_session_endpoint`. */
  hasLogout?: boolean;
  /** Port of a provider that was stopped. */
  port?: number;
}

/**
 * A real OpenID Provider (https://github.com/panva/node-oidc-provider) on loopback. Its login page accepts every name: the
 * field `login` becomes `sub`, and the name is that with a capital letter.
 */
export class TestIdentityProvider {
  readonly #server = createServer((req, res) => this.#handle(req, res));
  readonly #stores = new Map<string, Map<string, AdapterPayload>>();
  readonly #origins = new Set<string>();
  readonly #options: IdentityProviderOptions;
  #handler: (req: IncomingMessage, res: ServerResponse) => unknown = () => {};
  #isDown = false;
  /** Paths of the requests, with the grant type of token requests. */
  readonly requests: string[] = [];
  url = '';

  private constructor(options: IdentityProviderOptions) {
    this.#options = options;
  }

  static async start(options: IdentityProviderOptions = {}): Promise<TestIdentityProvider> {
    const started = new TestIdentityProvider(options);
    await new Promise<void>((resolve, reject) => {
      started.#server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const { port } = started.#server.address() as AddressInfo;
    started.url = `http://127.0.0.1:${port}`;
    started.#serve(await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey));
    return started;
  }

  /** The settings of a server whose visitors sign in here. */
  get env() {
    const { clientSecret } = this.#options;
    return {
      AUTH: 'jwt',
      AUTH_ISSUER: this.url,
      OIDC_CLIENT_ID: CLIENT_ID,
      ...(clientSecret !== undefined && { OIDC_CLIENT_SECRET: clientSecret }),
    };
  }

  /** Accepts logins for a server or a page at this origin. */
  allow(origin: string): void {
    this.#origins.add(origin);
  }

  /** While it is down, connections are closed without an answer. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown;
  }

  /** Ends all logins: refresh tokens are answered with `invalid_grant`. */
  revokeLogins(): void {
    for (const name of ['RefreshToken', 'Grant', 'Session']) this.#stores.get(name)?.clear();
  }

  /** Number of refresh tokens that can be used. */
  get refreshTokenCount(): number {
    return [...(this.#stores.get('RefreshToken')?.values() ?? [])].filter(({ consumed }) => !consumed).length;
  }

  countOf(request: string): number {
    return this.requests.filter((one) => one === request).length;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    if (this.#isDown) return void res.destroy();
    this.requests.push(new URL(req.url ?? '', this.url).pathname);
    void this.#handler(req, res);
  }

  #serve(key: JWK): void {
    const provider = new Provider(this.url, { ...this.#configuration(), jwks: { keys: [key] } });
    provider.on('grant.success', ({ oidc }) => this.requests.push(`grant ${oidc.params?.grant_type}`));
    provider.on('grant.error', ({ oidc }, { error }) =>
      this.requests.push(`refused ${oidc.params?.grant_type} ${error}`),
    );
    const callback = provider.callback();
    this.#handler = async (req, res) => {
      if (!req.url?.startsWith('/interaction/')) return callback(req, res);
      if (req.method !== 'POST')
        return res
          .setHeader('content-type', 'text/html')
          .end(
            '<title>Provider</title><form method="post"><input name="login" autofocus><button>Log in</button></form>',
          );
      let body = '';
      for await (const chunk of req) body += chunk;
      const accountId = new URLSearchParams(body).get('login') ?? '';
      const result =
        accountId === ''
          ? { error: 'access_denied', error_description: 'the user has cancelled' }
          : { login: { accountId } };
      await provider.interactionFinished(req, res, result);
    };
  }

  #configuration(): Configuration {
    const { lifetimeSeconds = 3600, hasRefreshTokens = true, hasLogout = true } = this.#options;
    const store = (name: string) => {
      const found = this.#stores.get(name) ?? new Map<string, AdapterPayload>();
      this.#stores.set(name, found);
      return found;
    };
    const client = () => this.#client();
    return {
      adapter: (name) => (name === 'Client' ? clientAdapter(client) : memoryAdapter(store(name))),
      cookies: { keys: ['a key of the tests'] },
      claims: { openid: ['sub'], profile: ['name'] },
      clientBasedCORS: () => true,
      conformIdTokenClaims: true,
      features: {
        devInteractions: { enabled: false },
        revocation: {
          enabled: true,
          allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
        },
        rpInitiatedLogout: {
          enabled: hasLogout,
          logoutSource: (context, form) => {
            const submit = '<button form="op.logoutForm" name="logout" value="yes">Log out</button>';
            context.body = `<title>Provider</title>${form}${submit}`;
          },
        },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({ scope: '', audience: CHAT_AUDIENCE, accessTokenFormat: 'jwt' }),
        },
      },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, name: sub.charAt(0).toUpperCase() + sub.slice(1).replaceAll('-', ' ') }),
      }),
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      issueRefreshToken: () => hasRefreshTokens,
      // Grants every client what it requests: there is no page of consent.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({
          clientId: oidc.client?.clientId ?? '',
          accountId: oidc.session?.accountId ?? '',
        });
        grant.addOIDCScope('openid profile offline_access');
        await grant.save();
        return grant;
      },
      rotateRefreshToken: true,
      scopes: ['openid', 'profile', 'offline_access'],
      ttl: {
        AccessToken: lifetimeSeconds,
        IdToken: lifetimeSeconds,
        RefreshToken: 3600,
        Session: 3600,
        Interaction: 3600,
        Grant: 3600,
      },
    };
  }

  #client(): AdapterPayload {
    const { clientSecret, secretMethod = 'client_secret_basic' } = this.#options;
    const origins = [...this.#origins];
    return {
      client_id: CLIENT_ID,
      ...(clientSecret === undefined
        ? { token_endpoint_auth_method: 'none' }
        : { client_secret: clientSecret, token_endpoint_auth_method: secretMethod }),
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: origins.flatMap((origin) => [`${origin}/login/callback`, `${origin}/`]),
      post_logout_redirect_uris: origins.map((origin) => `${origin}/signed-out`),
    } as AdapterPayload;
  }
}

function clientAdapter(client: () => AdapterPayload): Adapter {
  return { ...memoryAdapter(new Map()), find: async (id) => (id === CLIENT_ID ? client() : undefined) };
}

/** Keeps what the provider stores, without expiring it. */
function memoryAdapter(rows: Map<string, AdapterPayload>): Adapter {
  const findBy = async (field: 'uid' | 'userCode', value: string) =>
    [...rows.values()].find((row) => row[field] === value);
  return {
    upsert: async (id, payload) => void rows.set(id, payload),
    find: async (id) => rows.get(id),
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (code) => findBy('userCode', code),
    destroy: async (id) => void rows.delete(id),
    consume: async (id) => {
      const row = rows.get(id);
      if (row) rows.set(id, { ...row, consumed: Math.floor(Date.now() / 1000) });
    },
    revokeByGrantId: async (grantId) => {
      for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id);
    },
  };
}
